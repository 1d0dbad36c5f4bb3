import type { Answer } from '../../access/ask.ts';
import { citationsFor } from '../../access/citations.ts';
import type { Citing } from '../../citations/counts.ts';
import { summarisingCitations } from '../../citations/summary.ts';
import { type PageFormat, pageFormats } from '../../formats/format-names.ts';
import { type Html, html } from '../../html/html.ts';
import type { RequestPart, SearchRequest } from '../../search/request.ts';
import { usualFormat } from '../../search/request.ts';
import { toUrl } from '../../search/url-of-request.ts';
import { yearSpanText } from '../../search/year-span.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { yearCounts } from '../ui/years.ts';
import { citationSummaryHtml } from './citation-summary-page.ts';

/** The citation summary of the hits of a request, as the reader may see it. */
export async function citationSummary(
  exchange: Exchange,
  request: SearchRequest,
  { hits, understood }: Pick<Answer, 'hits' | 'understood'>,
  { withoutSelf }: PageFormat,
): Promise<Html> {
  const { snapshot, person, page, timing } = exchange;
  const view = timing.search(() => citationsFor(snapshot, person));
  if (view === undefined) return html`<p>${page.tr.t('notice.no-citations', { text: `of=${request.format}` })}</p>`;
  const wanted: readonly Citing[] = withoutSelf ? ['all', 'without-self'] : ['all'];
  const { columns, perYear } = await exchange.work(
    (function* () {
      const summaries = [];
      for (const citing of wanted) summaries.push({ citing, summary: yield* summarisingCitations(view, hits, citing) });
      return { columns: summaries, perYear: yield* view.perYear(hits, 'all') };
    })(),
  );
  const question = questionText(request);
  const plain = {
    order: 'site' as const,
    field: '',
    parts: [],
    advanced: false,
    format: usualFormat(request),
    split: false,
    ascending: false,
    sort: '',
    rank: '',
  };
  const other = pageFormats.find((one) => one.draws === 'citations' && one.withoutSelf !== withoutSelf)!;
  // A chosen language is remembered.
  const list = { ...request, ...plain, first: 1, language: '' };
  const { sorts, facets } = snapshot.site;
  const byCitations = sorts.find(({ by }) => by === 'citations');
  const yearFacet = facets.find(({ kind }) => kind === 'year');
  return citationSummaryHtml(page, {
    columns,
    perYear: yearCounts(perYear),
    citedHref: (citing, from, to) => {
      const condition = citedCondition(citing, from, to);
      return spelled(toUrl(list, { text: question === '' ? condition : `${question} AND ${condition}` }));
    },
    yearHref: (from, to) =>
      spelled(
        toUrl(list, {
          text: `refersto:(${understood === '' ? 'cited:1+' : understood})`,
          facets: yearFacet === undefined ? {} : { [yearFacet.code]: [yearSpanText({ from, to })] },
        }),
      ),
    listHref: toUrl({ ...request, order: 'site' }, { format: usualFormat(request), first: 1 }),
    mostCitedHref:
      byCitations &&
      toUrl(request, { format: usualFormat(request), sort: byCitations.code, rank: '', ascending: false, first: 1 }),
    otherHref: toUrl(request, { format: other.code }),
  });
}

function citedCondition(citing: Citing, from: number, to: number | undefined): string {
  const field = citing === 'all' ? 'cited' : 'citedexcludingselfcites';
  return `${field}:${to === undefined ? `${from}+` : yearSpanText({ from, to })}`;
}

/** Blanks as scripts that compare addresses know them. */
function spelled(address: string): string {
  return address.replaceAll('+', '%20');
}

const joins = { and: ' and ', or: ' or ', not: ' and not ' } as const;

/**
 * The whole question as one text: what was typed, or the rows of the advanced form, with the field
 * chosen for it.
 */
function questionText({ text, field, parts }: SearchRequest): string {
  const rows = parts.map(
    (part, i) => `${i === 0 ? (part.join === 'not' ? 'not ' : '') : joins[part.join]}${conditionText(part)}`,
  );
  const typed = text === '' ? '' : field === '' ? text : conditionText({ text, field, match: '', join: 'and' });
  return [typed, rows.join('')].filter((one) => one !== '').join(' and ');
}

function conditionText({ text, field, match }: RequestPart): string {
  const words = text.split(/\s+/);
  const prefix = field === '' ? '' : `${field}:`;
  const plain = text.replaceAll('"', '');
  switch (match) {
    case 'e':
      return `${prefix}"${plain}"`;
    case 'p':
      return `${prefix}'${text.replace(/^'(.*)'$/s, '$1')}'`;
    case 'r':
      return `${prefix}/${text.replace(/^\/(.*)\/$/s, '$1')}/`;
    default:
      if (words.length === 1 || (field !== '' && /^(["'/]).*\1$/s.test(text))) return prefix + text;
      return `${prefix}(${words.join(match === 'o' ? ' or ' : ' ')})`;
  }
}
