import { attribute, type Html, type HtmlValue, html } from '../../html/html.ts';
import { ownSubfields } from '../../marc/differences.ts';
import type { Field } from '../../marc/record.ts';
import { decisionText, type HeldEntry } from '../../records/held.ts';
import { writeModes } from '../../records/modes.ts';
import { dateTime } from '../ui/date-time.ts';
import { facts } from '../ui/facts.ts';
import { alert, done, field, formTokenField, select } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';
import { shortValue } from '../ui/marc-table.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import type { HeldRow } from './held-rows.ts';

export interface HeldFilter {
  readonly q: string;
  readonly reason: string;
  /** mine, nobody; "": all. */
  readonly whose: string;
}

export const whoseChoices = ['', 'mine', 'nobody'] as const;
export const reasonChoices = ['', 'CONFLICT', 'UNKNOWN_REVISION', 'ASKED', 'CHECK'] as const;

export interface HeldListModel {
  readonly entries: readonly HeldEntry[];
  readonly filter: HeldFilter;
  /** The address of the next part. */
  readonly next: string | undefined;
  readonly done: string | undefined;
  /** What could not be done of some of them. */
  readonly problems: readonly string[];
}

/** What waits for a person. */
export function heldListPage(context: PageContext, model: HeldListModel): string {
  const { tr } = context;
  const { entries, filter, next } = model;
  const columns: readonly Column<HeldEntry>[] = [
    {
      head: tr.t('held.upload'),
      cell: ({ id }) =>
        html`<label class="one-line"><input type="checkbox" name="id" value="${String(id)}" aria-label="${tr.t('held.choose', { id: String(id) })}"> <a href="/held/${String(id)}${queryOf(filter)}">${String(id)}</a></label>`,
    },
    { head: tr.t('held.record'), cell: ({ record }) => recordLink(context, record) },
    { head: tr.t('held.reason'), cell: (entry) => reasonText(context, entry) },
    { head: tr.t('held.came'), cell: ({ at }) => dateTime(context, at) },
    { head: tr.t('held.by'), cell: ({ person }) => person ?? '' },
    { head: tr.t('held.source'), cell: ({ source }) => html`<bdi>${source}</bdi>` },
    { head: tr.t('held.assigned'), cell: ({ assigned }) => assigned ?? '' },
  ];
  const main = html`<h1>${tr.t('held.title')}</h1>
<p>${tr.t('held.says')}</p>
${done(model.done)}${model.problems.map((problem) => alert(problem))}
${filterForm(context, filter)}
${
  entries.length === 0
    ? html`<p>${tr.t('held.none')}</p>`
    : html`<form class="form wide" method="post" action="/held">${formTokenField(context)}
${table(tr.t('held.title'), columns, entries, { stacks: true })}
<fieldset><legend>${tr.t('held.chosen')}</legend>
<p><button name="do" value="assign" class="quiet">${tr.t('held.do.assign')}</button> <button name="do" value="theirs" class="quiet">${tr.t('held.do.theirs')}</button> <button name="do" value="ours" class="quiet">${tr.t('held.do.ours')}</button></p>
${field({ name: 'reason', label: tr.t('held.why'), optional: true })}
<p><button name="do" value="reject" class="quiet">${tr.t('held.do.reject')}</button></p></fieldset></form>`
}
${next !== undefined && html`<p><a rel="next" href="${next}">${tr.t('held.next_part')}</a></p>`}`;
  return page(context, tr.t('held.title'), main);
}

function filterForm({ tr }: PageContext, filter: HeldFilter): Html {
  const choice = (name: 'reason' | 'whose', label: string, texts: string, values: readonly string[]): Html =>
    html`<select name="${name}" aria-label="${label}">${values.map(
      (value) =>
        html`<option value="${value}"${attribute('selected', value === filter[name])}>${tr.t(`held.${texts}.${value === '' ? 'all' : value.toLowerCase()}`)}</option>`,
    )}</select>`;
  return html`<form class="find filter" action="/held" method="get" role="search">
<input type="search" name="q" value="${filter.q}" aria-label="${tr.t('held.find')}" placeholder="${tr.t('held.find')}" autocomplete="off">
${choice('reason', tr.t('held.reason'), 'reasons', reasonChoices)}
${choice('whose', tr.t('held.assigned'), 'whose', whoseChoices)}
<button>${tr.t('facets.filter')}</button></form>`;
}

