import type { ChangeSet, ChangeSetRecord, CountedChange } from '../../cataloguing/change-sets.ts';
import type { ShownChange } from '../../cataloguing/preview.ts';
import { attribute, type Html, type HtmlValue, html } from '../../html/html.ts';
import { changeKey } from '../../marc/actions/action.ts';
import { differencesOf } from '../../marc/differences.ts';
import type { Field } from '../../marc/record.ts';
import { lineOf } from '../../marc/writers/text.ts';
import { facts } from '../ui/facts.ts';
import { alert, checkbox, form } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import { outcomesText } from './outcomes.ts';

export interface SetModel {
  readonly set: ChangeSet;
  readonly problem: string | undefined;
  /** Records behind this number are shown; behind `next` there are more. */
  readonly after: number;
  readonly next: number | undefined;
  readonly records: readonly (ChangeSetRecord & ShownChange)[];
  /** How many are to be changed; more than `many` have to be confirmed. */
  readonly toChange: number;
  readonly many: number;
}

export const recordsOnPage = 20;
/** Different changes with a tick. */
export const changesShown = 200;
/** Of a long field. */
const longest = 300;
const mostDifferences = 50;

/** A change set: what it changes, with ticks as long as nothing was written. */
export function setPage(context: PageContext, model: SetModel): string {
  const { tr } = context;
  const { set } = model;
  const { id, name, state, counts } = set;
  const title = tr.t('many.one', { id });
  const isOpen = state === 'previewed';
  const content = html`${actionsTable(context, set)}${changesTable(context, set, isOpen)}${recordsPart(context, model, isOpen)}`;
  const address = `/edit/many/${id}`;
  return layout(context, {
    title,
    unlisted: true,
    main: html`<div class="account wide"><h1>${title}${name !== '' && html` <bdi>${name}</bdi>`}</h1>${alert(model.problem)}
<p><a href="/edit/many">${tr.t('many.title')}</a></p>
${facts([
  [tr.t('admin.state'), [`${tr.t(`many.state.${state}`)}${outcomesText(context, set)}`]],
  [tr.t('many.query'), set.selection === '' ? [] : [set.selection]],
  [
    tr.t('many.changes'),
    [tr.t('many.of', { changed: tr.number(counts.changed), selected: tr.number(counts.selected) })],
  ],
  [
    tr.t('many.job'),
    [set.job, set.undoJob].flatMap((job) =>
      job === undefined ? [] : [html`<a href="/jobs/${String(job)}">${job}</a>`],
    ),
  ],
])}
<details><summary>${tr.t('many.task')}</summary><pre dir="ltr" tabindex="0">${set.task}</pre></details>
${
  isOpen
    ? form(
        context,
        address,
        html`<input type="hidden" name="after" value="${model.after}">${content}${applyPart(context, model)}`,
      )
    : html`${state === 'applied' && form(context, address, html`<button name="wish" value="undo">${tr.t('many.undo')}</button> <span class="small muted">${tr.t('many.undo_hint')}</span>`)}${content}`
}</div>`,
  });
}

function applyPart({ tr }: PageContext, { set, toChange, many }: SetModel): Html {
  if (set.counts.changed === 0) return html`<p>${tr.t('many.nothing')}</p>`;
  const confirm =
    toChange > many && checkbox('confirm', String(toChange), tr.t('many.confirm', { number: tr.number(toChange) }));
  return html`${rulesPart(tr, set)}${confirm}<p class="actions"><button name="wish" value="apply">${tr.t('many.apply')}</button>
<button class="quiet" name="wish" value="save">${tr.t('many.save')}</button></p>
<p class="small muted">${tr.t('many.apply_hint')}</p>`;
}

/** What rules would keep from being written, before somebody wants it. */
function rulesPart(tr: PageContext['tr'], { counts: { rules } }: ChangeSet): Html | false {
  if (rules === undefined || rules.refused + rules.held === 0) return false;
  type Ruled = (typeof rules.first)[number];
  const left = rules.refused + rules.held - rules.first.length;
  const said = (['refused', 'held'] as const).filter((name) => rules[name] > 0);
  const columns: readonly Column<Ruled>[] = [
    {
      head: tr.t('many.record'),
      cell: ({ id }) => html`<a href="/record/${String(id)}">${tr.t('record.number', { id: String(id) })}</a>`,
    },
    { head: tr.t('upload.outcome'), cell: ({ outcome }) => tr.t(`many.became.${outcome}`) },
    { head: tr.t('held.reason'), cell: ({ reasons }) => html`<span lang="en">${reasons.join('; ')}</span>` },
  ];
  return html`<h2>${tr.t('many.rules')}</h2>
<p role="status">${said.map((name) => tr.t(`many.would_be.${name}`, { count: rules[name], number: tr.number(rules[name]) })).join(' ')} ${tr.t('many.rules_hint')}</p>
${table(tr.t('many.rules'), columns, rules.first, { stacks: true })}
${left > 0 && html`<p class="muted">${tr.t('many.rules_more', { count: left, number: tr.number(left) })}</p>`}`;
}

