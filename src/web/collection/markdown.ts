import { createRequire } from 'node:module';
import type { MarkdownIt } from 'markdown-it';
import { type Html, raw } from '../../html/html.ts';

let renderer: MarkdownIt | undefined;

/**
 * Markdown (CommonMark with tables) of the site file as markup. Tags in it are text, links lead to
 * http, https, mailto or within the library (markdown-it refuses javascript: and its like), and
 * there are no pictures, which the content policy would not let in.
 */
export function markdown(text: string): Html {
  renderer ??= createRenderer();
  return raw(renderer.render(text));
}

function createRenderer(): MarkdownIt {
  // Loaded when the first text is drawn: most libraries have none.
  const create = createRequire(import.meta.url)('markdown-it') as typeof import('markdown-it').default;
  const made = create({ html: false, linkify: true }).disable('image');
  const isLink = made.validateLink.bind(made);
  made.validateLink = (address) => isLink(address) && !/^\s*data:/i.test(address);
  // The heading of the page is the first one.
  for (const rule of ['heading_open', 'heading_close'])
    made.renderer.rules[rule] = (tokens, at) => {
      const { tag, nesting } = tokens[at]!;
      const level = Math.min(6, Number(tag.slice(1)) + 1);
      return nesting === 1 ? `<h${level}>` : `</h${level}>\n`;
    };
  return made;
}
