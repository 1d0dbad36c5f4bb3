import { attribute, type Html, html } from '../../html/html.ts';
import type { JobView } from '../../jobs/queue/job.ts';
import type { JobLine } from '../../jobs/queue/log.ts';
import type { JobPart } from '../../jobs/queue/read.ts';
import type { ScheduleView } from '../../jobs/queue/schedules.ts';
import type { JobWish } from '../../jobs/queue/wishes.ts';
import { jobButtons, priorityForm } from '../jobs/actions.ts';
import { jobFacts, jobsTable, live } from '../jobs/parts.ts';
import { dateTime } from '../ui/date-time.ts';
import { alert, done, form } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import { adminPage, type Part, partFoot } from './frame.ts';

export interface JobsModel extends Part {
  readonly rows: readonly JobView[];
  /** Undefined: all. */
  readonly part: JobPart | undefined;
  readonly schedules: readonly ScheduleView[];
  readonly done: string | undefined;
  readonly problem: string | undefined;
}

/** What runs and waits, then what has ended. */
export function jobsPage(context: PageContext, model: JobsModel): string {
  const { tr } = context;
  const link = (part: JobPart | undefined): Html =>
    html`<li><a href="/admin/jobs${part === undefined ? '' : `?part=${part}`}"${attribute('aria-current', part === model.part ? 'page' : undefined)}>${tr.t(`admin.jobs.part.${part ?? 'all'}`)}</a></li>`;
  const isActive = model.rows.some(({ ended }) => ended === null);
  const list = html`${model.rows.length === 0 && html`<p>${tr.t('admin.jobs.none')}</p>`}${jobsTable(context, model.rows, '/admin/jobs')}`;
  return adminPage(
    context,
    'jobs',
    tr.t('admin.tab.jobs'),
    html`${done(model.done)}${alert(model.problem)}<p>${tr.rich('admin.jobs.says', { command: html`<code>reperio job add load FILE</code>` })}</p>
<nav class="tabs" aria-label="${tr.t('admin.jobs.parts')}"><ul>${([undefined, 'active', 'done', 'archived'] as const).map(link)}</ul></nav>
${live('jobs', isActive, list)}
${partFoot(context, model)}
${schedulesSection(context, model.schedules)}`,
  );
}

function schedulesSection(context: PageContext, schedules: readonly ScheduleView[]): Html | false {
  const { tr } = context;
  const columns: readonly Column<ScheduleView>[] = [
    { head: tr.t('admin.jobs.schedule'), number: true, cell: ({ id }) => tr.number(id) },
    { head: tr.t('admin.jobs.what'), cell: ({ kind, name }) => html`<code>${kind}</code> <bdi>${name}</bdi>` },
    { head: tr.t('admin.actor'), cell: ({ person }) => person ?? '' },
    { head: tr.t('admin.jobs.rhythm'), cell: (one) => rhythmText(context, one) },
    { head: tr.t('admin.jobs.next'), cell: ({ next, problem }) => problem ?? dateTime(context, next) },
    {
      head: tr.t('admin.jobs.last'),
      cell: ({ last, lastState }) =>
        last === null ? '' : html`<a href="/admin/jobs/${last}">${last}</a> ${tr.t(`admin.jobs.state.${lastState}`)}`,
    },
    {
      head: tr.t('table.do'),
      cell: (one) => html`${changeForm(context, one)}${deleteForm(context, one)}`,
    },
  ];
  return (
    schedules.length > 0 &&
    html`<h2>${tr.t('admin.jobs.schedules')}</h2>${table(tr.t('admin.jobs.schedules'), columns, schedules, { stacks: true })}`
  );
}

function deleteForm(context: PageContext, { id }: ScheduleView): Html {
  const { tr } = context;
  return form(
    context,
    `/admin/jobs/schedules/${id}`,
    html`<button class="quiet" name="wish" value="delete">${tr.t('admin.jobs.wish.delete')}<span class="hidden"> ${id}</span></button>`,
    'inline',
  );
}

/** When its jobs come, as it was written. */
function changeForm(context: PageContext, { id, every, cron, hours, priority }: ScheduleView): Html {
  const { tr } = context;
  const written = cron ?? (every! % 3_600 === 0 ? `${every! / 3_600}h` : `${every! / 60}min`);
  const box = (name: string, label: string, value: string): Html =>
    html`<p class="field"><label for="${name}-${id}">${label}</label><input id="${name}-${id}" name="${name}" type="text" value="${value}" autocomplete="off" autocapitalize="none"></p>`;
  return html`<details><summary>${tr.t('admin.jobs.change_schedule')}<span class="hidden"> ${id}</span></summary>${form(
    context,
    `/admin/jobs/schedules/${id}`,
    html`${box('rhythm', tr.t('admin.jobs.rhythm_hint'), written)}${box('window', tr.t('admin.jobs.hours'), hours ?? '')}${box('priority', tr.t('admin.jobs.priority'), String(priority))}
<p><button name="wish" value="change">${tr.t('kb.save')}</button></p>`,
  )}</details>`;
}

function rhythmText({ tr }: PageContext, { every, cron, timeZone }: ScheduleView): Html | string {
  if (every === null) return html`<code>${cron}</code>${timeZone !== null && html` (${timeZone})`}`;
  const hours = every / 3_600;
  return Number.isInteger(hours)
    ? tr.t('admin.jobs.every_hours', { count: hours })
    : tr.t('admin.jobs.every_minutes', { count: every / 60 });
}

export interface JobModel {
  readonly job: JobView;
  /** The last of its log. */
  readonly lines: readonly JobLine[];
  readonly wishes: readonly JobWish[];
  readonly done: string | undefined;
  readonly problem: string | undefined;
}

export function jobPage(context: PageContext, { job, lines, wishes, done: said, problem }: JobModel): string {
  const { tr } = context;
  const action = `/admin/jobs/${job.id}`;
  const content = html`${jobButtons(context, action, wishes)}${jobFacts(context, job, lines)}`;
  return adminPage(
    context,
    'jobs',
    tr.t('admin.jobs.one', { id: job.id, kind: job.kind, name: job.name }),
    html`${done(said)}${alert(problem)}
<p><a href="/admin/jobs">${tr.t('admin.tab.jobs')}</a></p>
${priorityForm(context, action, job)}
${live('job', job.ended === null, content)}`,
  );
}