function actionsTable({ tr }: PageContext, { counts }: ChangeSet): Html {
  const rows = counts.actions.map((one, place) => ({ ...one, place: place + 1 }));
  return table(
    tr.t('many.actions'),
    [
      { head: tr.t('many.action'), number: true, cell: ({ place }) => tr.number(place) },
      { head: tr.t('many.times'), number: true, cell: ({ times }) => tr.number(times) },
      { head: tr.t('many.records'), number: true, cell: ({ records }) => tr.number(records) },
    ],
    rows,
  );
}

/** All different changes, the most frequent first. */
function changesTable(context: PageContext, set: ChangeSet, isOpen: boolean): Html | false {
  const { tr } = context;
  const { changes, distinct, isCut } = set.counts;
  const out = new Set(set.leftOut);
  const rows = changes.slice(0, changesShown).map((change, place) => ({ ...change, place }));
  const tick = (change: CountedChange & { readonly place: number }): HtmlValue => {
    const label = `${change.before} → ${change.after}`;
    const isIn = !out.has(changeKey(change));
    if (!isOpen) return tr.t(isIn ? 'many.in' : 'many.out');
    return html`<input type="checkbox" name="change" value="${String(change.place)}" aria-label="${label}"${attribute('checked', isIn)}>`;
  };
  const columns: readonly Column<(typeof rows)[number]>[] = [
    { head: tr.t('many.do'), cell: tick },
    { head: tr.t('many.action'), number: true, cell: ({ action }) => tr.number(action + 1) },
    { head: tr.t('history.field'), cell: ({ tag }) => html`<code>${tag}</code>` },
    { head: tr.t('many.before'), cell: ({ before }) => html`<del><bdi>${short(before)}</bdi></del>` },
    { head: tr.t('many.after'), cell: ({ after }) => html`<ins><bdi>${short(after)}</bdi></ins>` },
    { head: tr.t('many.times'), number: true, cell: ({ times }) => tr.number(times) },
    { head: tr.t('many.records'), number: true, cell: ({ records }) => tr.number(records) },
  ];
  const left = distinct - rows.length;
  return (
    rows.length > 0 &&
    html`<h2>${tr.t('many.changes')}</h2>${table(tr.t('many.changes'), columns, rows, { stacks: true })}
${(left > 0 || isCut) && html`<p class="muted">${tr.t('many.more', { number: tr.number(left) })}</p>`}`
  );
}

function recordsPart(context: PageContext, model: SetModel, isOpen: boolean): Html | false {
  const { tr } = context;
  const { set, records, next, after } = model;
  if (records.length === 0 && after === 0) return false;
  const links = html`<p class="actions">${after > 0 && html`<a href="/edit/many/${String(set.id)}">${tr.t('many.first')}</a> `}${next !== undefined && html`<a href="/edit/many/${String(set.id)}?after=${String(next)}">${tr.t('many.next')}</a>`}</p>`;
  return html`<h2>${tr.t('many.records')}</h2>${records.map((one) => recordPart(context, one, isOpen))}${links}`;
}

function recordPart(context: PageContext, one: SetModel['records'][number], isOpen: boolean): Html {
  const { tr } = context;
  const { id, outcome, undoOutcome } = one;
  const link = html`<a href="/record/${String(id)}">${tr.t('record.number', { id: String(id) })}</a>`;
  const told = [
    ...(outcome === undefined ? [] : [tr.t(`many.became.${outcome}`)]),
    ...(undoOutcome === undefined ? [] : [tr.t('many.taken_back', { became: tr.t(`many.became.${undoOutcome}`) })]),
  ];
  const head = isOpen
    ? html`<input type="hidden" name="shown" value="${String(id)}">${checkbox('record', String(id), link, !one.leftOut)}`
    : html`<p>${link} <span class="muted">${told.join(', ')}</span></p>`;
  const { fields } = differencesOf(one.before, one.after);
  const line = (field: Field | undefined, kind: 'del' | 'ins'): Html | false => {
    if (field === undefined) return false;
    const text = html`<bdi>${short(lineOf(field))}</bdi>`;
    const sign = html`<span class="hidden">${tr.t(`history.${kind}`)}</span>`;
    return kind === 'del' ? html`<li>${sign}<del>${text}</del></li>` : html`<li>${sign}<ins>${text}</ins></li>`;
  };
  const left = fields.length - mostDifferences;
  return html`${head}<ul class="plain" dir="ltr">${fields.slice(0, mostDifferences).map(({ before, after }) => html`${line(before, 'del')}${line(after, 'ins')}`)}</ul>
${left > 0 && html`<p class="muted">${tr.t('history.more', { count: left })}</p>`}`;
}

function short(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
