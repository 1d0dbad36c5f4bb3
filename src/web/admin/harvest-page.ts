import { type SourceText, sourceText } from '../../exchange/harvest/check-source.ts';
import type { HarvestedRecord } from '../../exchange/harvest/harvested-records.ts';
import type { HarvestRun } from '../../exchange/harvest/runs.ts';
import {
  deletionPolicies,
  errorPolicies,
  harvestModes,
  profiles,
  type Source,
  type SourceView,
} from '../../exchange/harvest/source.ts';
import type { StepCounts } from '../../exchange/harvest/tally.ts';
import type { Tried } from '../../exchange/harvest/try-source.ts';
import { type Html, html } from '../../html/html.ts';
import { dateTime } from '../ui/date-time.ts';
import { facts } from '../ui/facts.ts';
import { alert, checkbox, done, field, form, select } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import { adminPage, partFoot } from './frame.ts';

interface Said {
  readonly problem: string | undefined;
  readonly done: string | undefined;
  /** Who asks may change sources. */
  readonly changes: boolean;
}

export interface HarvestModel extends Said {
  readonly sources: readonly SourceView[];
  /** What was typed into the form, when something is wrong with it. */
  readonly typed: SourceText;
}

export function harvestPage(
  context: PageContext,
  { sources, typed, problem, done: what, changes }: HarvestModel,
): string {
  const { tr } = context;
  const columns: readonly Column<SourceView>[] = [
    { head: tr.t('admin.harvest.source'), cell: ({ name }) => html`<a href="/admin/harvest/${name}">${name}</a>` },
    { head: tr.t('admin.harvest.address'), cell: ({ base }) => base },
    { head: tr.t('admin.harvest.format'), cell: ({ prefix }) => prefix },
    { head: tr.t('admin.harvest.records'), cell: ({ records }) => tr.number(records), number: true },
    { head: tr.t('admin.harvest.refused'), cell: ({ refused }) => tr.number(refused), number: true },
    { head: tr.t('admin.harvest.last'), cell: (one) => lastRun(context, one) },
    { head: tr.t('admin.jobs.next'), cell: ({ next }) => next !== undefined && dateTime(context, next) },
  ];
  return adminPage(
    context,
    'harvest',
    tr.t('admin.tab.harvest'),
    html`${done(what)}${alert(problem)}<p>${tr.t('admin.harvest.says')}</p>
${sources.length === 0 ? html`<p>${tr.t('admin.harvest.none')}</p>` : table(tr.t('admin.tab.harvest'), columns, sources, { stacks: true })}
${changes && html`<h2>${tr.t('admin.harvest.add')}</h2>${sourceForm(context, '/admin/harvest', typed)}`}`,
  );
}

function lastRun(context: PageContext, { lastRun: id, lastBegan, lastProblem }: SourceView): Html | false {
  if (id === undefined || lastBegan === undefined) return false;
  const failed = lastProblem === undefined ? '' : ` ${context.tr.t('admin.harvest.failed')}`;
  return html`<a href="/admin/harvest/runs/${id}">${dateTime(context, lastBegan)}</a>${failed}`;
}

/** To add a source, or to change one: then its name stays. */
function sourceForm(context: PageContext, action: string, typed: SourceText, isThere = false): Html {
  const { tr } = context;
  const label = (name: string): string => tr.t(`admin.harvest.${name}`);
  const box = (name: keyof SourceText & string, title: string, hint?: string): Html =>
    field({ name, label: label(title), value: String(typed[name] ?? ''), optional: true, hint });
  const choose = (name: string, title: string, words: readonly string[], chosen = words[0]!): Html =>
    select(
      name,
      label(title),
      words.map((value) => ({ value, label: value })),
      chosen || words[0]!,
    );
  return form(
    context,
    action,
    html`${!isThere && field({ name: 'name', label: label('source'), value: typed.name, hint: label('name_hint') })}
${field({ name: 'base', label: label('address'), value: typed.base, hint: label('address_hint') })}
${field({ name: 'prefix', label: label('format'), value: typed.prefix || 'marcxml' })}
${field({ name: 'sets', label: label('sets'), value: typed.sets?.join(' '), optional: true, hint: label('sets_hint') })}
<details><summary>${label('steps')}</summary>
${lines('table', label('table'), typed.table, label('table_hint'))}
${lines('add', label('added'), typed.add, label('added_hint'))}
${box('drop', 'drop', label('question_hint'))}${box('hold', 'hold')}${box('keep', 'keep')}
${choose('profile', 'profile', profiles, typed.profile)}
${choose('new', 'new', ['insert', 'hold', 'drop'], typed.ifNew)}
${choose('matched', 'matched', ['replace', 'hold', 'drop'], typed.ifMatched)}
${choose('ambiguous', 'ambiguous', ['hold', 'insert', 'drop'], typed.ifAmbiguous)}
${choose('mode', 'mode', harvestModes, typed.mode)}
${choose('deleted', 'deleted', deletionPolicies, typed.deleted)}
${choose('on_error', 'on_error', errorPolicies, typed.onError)}
</details>
${isThere ? html`<button name="wish" value="change">${label('wish.change')}</button>` : html`<button>${label('add')}</button>`}`,
  );
}

