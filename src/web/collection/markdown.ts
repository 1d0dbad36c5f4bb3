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
  const tokens = renderer.parse(text, {});
  const headings = tokens.filter(({ type }) => type === 'heading_open' || type === 'heading_close');
  const levels = headings.map(({ tag }) => Number(tag.slice(1)));
  // The page has a heading of its own, and no level is left out below it.
  const deeper = 2 - levels.reduce((least, level) => Math.min(least, level), 6);
  for (const [i, heading] of headings.entries()) heading.tag = `h${Math.min(6, levels[i]! + deeper)}`;
  return raw(renderer.renderer.render(tokens, renderer.options, {}));
}

function createRenderer(): MarkdownIt {
  // Loaded when the first text is drawn: most libraries have none.
  const create = createRequire(import.meta.url)('markdown-it') as typeof import('markdown-it').default;
  const made = create({ html: false, linkify: true }).disable('image');
  const isLink = made.validateLink.bind(made);
  made.validateLink = (address) => isLink(address) && !/^\s*data:/i.test(address);
  return made;
}