export interface HeldModel {
  readonly held: HeldEntry;
  readonly rows: readonly HeldRow[];
  /** Is there a version that both began with? */
  readonly hasBase: boolean;
  /** Addresses of the one before and behind it. */
  readonly before: string | undefined;
  readonly next: string | undefined;
  readonly done: string | undefined;
  readonly problem: string | undefined;
  readonly filter: HeldFilter;
  /** Who looks on. */
  readonly name: string;
}

/** One upload that waits: three versions beside each other, and what can be done. */
export function heldPage(context: PageContext, model: HeldModel): string {
  const { tr } = context;
  const { held, rows, hasBase, filter } = model;
  const { id, record, state } = held;
  const title =
    record === undefined
      ? tr.t('held.one_new', { id: String(id) })
      : tr.t('held.one', { id: String(id), record: String(record) });
  const changed = rows.filter(({ kind }) => kind !== 'same');
  const others = rows.filter(({ kind }) => kind === 'same');
  const steps = html`<p class="actions"><a href="/held${queryOf(filter)}">${tr.t('held.all')}</a>${model.before !== undefined && html` <a rel="prev" href="${model.before}">${tr.t('held.before')}</a>`}${model.next !== undefined && html` <a rel="next" href="${model.next}">${tr.t('held.next')}</a>`}</p>`;
  const isWaiting = state === 'waiting';
  const body = html`${comparison(context, changed, { ...model, isWaiting })}
${others.length > 0 && html`<details><summary>${tr.t('held.unchanged', { count: others.length })}</summary>${comparison(context, others, { ...model, isWaiting: false })}</details>`}`;
  const main = html`<h1>${title}</h1>
${steps}${done(model.done)}${alert(model.problem)}
${facts([
  [tr.t('held.record'), record === undefined ? [] : [recordLink(context, record)]],
  [tr.t('held.reason'), [reasonText(context, held)]],
  [tr.t('held.findings'), held.findings],
  [tr.t('held.came'), [dateTime(context, held.at)]],
  [tr.t('held.by'), held.person === undefined ? [] : [held.person]],
  [tr.t('held.source'), [held.source]],
  [tr.t('held.mode'), [held.mode]],
  [tr.t('held.assigned'), held.assigned === undefined ? [] : [held.assigned]],
  [tr.t('held.state'), isWaiting ? [] : [decidedText(context, held)]],
])}
${
  isWaiting
    ? html`<form class="form wide held" method="post" action="/held/${String(id)}${queryOf(filter)}">${formTokenField(context)}
${body}${wishes(context, model, hasBase)}</form>`
    : body
}`;
  return page(context, title, main);
}

function wishes(context: PageContext, { held, rows, name }: HeldModel, hasBase: boolean): Html {
  const { tr } = context;
  const isConflict = rows.some(({ kind }) => kind === 'conflict');
  const modes = writeModes.filter((mode) => mode !== 'hold').map((mode) => ({ value: mode, label: mode }));
  const mine = held.assigned === name;
  return html`${held.mode === 'hold' && select('mode', tr.t('held.mode'), modes, 'insert-or-replace')}
<p class="actions"><a href="${editorAddress(held)}" data-key="e">${tr.t('held.do.edit')}</a></p>
<p>${isConflict && html`<button name="do" value="chosen" accesskey="a" data-key="a">${tr.t('held.do.chosen')}</button> `}${
    hasBase
      ? html`<button name="do" value="theirs" class="quiet">${tr.t('held.do.theirs')}</button> <button name="do" value="ours" class="quiet">${tr.t('held.do.ours')}</button>`
      : html`<button name="do" value="ours"${attribute('data-key', isConflict ? undefined : 'a')}>${tr.t('held.do.write')}</button>`
  } <button name="do" value="${mine ? 'unassign' : 'assign'}" class="quiet">${tr.t(mine ? 'held.do.unassign' : 'held.do.assign')}</button></p>
${field({ name: 'reason', label: tr.t('held.why'), optional: true })}
<p><button name="do" value="reject" class="quiet">${tr.t('held.do.reject')}</button></p>
<p class="muted small">${tr.t('held.keys')}</p>`;
}

