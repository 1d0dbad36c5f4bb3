import type { Citing } from '../../citations/counts.ts';
import { type CitationSummary, citationClasses } from '../../citations/summary.ts';
import { type Html, html, nothing } from '../../html/html.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type YearCount, yearPicture } from '../ui/years.ts';

export interface CitationSummaryModel {
  /** One column for all citations, and one without self-citations when it was asked for. */
  readonly columns: readonly { readonly citing: Citing; readonly summary: CitationSummary }[];
  readonly perYear: readonly YearCount[];
  /** The search for those of the papers that are cited so often. */
  readonly citedHref: (citing: Citing, from: number, to: number | undefined) => string;
  /** What cites the papers, of a span of years. */
  readonly yearHref: (from: number | undefined, to: number | undefined) => string;
  /** The list of the papers. */
  readonly listHref: string;
  readonly mostCitedHref: string | undefined;
  /** The same with the column that is not shown, or without it. */
  readonly otherHref: string;
}

/** of=hcs and hcs2: what the papers found add up to. */
export function citationSummaryHtml(context: PageContext, model: CitationSummaryModel): Html {
  const { tr } = context;
  const { columns } = model;
  const two = columns.length > 1;
  const row = (label: string, value: (summary: CitationSummary) => string): Html =>
    html`<tr><th scope="row">${label}</th>${columns.map(({ summary }) => html`<td class="number">${value(summary)}</td>`)}</tr>
`;
  const heads = columns.map(
    ({ citing }) => html`<th scope="col">${tr.t(citing === 'all' ? 'citations.all' : 'citations.without_self')}</th>`,
  );
  const classes = citationClasses.map(
    (
      { code, from, to },
      i,
    ) => html`<tr><th scope="row">${tr.t(`citations.class.${code}`, { span: spanText(from, to) })}</th>${columns.map(
      ({ citing, summary }) => {
        const papers = summary.classes[i]!;
        return html`<td class="number">${papers === 0 ? '0' : html`<a href="${model.citedHref(citing, from, to)}" rel="nofollow">${tr.number(papers)}</a>`}</td>`;
      },
    )}</tr>
`,
  );
  const picture = yearPicture(context, {
    counts: model.perYear,
    href: model.yearHref,
    chosen: undefined,
    counted: 'citations',
  });
  return html`<section class="citation-summary" aria-labelledby="citation-summary"><h2 id="citation-summary">${tr.t('citations.summary')}</h2>
<table><thead><tr><td></td>${heads}</tr></thead>
<tbody>${row(tr.t('citations.papers'), ({ papers }) => tr.number(papers))}${row(tr.t('citations.total'), ({ citations }) => tr.number(citations))}${row(tr.t('citations.average'), ({ average }) => tr.number(Math.round(average * 10) / 10))}${row(tr.t('citations.h_index'), ({ hIndex }) => tr.number(hIndex))}</tbody>
<tbody><tr><th scope="rowgroup" colspan="${columns.length + 1}">${tr.t('citations.classes')}</th></tr>
${classes}</tbody></table>
<p class="links"><a href="${model.listHref}" rel="nofollow">${tr.t('facets.back')}</a> · ${model.mostCitedHref !== undefined && html`<a href="${model.mostCitedHref}" rel="nofollow">${tr.t('citations.most_cited')}</a> · `}<a href="${model.otherHref}" rel="nofollow">${tr.t(two ? 'citations.with_self_only' : 'citations.compare')}</a></p>
${picture !== nothing && html`<div class="cited-years"><h3>${tr.t('years.citations')}</h3>${picture}</div>`}
</section>`;
}

function spanText(from: number, to: number | undefined): string {
  return to === undefined ? `${from}+` : to === from ? String(from) : `${from}-${to}`;
}
