/** A text for people, as data: it is written in Markdown or for Org mode. */
export type Block =
  | { readonly kind: 'heading'; readonly level: 1 | 2 | 3; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly string[] }
  /** Commands of a shell. */
  | { readonly kind: 'commands'; readonly lines: readonly string[] }
  | { readonly kind: 'table'; readonly rows: readonly (readonly string[])[] };

export type DocumentForm = 'markdown' | 'org';

export function heading(level: 1 | 2 | 3, text: string): Block {
  return { kind: 'heading', level, text };
}

export function text(words: string): Block {
  return { kind: 'text', text: words };
}

export function list(items: readonly string[]): Block {
  return { kind: 'list', items };
}

export function commands(lines: readonly string[]): Block {
  return { kind: 'commands', lines };
}

export function writeDocument(blocks: readonly Block[], form: DocumentForm): string {
  return `${blocks.map((block) => (form === 'org' ? org(block) : markdown(block))).join('\n\n')}\n`;
}

function markdown(block: Block): string {
  switch (block.kind) {
    case 'heading':
      return `${'#'.repeat(block.level)} ${block.text}`;
    case 'text':
      return block.text;
    case 'list':
      return block.items.map((item) => `* ${item}`).join('\n');
    case 'commands':
      return ['```sh', ...block.lines, '```'].join('\n');
    case 'table': {
      const [head = [], ...rows] = block.rows.map((row) => `| ${row.join(' | ')} |`);
      return [head, `|${block.rows[0]!.map(() => '---').join('|')}|`, ...rows].join('\n');
    }
  }
}

function org(block: Block): string {
  const marked = (words: string): string => words.replace(/`([^`]+)`/g, '~$1~');
  switch (block.kind) {
    case 'heading':
      return `${'*'.repeat(block.level)} ${marked(block.text)}`;
    case 'text':
      return marked(block.text);
    case 'list':
      return block.items.map((item) => `- ${marked(item)}`).join('\n');
    case 'commands':
      return ['#+begin_src sh', ...block.lines, '#+end_src'].join('\n');
    case 'table': {
      const [head = [], ...rows] = block.rows.map((row) => `| ${row.map(marked).join(' | ')} |`);
      return [head, `|${block.rows[0]!.map(() => '---').join('+')}|`, ...rows].join('\n');
    }
  }
}
