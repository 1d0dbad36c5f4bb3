import { type Html, type HtmlValue, html, nothing } from '../../html/html.ts';
import { type FieldDifference, ownSubfields, type RecordDifferences } from '../../marc/differences.ts';
import type { LineSince } from '../../marc/lines-since.ts';
import type { Field, MarcRecord, Subfield } from '../../marc/record.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { withParameter } from '../http/url.ts';
import { dateTime } from '../ui/date-time.ts';
import { form } from '../ui/form.ts';
import { shortValue } from '../ui/marc-table.ts';
import type { PageContext } from '../ui/page-context.ts';
import { paging } from '../ui/paging.ts';
import { type Column, table } from '../ui/table.ts';
import { recordMarc } from './tabs.ts';

export type ListedVersion = Awaited<ReturnType<Exchange['history']>>['versions'][number];

export interface HistoryModel {
  readonly id: number;
  /** Those of this part that the reader may see, the newest first. */
  readonly versions: readonly ListedVersion[];
  /** The number of the newest one. */
  readonly newest: number;
  readonly page: number;
  readonly last: number;
}

/** All versions of a record: when, who, and by what they came. */
export function historyList(context: PageContext, model: HistoryModel): Html {
  const { tr } = context;
  const columns: readonly Column<ListedVersion>[] = [
    {
      head: tr.t('history.version'),
      cell: ({ revision, deleted }) =>
        html`<a href="${versionAddress(model.id, revision)}">${tr.number(revision)}</a>${stateOf(context, revision === model.newest, deleted)}`,
    },
    { head: tr.t('history.time'), cell: ({ modified }) => dateTime(context, modified) },
    {
      head: tr.t('history.person'),
      cell: ({ person }) => person ?? html`<span class="muted">${tr.t('history.nobody')}</span>`,
    },
    { head: tr.t('history.how'), cell: (one) => howText(context, one) },
  ];
  const href = (page: number): string => withParameter(context.address, 'page', page === 1 ? undefined : String(page));
  return html`<section class="whole"><h2>${tr.t('history.title')}</h2><p class="muted">${tr.t('history.says')}</p>
<p class="actions"><a href="/record/${model.id}/history?lines=1" rel="nofollow">${tr.t('history.lines')}</a></p>
${table(tr.t('history.title'), columns, model.versions)}${paging(context, { current: model.page, last: model.last, href })}</section>`;
}

/** "current, deleted", as far as it is so. */
function stateOf({ tr }: PageContext, isCurrent: boolean, isDeleted: boolean): HtmlValue {
  const words = [isCurrent ? tr.t('history.current') : '', isDeleted ? tr.t('history.deleted') : ''];
  const told = words.filter((word) => word !== '').join(', ');
  return told !== '' && html` <span class="muted">${told}</span>`;
}

export interface LinesModel {
  readonly id: number;
  readonly lines: readonly LineSince[];
  /** The versions that brought them. */
  readonly by: ReadonlyMap<number, ListedVersion>;
  /** There are older versions that were not looked at. */
  readonly isCut: boolean;
}

const mostLines = 1_000;

/** Each line of the record: since which version it is so, and who made that. */
export function linesPage(context: PageContext, { id, lines, by, isCut }: LinesModel): Html {
  const { tr } = context;
  const title = tr.t('history.lines');
  const columns: readonly Column<LineSince>[] = [
    { head: tr.t('history.field'), cell: ({ text }) => html`<bdi dir="ltr">${shortValue(context, text)}</bdi>` },
    {
      head: tr.t('history.version'),
      cell: ({ revision }) => html`<a href="${versionAddress(id, revision)}">${tr.number(revision)}</a>`,
    },
    {
      head: tr.t('history.time'),
      cell: ({ revision }) => by.has(revision) && dateTime(context, by.get(revision)!.modified),
    },
    { head: tr.t('history.person'), cell: ({ revision }) => by.get(revision)?.person ?? '' },
  ];
  const left = lines.length - mostLines;
  return html`<section class="whole"><h2>${title}</h2><p class="muted">${tr.t('history.lines_say')}${isCut && html` ${tr.t('history.lines_cut')}`}</p>
<p class="actions"><a href="/record/${id}/history">${tr.t('history.all')}</a></p>
${table(title, columns, lines.slice(0, mostLines), { stacks: true })}
${left > 0 && html`<p class="muted">${tr.t('history.more', { count: left })}</p>`}</section>`;
}

export function versionAddress(id: number, revision: number): string {
  return `/record/${id}/history/${revision}`;
}

/** By what a version came. */
function howText({ tr }: PageContext, { revision, reason = '' }: ListedVersion): HtmlValue {
  const load = /^load (insert|replace|insert-or-replace) (.+)$/s.exec(reason);
  if (load !== null)
    return tr.rich('history.load', { file: html`<bdi>${load[2]!}</bdi>`, mode: html`<code>${load[1]!}</code>` });
  const restored = /^restore of revision (\d+)$/.exec(reason);
  if (restored !== null) return tr.t('history.restored', { revision: restored[1]! });
  if (reason === 'edit') return tr.t('history.edit');
  if (reason === 'delete') return tr.t('history.delete');
  if (reason !== '') return reason;
  return revision === 1 ? tr.t('history.added') : '';
}