function comparison(
  context: PageContext,
  rows: readonly HeldRow[],
  { hasBase, isWaiting, held }: HeldModel & { readonly isWaiting: boolean },
): Html {
  const { tr } = context;
  if (rows.length === 0) return html`<p>${tr.t('held.nothing')}</p>`;
  const isNew = held.record === undefined;
  const cell = (own: readonly Field[], others: readonly Field[], head: string, kind: 'ins' | undefined): Html =>
    html`<td data-label="${head}">${own.map((one) => fieldLine(context, one, kind === undefined ? undefined : others))}${own.length === 0 && html`<span class="muted">–</span>`}</td>`;
  const row = ({ tag, base, theirs, ours, kind }: HeldRow): Html => {
    const choice = (side: 'theirs' | 'ours', key: string): HtmlValue =>
      kind === 'conflict' &&
      isWaiting &&
      html`<label class="check"><input type="radio" name="choice-${tag}" value="${side}" data-side="${key}"${attribute('checked', side === 'theirs')}> ${tr.t(`held.take_${side}`)}</label>`;
    return html`<tr class="${kind}"><th scope="row">${tag}<br><span class="muted small">${tr.t(`held.kinds.${kind}`)}</span></th>${hasBase && cell(base, [], tr.t('held.base'), undefined)}${
      !isNew &&
      html`<td data-label="${tr.t('held.theirs')}">${theirs.map((one) => fieldLine(context, one, hasBase ? base : undefined))}${theirs.length === 0 && html`<span class="muted">–</span>`}${choice('theirs', '1')}</td>`
    }<td data-label="${tr.t('held.ours')}">${ours.map((one) => fieldLine(context, one, isNew ? undefined : hasBase ? base : theirs))}${ours.length === 0 && html`<span class="muted">–</span>`}${choice('ours', '2')}</td></tr>
`;
  };
  const title = tr.t('held.versions');
  return html`<div class="table stacks" role="region" aria-label="${title}" tabindex="0"><table class="marc held"><caption class="hidden">${title}</caption>
<thead><tr><th scope="col">${tr.t('held.field')}</th>${hasBase && html`<th scope="col">${tr.t('held.base')}</th>`}${!isNew && html`<th scope="col">${tr.t('held.theirs')}</th>`}<th scope="col">${tr.t('held.ours')}</th></tr></thead>
<tbody>${rows.map(row)}</tbody></table></div>`;
}

/** What is not so in any of the others is marked. */
function fieldLine(context: PageContext, one: Field, others: readonly Field[] | undefined): Html {
  const { ind1, ind2, value, subfields } = one;
  const text = (word: string): Html => html`<bdi>${shortValue(context, word)}</bdi>`;
  const isThere = others?.some((other) => sameText(one, other)) !== false;
  if (value !== undefined) return html`<div>${isThere ? text(value) : html`<ins>${text(value)}</ins>`}</div>`;
  const nearest = others?.find((other) => subfields.some((part) => !ownSubfields(one, other).has(part)));
  const own = isThere ? new Set() : ownSubfields(one, nearest);
  return html`<div><span class="muted">${`${ind1}${ind2}`.replaceAll(' ', '_')}</span> ${subfields.map((part) => {
    const shown = html`<b>$$${part.code}</b> ${text(part.value)}`;
    return html`${own.has(part) ? html`<ins>${shown}</ins>` : shown} `;
  })}</div>`;
}

function sameText(one: Field, other: Field): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function recordLink(context: PageContext, record: number | undefined): HtmlValue {
  return record === undefined
    ? context.tr.t('held.new')
    : html`<a href="/record/${String(record)}">${String(record)}</a>`;
}

function reasonText({ tr }: PageContext, { reason, conflicts }: HeldEntry): HtmlValue {
  const tags = conflicts.length === 0 ? '' : ` (${conflicts.join(', ')})`;
  return `${tr.t(`held.reasons.${reason.toLowerCase()}`)}${tags}`;
}

function editorAddress({ id, record }: HeldEntry): string {
  return record === undefined ? `/record/new?held=${String(id)}` : `/record/${String(record)}/edit?held=${String(id)}`;
}

function decidedText({ tr }: PageContext, { state, decidedBy = '', decision = '' }: HeldEntry): string {
  const words = { ours: tr.t('held.side.ours'), theirs: tr.t('held.side.theirs'), edited: tr.t('held.side.edited') };
  const why = state === 'accepted' ? decisionText(decision, words) : decision;
  return tr.t(`held.decided.${state}`, { by: decidedBy, why });
}

export function queryOf({ q, reason, whose }: HeldFilter): string {
  const given = Object.entries({ q, reason, whose }).filter(([, value]) => value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given)}`;
}

function page(context: PageContext, title: string, main: HtmlValue): string {
  return layout(context, { title, unlisted: true, main: html`<div class="account wide">${main}</div>` });
}
