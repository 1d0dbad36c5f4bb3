import { type Html, html, nothing } from '../../html/html.ts';
import { withParameter } from '../http/url.ts';
import { noHighlight } from '../ui/highlight.ts';
import { type Hit, hitList, titleHtml } from '../ui/hit.ts';
import { searchFor } from '../ui/links.ts';
import type { PageContext } from '../ui/page-context.ts';
import { paging } from '../ui/paging.ts';
import { type YearCount, yearPicture } from '../ui/years.ts';

export interface RecordCitations {
  readonly id: number;
  readonly count: number;
  readonly withoutSelf: number;
  readonly perYear: readonly YearCount[];
  /** What cites it in a span of years. */
  readonly yearHref: (from: number | undefined, to: number | undefined) => string;
}

export interface CitationList extends RecordCitations {
  readonly hits: readonly Hit[];
  readonly order: 'newest' | 'cited';
  readonly page: number;
  readonly pages: number;
  /** The records most often cited together with this one. */
  readonly together: readonly { readonly id: number; readonly title: string; readonly count: number }[];
  readonly moreTogether: boolean;
}

/** For the information tab: how often, and when. */
export function citationsPanel(context: PageContext, citations: RecordCitations): Html {
  const { tr } = context;
  if (citations.count === 0) return nothing;
  return html`<section class="panel"><h2>${tr.t('record.tab.citations')}</h2>
<p><a href="/record/${citations.id}/citations">${tr.t('hit.cited', { count: citations.count })}</a></p>
${picture(context, citations)}</section>`;
}

function picture(context: PageContext, { perYear, yearHref }: RecordCitations): Html {
  return yearPicture(context, { counts: perYear, href: yearHref, chosen: undefined, counted: 'citations' });
}

/** The citations tab: who cites it, when, and what is cited with it. */
export function recordCitations(context: PageContext, model: CitationList): Html {
  const { tr } = context;
  if (model.count === 0) return html`<p>${tr.t('citations.none')}</p>`;
  const self = model.count - model.withoutSelf;
  const order = (code: 'newest' | 'cited', label: string): Html =>
    model.order === code
      ? html`<b aria-current="true">${label}</b>`
      : html`<a href="${withParameter(withParameter(context.address, 'page', undefined), 'order', code)}" rel="nofollow">${label}</a>`;
  const href = (page: number): string => withParameter(context.address, 'page', page === 1 ? undefined : String(page));
  const bars = picture(context, model);
  return html`<section class="cited-by"><h2>${tr.t('citations.cited_by', { count: model.count })}</h2>
<p class="small muted">${self > 0 && html`${tr.t('citations.self', { count: self })} · `}<a href="${searchFor(`refersto:recid:${model.id}`)}" rel="nofollow">${tr.t('citations.search')}</a> · ${order('newest', tr.t('sort.newest'))} · ${order('cited', tr.t('citations.most_cited'))}</p>
${hitList(context, model.hits, noHighlight)}
${paging(context, { current: model.page, last: model.pages, href })}</section>
<aside class="aside">
${bars !== nothing && html`<section class="panel"><h2>${tr.t('years.citations')}</h2>${bars}</section>`}
${model.together.length > 0 && html`<section class="panel"><h2>${tr.t('citations.together')}</h2>${together(context, model)}</section>`}
</aside>`;
}

function together(context: PageContext, model: CitationList): Html {
  const { tr } = context;
  return html`<ol class="plain cited-together">${model.together.map(
    ({
      id,
      title,
      count,
    }) => html`<li><a href="/record/${id}" dir="auto">${titleHtml(context, title)}</a> <span class="muted small">${tr.t('citations.together_count', { count })}</span></li>
`,
  )}</ol>${model.moreTogether && html`<p class="small"><a href="${searchFor(`cocitedwith:${model.id}`)}" rel="nofollow">${tr.t('citations.all_together')}</a></p>`}`;
}