export interface VersionModel {
  readonly id: number;
  readonly version: ListedVersion;
  /** As the reader may see it. */
  readonly record: MarcRecord;
  readonly newest: number;
  /** What it is compared with; undefined where there is no other that the reader may see. */
  readonly other: { readonly revision: number; readonly differences: RecordDifferences } | undefined;
  /** Characters that are not shown. */
  readonly leftOut: number;
  /** Of its fields. */
  readonly page: number;
  /** May this person make it the newest again? */
  readonly restores: boolean;
}

/** One version: what is otherwise in it than in another one, and all of it as MARC. */
export function versionBody(context: PageContext, model: VersionModel): Html {
  const { tr } = context;
  const { id, version, other, newest } = model;
  const { revision, person } = version;
  const by = person === undefined ? nothing : html`, ${tr.t('history.by', { person })}`;
  const how = howText(context, version);
  return html`<section class="whole"><h2>${tr.t('history.heading', { revision })}</h2>
<p>${dateTime(context, version.modified)}${by}${how !== '' && html`${tr.t('history.colon')}${how}`}${version.deleted && html` (${tr.t('history.deleted')})`}</p>
<p class="actions"><a href="/record/${id}/history">${tr.t('history.all')}</a> <a href="${versionAddress(id, revision)}?of=xm" rel="nofollow">MARCXML</a></p>
${model.restores && form(context, `/record/${id}/restore`, html`<input type="hidden" name="revision" value="${revision}"><button class="quiet">${tr.t('edit.restore')}</button>`, 'inline')}
${model.leftOut > 0 && html`<p class="muted">${tr.t('record.left_out', { size: tr.size(model.leftOut) })}</p>`}
${
  newest > 1 &&
  html`<form class="filter" action="${versionAddress(id, revision)}" method="get"><label>${tr.t('history.compare')} <input type="number" name="with" min="1" max="${newest}" value="${other?.revision ?? ''}" required></label> <button class="quiet">${tr.t('history.show')}</button></form>`
}
${other !== undefined && differences(context, other)}
</section>
<section class="whole"><h2>${tr.t('history.marc')}</h2>${recordMarc(context, model.record, model.page)}</section>`;
}

const mostDifferences = 300;

function differences(context: PageContext, other: NonNullable<VersionModel['other']>): Html {
  const { tr } = context;
  const { fields, reordered } = other.differences;
  const title = tr.t('history.differences', { revision: other.revision });
  if (fields.length === 0)
    return html`<h3>${title}</h3><p>${tr.t(reordered ? 'history.reordered' : 'history.same')}</p>`;
  const left = fields.length - mostDifferences;
  return html`<h3>${title}</h3>
<div class="table" role="region" aria-label="${title}" tabindex="0"><table class="marc changes"><caption class="hidden">${title}</caption>
<thead class="hidden"><tr><th scope="col">${tr.t('history.field')}</th><th scope="col">${tr.t('history.change')}</th><th scope="col">${tr.t('history.content')}</th></tr></thead>
<tbody>${fields.slice(0, mostDifferences).map((one) => difference(context, one))}</tbody></table></div>
${left > 0 && html`<p class="muted">${tr.t('history.more', { count: left })}</p>`}`;
}

function difference(context: PageContext, { before, after }: FieldDifference): Html {
  const { tr } = context;
  const row = (field: Field, other: Field | undefined, kind: 'del' | 'ins'): Html => {
    const sign = html`<span aria-hidden="true">${kind === 'del' ? '−' : '+'}</span><span class="hidden">${tr.t(`history.${kind}`)}</span>`;
    const indicators = field.value === undefined ? `${field.ind1}${field.ind2}`.replaceAll(' ', '_') : '';
    return html`<tr class="${kind}"><th scope="row">${field.tag} <span class="muted">${indicators}</span></th><td>${sign}</td><td>${content(context, field, other, kind)}</td></tr>
`;
  };
  return html`${before !== undefined && row(before, after, 'del')}${after !== undefined && row(after, before, 'ins')}`;
}

function content(context: PageContext, field: Field, other: Field | undefined, kind: 'del' | 'ins'): HtmlValue {
  const marked = (inner: Html): Html => (kind === 'del' ? html`<del>${inner}</del>` : html`<ins>${inner}</ins>`);
  if (field.value !== undefined) return marked(html`<bdi>${shortValue(context, field.value)}</bdi>`);
  const own = ownSubfields(field, other);
  const one = (subfield: Subfield): Html =>
    html`<b>$$${subfield.code}</b> <bdi>${shortValue(context, subfield.value)}</bdi>`;
  return field.subfields.map((subfield) => html`${own.has(subfield) ? marked(one(subfield)) : one(subfield)} `);
}