function lines(name: string, label: string, value: readonly string[] | undefined, hint: string): Html {
  return html`<p class="field"><label for="${name}">${label}</label>
<textarea id="${name}" name="${name}" rows="4" spellcheck="false" aria-describedby="${name}-hint">${(value ?? []).join('\n')}</textarea>
<span class="small muted" id="${name}-hint">${hint}</span></p>`;
}

export interface SourceModel extends Said {
  readonly source: SourceView;
  /** What was typed into the form, when something is wrong with it. */
  readonly typed: SourceText | undefined;
  readonly runs: readonly HarvestRun[];
  readonly total: number;
  readonly page: number;
}

export function sourcePage(context: PageContext, model: SourceModel): string {
  const { tr } = context;
  const { source, changes, runs, total, page } = model;
  const { steps, sets } = source;
  const label = (name: string): string => tr.t(`admin.harvest.${name}`);
  const action = `/admin/harvest/${source.name}`;
  const button = (wish: string): Html =>
    form(
      context,
      action,
      html`<button class="quiet" name="wish" value="${wish}">${label(`wish.${wish}`)}</button>`,
      'inline',
    );
  const pairs = (record: Readonly<Record<string, string>> | undefined): readonly string[] =>
    Object.entries(record ?? {}).map(([from, to]) => `${from} = ${to}`);
  const some = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);
  return adminPage(
    context,
    'harvest',
    tr.t('admin.harvest.one', { name: source.name }),
    html`${done(model.done)}${alert(model.problem)}<p><a href="/admin/harvest">${tr.t('admin.tab.harvest')}</a></p>
${facts([
  [label('address'), [source.base]],
  [label('format'), [source.prefix]],
  [label('sets'), sets],
  [label('table'), pairs(steps.convert.table)],
  [label('added'), pairs(steps.convert.add)],
  [label('drop'), some(steps.filter.drop)],
  [label('hold'), some(steps.filter.hold)],
  [label('keep'), some(steps.filter.keep)],
  [label('profile'), [steps.match.profile]],
  [label('new'), [steps.match.new]],
  [label('matched'), [steps.match.matched]],
  [label('ambiguous'), [steps.match.ambiguous]],
  [label('mode'), [source.mode]],
  [label('deleted'), [source.deleted]],
  [label('on_error'), [source.onError]],
  [label('records'), [tr.number(source.records)]],
  [label('refused'), [tr.number(source.refused)]],
])}
<p>${button('test')} ${changes && button('remove')}</p>
<h2>${label('wish.run')}</h2>
${form(
  context,
  action,
  html`${field({ name: 'from', label: label('from'), type: 'date', optional: true })}
${field({ name: 'until', label: label('until'), type: 'date', optional: true })}
${field({ name: 'identifier', label: label('identifier'), optional: true, hint: label('identifier_hint') })}
${checkbox('again', '1', label('again'))}
<button name="wish" value="run">${label('wish.run')}</button>`,
)}
${changes && html`<h2>${label('change')}</h2><p>${label('change_says')}</p>${sourceForm(context, action, model.typed ?? sourceText(source), true)}`}
<h2>${label('runs')}</h2>
${runs.length > 0 && runsTable(context, runs)}${partFoot(context, { text: '', page, total })}`,
  );
}

function runsTable(context: PageContext, runs: readonly HarvestRun[]): Html {
  const { tr } = context;
  const columns: readonly Column<HarvestRun>[] = [
    { head: tr.t('admin.harvest.run'), cell: ({ id }) => html`<a href="/admin/harvest/runs/${id}">${id}</a>` },
    { head: tr.t('admin.jobs.began'), cell: ({ began }) => dateTime(context, began) },
    { head: tr.t('admin.jobs.ended'), cell: ({ ended }) => ended !== undefined && dateTime(context, ended) },
    { head: tr.t('admin.harvest.pages'), cell: ({ pages }) => tr.number(pages), number: true },
    { head: tr.t('admin.harvest.became'), cell: (one) => waysText(context, one.counts['upload'] ?? {}) },
    { head: tr.t('admin.jobs.problem'), cell: ({ problem }) => problem ?? '' },
  ];
  return table(tr.t('admin.harvest.runs'), columns, runs, { stacks: true });
}

