import type { Contributor } from '../../description/names.ts';
import type { Reference } from '../../description/references.ts';
import { encodedAddress, hostOf } from '../../description/web-address.ts';
import { type Html, type HtmlValue, html } from '../../html/html.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { withParameter } from '../http/url.ts';
import { richText } from '../ui/highlight.ts';
import { byLine, titleHtml } from '../ui/hit.ts';
import { fieldSearch, searchFor } from '../ui/links.ts';
import { marcTable } from '../ui/marc-table.ts';
import type { PageContext } from '../ui/page-context.ts';
import { paging } from '../ui/paging.ts';
import type { FindReference, FoundRecord } from './found-references.ts';
import { contributorLink, type RecordModel } from './page.ts';

/** So many of each fit on a page that a phone can hold. */
const perPage = { references: 150, authors: 200, marc: 200 } as const;

interface Slice<T> {
  readonly items: readonly T[];
  readonly first: number;
  readonly paging: Html;
}

function slice<T>(context: PageContext, list: readonly T[], size: number, wanted: number): Slice<T> {
  const last = Math.max(1, Math.ceil(list.length / size));
  const current = Math.min(Math.max(1, wanted), last);
  const first = (current - 1) * size;
  const href = (page: number): string => withParameter(context.address, 'page', page === 1 ? undefined : String(page));
  return { items: list.slice(first, first + size), first, paging: paging(context, { current, last, href }) };
}

/** What the work cites: a record of this library by its title, what was printed below it. */
export function recordReferences(
  context: PageContext,
  list: readonly Reference[],
  page: number,
  find: FindReference,
): Html {
  const { tr } = context;
  if (list.length === 0) return html`<p>${tr.t('record.no_references')}</p>`;
  const shown = slice(context, list, perPage.references, page);
  return html`<section><h2 class="hidden">${tr.t('record.tab.references')}</h2><ol class="references" start="${shown.first + 1}">${shown.items.map(
    (one) => html`<li><span class="muted number">${one.label}</span>${referenceItem(context, one, find(one))}</li>
`,
  )}</ol>${shown.paging}</section>`;
}

function referenceItem(context: PageContext, one: Reference, found: FoundRecord | undefined): Html {
  if (found === undefined) return html`<span dir="auto">${referenceText(context, one, true)}</span>`;
  const { id, brief } = found;
  return html`<div><a href="/record/${id}" dir="auto">${titleHtml(context, brief.t)}</a>${brief.y > 0 && html` <span class="muted number">${String(brief.y)}</span>`}
${byLine(context, brief)}<p class="muted small" dir="auto">${referenceText(context, one, false)}</p></div>`;
}

/** As it was printed. `unknown`: the reader may have to look for it. */
function referenceText(context: PageContext, one: Reference, unknown: boolean): HtmlValue {
  const links: HtmlValue[] = [];
  if (one.journal !== undefined)
    links.push(html`<a href="${fieldSearch('journal', one.journal)}">${richText(one.journal)}</a>`);
  if (one.reportNumber !== undefined)
    links.push(html`<a href="${fieldSearch('reportnumber', one.reportNumber)}">${one.reportNumber}</a>`);
  if (one.doi !== undefined) links.push(html`<a href="https://doi.org/${encodedAddress(one.doi)}">doi:${one.doi}</a>`);
  if (one.arxiv !== undefined && one.arxiv !== one.reportNumber)
    links.push(html`<a href="https://arxiv.org/abs/${one.arxiv}">arXiv</a>`);
  if (one.url !== undefined) links.push(html`<a href="${one.url}">${hostOf(one.url)}</a>`);
  const text = one.text === '' ? '' : html`${richText(one.text)}${links.length > 0 && ', '}`;
  return html`${text}${links.map((link, i) => html`${i > 0 && ', '}${link}`)}${
    unknown &&
    links.length === 0 &&
    one.text !== '' &&
    html` <a class="small" href="${searchFor(words(one.text))}" rel="nofollow">${context.tr.t('record.look_for')}<span class="hidden">: ${one.text}</span></a>`
  }`;
}

/** The first words of a printed reference, to look for it when it has no number. */
function words(text: string): string {
  return (text.match(/[\p{L}\p{N}]{3,}/gu) ?? []).slice(0, 6).join(' ');
}

export function recordAuthors(context: PageContext, model: RecordModel, page: number): Html {
  const { tr } = context;
  const list = model.work.contributors;
  const shown = slice(context, list, perPage.authors, page);
  const person = (
    one: Contributor,
  ): Html => html`<li dir="auto">${contributorLink(context, one, model, list.indexOf(one))}${
    one.orcid !== undefined && html` <a class="small" href="https://orcid.org/${one.orcid}">ORCID</a>`
  }${one.affiliations.length > 0 && html`<br><span class="muted small">${one.affiliations.join('; ')}</span>`}</li>
`;
  return html`<section><h2>${tr.t('record.authors', { count: list.length })}</h2><ul class="people">${shown.items.map(person)}</ul>${shown.paging}</section>`;
}

export function recordMarc(context: PageContext, record: MarcRecord, page: number): Html {
  const shown = slice(context, record.fields, perPage.marc, page);
  return html`<section><h2 class="hidden">MARC</h2>${marcTable(context, { leader: shown.first === 0 ? record.leader : '', fields: shown.items })}${shown.paging}</section>`;
}
