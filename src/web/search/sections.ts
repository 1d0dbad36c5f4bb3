import { type Html, html } from '../../html/html.ts';
import type { Highlighter } from '../ui/highlight.ts';
import { type Hit, hitList } from '../ui/hit.ts';
import type { PageContext } from '../ui/page-context.ts';

/** The hits of one collection. */
export interface SectionModel {
  readonly name: string;
  readonly count: number;
  /** All of them. */
  readonly href: string;
  readonly hits: readonly Hit[];
}

/** How many hits each collection has, as links to its part of the page. */
export function overview({ tr }: PageContext, sections: readonly SectionModel[]): Html {
  return html`<nav class="overview" aria-label="${tr.t('split.overview')}"><ul class="plain inline">${sections.map(
    ({ name, count }, i) =>
      html`<li><a href="#part-${i + 1}">${name}</a> <span class="number muted">${tr.number(count)}</span></li>`,
  )}</ul></nav>`;
}

export function sectionList(context: PageContext, sections: readonly SectionModel[], highlighter: Highlighter): Html {
  const { tr } = context;
  return html`${sections.map(
    (
      { name, count, href, hits },
      i,
    ) => html`<section class="part" aria-labelledby="part-${i + 1}"><h2 id="part-${i + 1}">${name}</h2>
${hitList(context, hits, highlighter)}
<p><a href="${href}" rel="nofollow">${tr.t('split.all', { count, collection: name })}</a></p></section>
`,
  )}`;
}
