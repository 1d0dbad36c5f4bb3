import type { ChangeSet } from '../../cataloguing/change-sets.ts';
import { html } from '../../html/html.ts';
import { withParameter } from '../http/url.ts';
import { dateTime } from '../ui/date-time.ts';
import { alert, form } from '../ui/form.ts';
import { layout } from '../ui/layout.ts';
import type { PageContext } from '../ui/page-context.ts';
import { paging } from '../ui/paging.ts';
import { type Column, table } from '../ui/table.ts';
import { outcomesText } from './outcomes.ts';

/** What somebody has typed. */
export interface ManyForm {
  readonly query: string;
  readonly numbers: string;
  readonly task: string;
}

export interface ManyModel {
  readonly filled: ManyForm;
  readonly problem: string | undefined;
  readonly sets: readonly ChangeSet[];
  readonly page: number;
  readonly last: number;
}

const example = `actions:
  - on: 700
    where: { subfield: u, is: CERN }
    do: replace-text
    subfield: u
    contains: CERN
    with: CERN, Geneva`;

/** Which records, and what is to be done; below it what was done before. */
export function manyPage(context: PageContext, model: ManyModel): string {
  const { tr } = context;
  const { filled, sets } = model;
  const area = (name: 'numbers' | 'task', rows: number) =>
    html`<p class="field"><label for="${name}">${tr.t(`many.${name}`)}</label>
<textarea id="${name}" name="${name}" rows="${String(rows)}" spellcheck="false" autocapitalize="none" aria-describedby="${name}-hint">${filled[name]}</textarea>
<span class="small muted" id="${name}-hint">${tr.t(`many.${name}_hint`)}</span></p>`;
  const columns: readonly Column<ChangeSet>[] = [
    { head: tr.t('many.set'), number: true, cell: ({ id }) => html`<a href="/edit/many/${String(id)}">${id}</a>` },
    { head: tr.t('many.what'), cell: ({ name, selection }) => html`<bdi>${name === '' ? selection : name}</bdi>` },
    { head: tr.t('admin.actor'), cell: ({ person }) => person ?? '' },
    { head: tr.t('admin.at'), cell: ({ at }) => dateTime(context, at) },
    { head: tr.t('many.records'), number: true, cell: ({ counts }) => tr.number(counts.changed) },
    { head: tr.t('admin.state'), cell: (set) => `${tr.t(`many.state.${set.state}`)}${outcomesText(context, set)}` },
  ];
  const href = (number: number): string =>
    withParameter(context.address, 'page', number === 1 ? undefined : String(number));
  return layout(context, {
    title: tr.t('many.title'),
    unlisted: true,
    main: html`<div class="account wide"><h1>${tr.t('many.title')}</h1>${alert(model.problem)}
<p>${tr.t('many.says')}</p>
${form(
  context,
  '/edit/many',
  html`<p class="field"><label for="query">${tr.t('many.query')}</label>
<input id="query" name="query" type="text" value="${filled.query}" autocapitalize="none" aria-describedby="query-hint">
<span class="small muted" id="query-hint">${tr.t('many.query_hint')}</span></p>
${area('numbers', 3)}${area('task', 12)}
<details><summary>${tr.t('many.example')}</summary><pre dir="ltr">${example}</pre></details>
<p><button>${tr.t('many.preview')}</button></p>`,
)}
<h2>${tr.t('many.sets')}</h2>
${sets.length === 0 ? html`<p>${tr.t('many.none')}</p>` : table(tr.t('many.sets'), columns, sets, { stacks: true })}
${paging(context, { current: model.page, last: model.last, href })}</div>`,
  });
}