function waysText({ tr }: PageContext, ways: Readonly<Record<string, number>>): string {
  return Object.entries(ways)
    .map(([way, many]) => `${tr.number(many)} ${way}`)
    .join(', ');
}

function stepsOf(context: PageContext, counts: StepCounts): Html {
  return facts(Object.entries(counts).map(([step, ways]) => [step, [waysText(context, ways)]]));
}

export interface RunModel {
  readonly run: HarvestRun;
  readonly records: readonly HarvestedRecord[];
  readonly outcome: string | undefined;
  /** Behind which identifier more come. */
  readonly next: string | undefined;
}

export function runPage(context: PageContext, { run, records, outcome, next }: RunModel): string {
  const { tr } = context;
  const here = `/admin/harvest/runs/${run.id}`;
  const ways = Object.keys(run.counts['upload'] ?? {}).filter((way) => way !== 'unchanged');
  const more = new URLSearchParams({
    ...(outcome !== undefined && { outcome }),
    ...(next !== undefined && { after: next }),
  });
  return adminPage(
    context,
    'harvest',
    tr.t('admin.harvest.run_of', { id: run.id, name: run.name }),
    html`<p><a href="/admin/harvest/${run.name}">${tr.t('admin.harvest.one', { name: run.name })}</a></p>
${alert(run.problem)}
${facts([
  [tr.t('admin.jobs.began'), [dateTime(context, run.began)]],
  [tr.t('admin.jobs.ended'), run.ended === undefined ? [] : [dateTime(context, run.ended)]],
  [tr.t('admin.jobs.job'), run.job === undefined ? [] : [html`<a href="/admin/jobs/${run.job}">${run.job}</a>`]],
  [tr.t('admin.harvest.asked'), Object.entries(run.asked).map(([name, value]) => `${name} ${value}`)],
  [tr.t('admin.harvest.pages'), [tr.number(run.pages)]],
])}
${stepsOf(context, run.counts)}
<h2>${tr.t('admin.harvest.records')}</h2>
<p>${tr.t('admin.harvest.records_says')}</p>
<p>${['', ...ways].map((way) => html`<a href="${way === '' ? here : `${here}?outcome=${way}`}">${way === '' ? tr.t('admin.jobs.part.all') : way}</a> `)}</p>
${records.length > 0 && recordsTable(context, records)}
${records.map(
  ({ identifier, xml }) =>
    xml !== undefined &&
    html`<details><summary>${identifier}</summary><pre tabindex="0" dir="ltr">${xml}</pre></details>
`,
)}
${next !== undefined && html`<p><a href="${here}?${more.toString()}">${tr.t('admin.harvest.more')}</a></p>`}`,
  );
}

function recordsTable(
  context: PageContext,
  records: readonly (Pick<HarvestedRecord, 'identifier' | 'datestamp' | 'outcome' | 'record' | 'message'> & {
    readonly title?: string;
  })[],
): Html {
  const { tr } = context;
  type Row = (typeof records)[number];
  const columns: readonly Column<Row>[] = [
    { head: tr.t('admin.harvest.identifier'), cell: ({ identifier }) => identifier },
    ...(records[0]?.title === undefined
      ? []
      : [{ head: tr.t('admin.harvest.title'), cell: ({ title = '' }: Row) => title }]),
    { head: tr.t('admin.harvest.date'), cell: ({ datestamp }) => datestamp },
    { head: tr.t('admin.harvest.became'), cell: ({ outcome }) => outcome },
    {
      head: tr.t('admin.harvest.record'),
      cell: ({ record }) => record > 0 && html`<a href="/record/${record}">${record}</a>`,
    },
    { head: tr.t('admin.harvest.why'), cell: ({ message }) => message ?? '' },
  ];
  return table(tr.t('admin.harvest.records'), columns, records, { stacks: true });
}

export function triedPage(context: PageContext, source: Source, { identify, counts, size, records }: Tried): string {
  const { tr } = context;
  return adminPage(
    context,
    'harvest',
    tr.t('admin.harvest.tried', { name: source.name }),
    html`<p><a href="/admin/harvest/${source.name}">${tr.t('admin.harvest.one', { name: source.name })}</a></p>
<p>${tr.t('admin.harvest.tried_says')}</p>
${facts([
  [tr.t('admin.harvest.source'), [identify.name]],
  [tr.t('admin.harvest.size'), size === undefined ? [] : [tr.number(size)]],
])}
${stepsOf(context, counts)}
${records.length > 0 && recordsTable(context, records)}`,
  );
}
