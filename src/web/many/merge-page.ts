import { attribute, html } from '../../html/html.ts';
import type { RecordVersion } from '../../index/entry.ts';
import type { MergeRow } from '../../marc/merge-choice.ts';
import type { Field } from '../../marc/record.ts';
import { lineOf } from '../../marc/writers/text.ts';
import { alert, form } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';

export interface MergeModel {
  readonly survivor: RecordVersion;
  readonly other: RecordVersion;
  readonly rows: readonly MergeRow[];
  readonly problem: string | undefined;
}

/** Of a long field. */
const longest = 500;

/** Both records beside each other, with a tick for each field that stays. */
export function mergePage(context: PageContext, { survivor, other, rows, problem }: MergeModel): string {
  const { tr } = context;
  const [a, b] = [String(survivor.id), String(other.id)];
  const title = tr.t('merge.title', { id: a, other: b });
  const placed = rows.map((row, place) => ({ ...row, place }));
  const cell = (field: Field | undefined) => field !== undefined && html`<bdi dir="ltr">${short(lineOf(field))}</bdi>`;
  const columns: readonly Column<(typeof placed)[number]>[] = [
    {
      head: tr.t('merge.keep'),
      cell: ({ ours, theirs, isTaken, place }) =>
        html`<input type="checkbox" name="row" value="${String(place)}" aria-label="${short(lineOf((ours ?? theirs)!))}"${attribute('checked', isTaken)}>`,
    },
    { head: tr.t('merge.stays', { id: a }), cell: ({ ours }) => cell(ours) },
    { head: tr.t('merge.goes', { id: b }), cell: ({ theirs }) => cell(theirs) },
  ];
  return layout(context, {
    title,
    unlisted: true,
    main: html`<div class="account wide"><h1>${title}</h1>${alert(problem)}<p>${tr.t('merge.says', { id: a, other: b })}</p>
<p class="actions"><a href="/record/${a}">${tr.t('record.number', { id: a })}</a> <a href="/record/${b}">${tr.t('record.number', { id: b })}</a> <a href="/merge/${b}/${a}">${tr.t('merge.swap')}</a></p>
${form(
  context,
  `/merge/${a}/${b}`,
  html`<input type="hidden" name="revision" value="${survivor.revision}"><input type="hidden" name="other-revision" value="${other.revision}">
${table(tr.t('merge.fields'), columns, placed, { stacks: true })}<p><button>${tr.t('merge.do')}</button></p>`,
)}</div>`,
  });
}

/** Two numbers; the first one stays. */
export function chooseMergePage(
  context: PageContext,
  { ids, problem }: { readonly ids: readonly string[]; readonly problem: string | undefined },
): string {
  const { tr } = context;
  const title = tr.t('merge.choose');
  const box = (id: string, label: string, value: string | undefined) =>
    html`<p class="field"><label for="${id}">${label}</label><input id="${id}" name="id" type="text" inputmode="numeric" value="${value ?? ''}" required autocomplete="off"></p>`;
  return layout(context, {
    title,
    unlisted: true,
    main: html`<div class="account"><h1>${title}</h1>${alert(problem)}<p>${tr.t('merge.choose_says')}</p>
<form class="form" method="get" action="/merge">${box('first', tr.t('merge.first'), ids[0])}${box('second', tr.t('merge.second'), ids[1])}
<p><button>${tr.t('merge.look')}</button></p></form></div>`,
  });
}

/** For a record that is merged already. */
export function unmergePage(
  context: PageContext,
  { a, b, problem }: { readonly a: string; readonly b: string; readonly problem: string | undefined },
): string {
  const { tr } = context;
  const title = tr.t('merge.done', { id: a, other: b });
  return layout(context, {
    title,
    unlisted: true,
    main: html`<div class="account wide"><h1>${title}</h1>${alert(problem)}<p>${tr.t('merge.undo_says')}</p>
${form(context, `/merge/${a}/${b}`, html`<button>${tr.t('merge.undo')}</button>`)}</div>`,
  });
}

function short(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
