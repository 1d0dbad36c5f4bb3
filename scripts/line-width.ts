/**
 * Comments and prose are at most 100 wide, so that they can be read beside code. `node
 * scripts/line-width.ts` names the lines that are not; `--write` breaks them anew. Tables, examples
 * and addresses stay as they are.
 */
import { globSync, readFileSync, writeFileSync } from 'node:fs';

export const widest = 100;

/**
 * A line that may be broken at its blanks: what stands in front of its first line, and of those
 * that follow.
 */
interface Paragraph {
  readonly first: string;
  readonly next: string;
  readonly words: readonly string[];
}

function isWide(line: string): boolean {
  return [...line].length > widest;
}

function broken({ first, next, words }: Paragraph): readonly string[] {
  const lines: string[] = [];
  let line = first;
  let isEmpty = true;
  for (const word of words) {
    if (!isEmpty && [...`${line} ${word}`].length > widest) {
      lines.push(line);
      line = next;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
  }
  return [...lines, line];
}

const wordsOf = (lines: readonly string[]): readonly string[] =>
  lines
    .join(' ')
    .split(/\s+/)
    .filter((word) => word !== '');

/** Is it one word that no blank can break? */
function isUnbreakable(line: string): boolean {
  return wordsOf([line.replace(/^[\s>*/#-]+/, '')]).length <= 1;
}

/**
 * Lines of one comment without its signs; each paragraph that is too wide is broken anew. `signs`
 * stand before each line.
 */
function commentLines(texts: readonly string[], signs: string): readonly string[] {
  const result: string[] = [];
  for (let at = 0; at < texts.length; ) {
    const start = at;
    const indent = /^\s*/.exec(texts[at]!)![0];
    const item = /^\s*(?:[-*]|\d+\.)\s+/.exec(texts[at]!)?.[0];
    at++;
    while (
      at < texts.length &&
      belongs(texts[start]!, texts[at]!, item === undefined ? indent : item.replace(/\S/g, ' '))
    )
      at++;
    const some = texts.slice(start, at);
    if (!some.some((text) => isWide(signs + text)) || isArranged(some)) {
      result.push(...some.map((text) => (signs + text).trimEnd()));
      continue;
    }
    const lead = item ?? indent;
    const words = wordsOf([some[0]!.slice(lead.length), ...some.slice(1)]);
    result.push(...broken({ first: signs + lead, next: signs + lead.replace(/\S/g, ' '), words }));
  }
  return result;
}

/** Tables, examples and tags. */
function isArranged(texts: readonly string[]): boolean {
  return /^\s{4,}|^\s*[@`|]/.test(texts[0]!) || texts.some((text) => /\S {2,}\S/.test(text));
}

function belongs(first: string, line: string, indent: string): boolean {
  if (first.trim() === '' || line.trim() === '') return false;
  if (/^\s*(?:[-*]|\d+\.)\s|^\s*[@`|]/.test(line)) return false;
  return /^\s*/.exec(line)![0].length === indent.length;
}

/**
 * TypeScript and JavaScript: block comments that have their lines to themselves, and runs of line
 * comments.
 */
export function breakComments(text: string): string {
  const lines = text.split('\n');
  const result: string[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    const one = /^(\s*)\/\*\*? (.*?)\s*\*\/$/.exec(line);
    if (one !== null && !line.includes('biome-ignore')) {
      if (isWide(line)) {
        const [, indent = '', said = ''] = one;
        result.push(`${indent}/**`, ...commentLines([said], `${indent} * `), `${indent} */`);
      } else result.push(line);
      continue;
    }
    if (/^\s*\/\*\*\s*$/.test(line)) {
      const end = lines.findIndex((each, place) => place > at && /\*\/\s*$/.test(each));
      const inner = lines.slice(at + 1, end);
      const indent = /^\s*/.exec(line)![0];
      if (end > 0 && inner.every((each) => /^\s*\*( |$)/.test(each)) && /^\s*\*\/\s*$/.test(lines[end]!)) {
        const texts = inner.map((each) => each.replace(/^\s*\* ?/, ''));
        const wrapped = commentLines(texts, `${indent} * `).map((each) => each.replace(/\s+$/, ''));
        result.push(line, ...wrapped, lines[end]!);
        at = end;
        continue;
      }
    }
    const run = /^(\s*)\/\/ (?!biome-ignore|@ts-|#region)/.exec(line);
    if (run !== null) {
      let end = at;
      while (end < lines.length && lines[end]!.startsWith(`${run[1]}// `) && !/biome-ignore|@ts-/.test(lines[end]!))
        end++;
      const texts = lines.slice(at, end).map((each) => each.slice(run[1]!.length + 3));
      result.push(...commentLines(texts, `${run[1]}// `));
      at = end - 1;
      continue;
    }
    result.push(line);
  }
  return result.join('\n');
}

/** Markdown: paragraphs and items of lists. */
export function breakProse(text: string): string {
  const result: string[] = [];
  let fence: string | undefined;
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!;
    const mark = /^\s*(```+|~~~+)/.exec(line)?.[1];
    if (mark !== undefined) fence = fence === undefined ? mark : line.trim().startsWith(fence) ? undefined : fence;
    if (fence !== undefined || mark !== undefined || isStructure(line)) {
      result.push(line);
      at++;
      continue;
    }
    const lead = /^(\s*(?:>\s)?\s*(?:(?:[-*+]|\d+[.)])\s+)?)/.exec(line)![0];
    const hang = lead.replace(/[^\s>]/g, ' ');
    let end = at + 1;
    while (end < lines.length && !isStructure(lines[end]!) && continues(lines[end]!, hang)) end++;
    const some = lines.slice(at, end);
    const keepsBreak = some.some((each) => / {2}$|\\$/.test(each));
    if (!some.some(isWide) || keepsBreak) result.push(...some);
    else
      result.push(
        ...broken({
          first: lead,
          next: hang,
          words: wordsOf([line.slice(lead.length), ...some.slice(1).map((each) => each.replace(/^\s*>?\s*/, ''))]),
        }),
      );
    at = end;
  }
  return result.join('\n');
}

function isStructure(line: string): boolean {
  return (
    line.trim() === '' || /^\s*(?:#|\||<|!\[|\[[^\]]+\]:|```|~~~|---+\s*$)/.test(line) || /^ {4,}(?![-*+\d])/.test(line)
  );
}

function continues(line: string, hang: string): boolean {
  if (/^\s*(?:[-*+]|\d+[.)])\s/.test(line)) return false;
  return hang.includes('>') === /^\s*>/.test(line);
}

/** Lines of a file that are too wide and could be narrower, from 1. */
export function wideLines(text: string, isProse: boolean): readonly number[] {
  const after = (isProse ? breakProse(text) : breakComments(text)).split('\n');
  const before = text.split('\n');
  if (after.join('\n') === text) return [];
  return before.flatMap((line, at) => (isWide(line) && !isUnbreakable(line) && !after.includes(line) ? [at + 1] : []));
}

/** Made by `npm run docs`, or pages of examples that a test reads. */
const made: ReadonlySet<string> = new Set(['docs/errors.md', 'docs/settings.md']);

if (import.meta.main) {
  const writes = process.argv.includes('--write');
  const files = globSync([
    'src/**/*.{ts,js}',
    'bench/**/*.ts',
    'test/**/*.ts',
    'scripts/*.ts',
    '*.md',
    'docs/**/*.md',
    'examples/**/*.md',
  ]);
  let wide = 0;
  for (const file of files.filter((one) => !made.has(one))) {
    const text = readFileSync(file, 'utf8');
    const isProse = file.endsWith('.md');
    if (writes) {
      const now = isProse ? breakProse(text) : breakComments(text);
      if (now !== text) writeFileSync(file, now);
      continue;
    }
    for (const line of wideLines(text, isProse)) {
      console.error(`${file}:${line} is more than ${widest} wide`);
      wide++;
    }
  }
  if (wide > 0) console.error('`node scripts/line-width.ts --write` breaks them.');
  process.exitCode = wide > 0 ? 1 : 0;
}
