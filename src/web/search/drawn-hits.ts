import { holdingText } from '../../description/holdings.ts';
import { publicationLine } from '../../description/publication.ts';
import type { Work } from '../../description/work.ts';
import { lineText } from '../../formats/mathematics.ts';
import { type Html, html } from '../../html/html.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { facts } from '../ui/facts.ts';
import { type Highlighter, opening, richLine } from '../ui/highlight.ts';
import { titleHtml } from '../ui/hit.ts';
import { marcTable } from '../ui/marc-table.ts';
import type { PageContext } from '../ui/page-context.ts';
import { pairText } from '../ui/pair-text.ts';

interface HitPosition {
  readonly id: number;
  /** Its place in the whole result, from 1. */
  readonly rank: number;
}

/**
 * Long records are cut here: two hundred of them are on one page. Their own pages have everything.
 */
const authorsShown = 10;
const abstractShown = 1500;
const fieldsShown = 50;
const copiesShown = 5;

/** of=hd: a hit with its abstracts and details. */
export function hitDetails(
  context: PageContext,
  { id, rank, work }: HitPosition & { readonly work: Work },
  highlighter: Highlighter,
): Html {
  const { tr } = context;
  const names = work.contributors.slice(0, authorsShown).map((one) => one.name);
  const more = work.contributors.length - names.length;
  const by = more > 0 ? tr.t('hit.and_more', { names: names.join('; '), count: more }) : names.join('; ');
  return item(
    context,
    rank,
    html`<h2><a href="/record/${id}" dir="auto">${titleHtml(context, work.title, highlighter)}</a></h2>
${by !== '' && html`<p class="by" dir="auto">${by}</p>`}
${work.abstracts.map((text) => html`<p class="fragment" dir="auto">${richLine(opening(lineText(text), abstractShown), highlighter)}</p>`)}
${facts([
  [tr.t('record.published_in'), work.publications.map(publicationLine)],
  [tr.t('record.date'), work.date === undefined ? [] : [work.date]],
  [tr.t('record.identifiers'), work.identifiers.map((one) => pairText(context, one.scheme, one.value))],
  [tr.t('record.where'), work.holdings.copies.slice(0, copiesShown).map(holdingText)],
  [tr.t('record.subjects'), work.subjects.length === 0 ? [] : [work.subjects.join('; ')]],
])}`,
  );
}

/** of=hm: a hit as MARC. */
export function hitMarc(
  context: PageContext,
  { id, rank, record }: HitPosition & { readonly record: MarcRecord },
): Html {
  const more = record.fields.length - fieldsShown;
  return item(
    context,
    rank,
    html`<h2><a href="/record/${id}/marc">${context.tr.t('record.number', { id: String(id) })}</a></h2>
${marcTable(context, { leader: record.leader, fields: record.fields.slice(0, fieldsShown) })}
${more > 0 && html`<p><a href="/record/${id}/marc">${context.tr.t('marc.more_fields', { count: more })}</a></p>`}`,
  );
}

/** The list of them; `next`: where the others of this page are, when they were too large for it. */
export function hitItems({ tr }: PageContext, first: number, items: readonly Html[], next: string | undefined): Html {
  return html`<ol class="hits" start="${first}">${items}</ol>${
    next !== undefined &&
    html`
<p><a href="${next}" rel="next nofollow">${tr.t('search.go_on')}</a></p>`
  }`;
}

function item({ tr }: PageContext, rank: number, hit: Html): Html {
  return html`<li class="hit"><span class="rank number" aria-hidden="true">${tr.number(rank)}</span><div>${hit}</div></li>
`;
}
