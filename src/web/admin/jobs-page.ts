import { type Html, html } from '../../html/html.ts';
import type { JobView } from '../../jobs/queue/job.ts';
import type { JobLine } from '../../jobs/queue/log.ts';
import { type JobWish, possibleWishes } from '../../jobs/queue/wishes.ts';
import { dateTime } from '../ui/date-time.ts';
import { facts } from '../ui/facts.ts';
import { alert, done, form } from '../ui/form.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';
import { adminPage, type Part, partFoot } from './frame.ts';

export interface JobsModel extends Part {
  readonly rows: readonly JobView[];
}

/** What runs and waits, then what has ended. */
export function jobsPage(context: PageContext, model: JobsModel): string {
  const { tr } = context;
  const columns: readonly Column<JobView>[] = [
    {
      head: tr.t('admin.jobs.job'),
      number: true,
      cell: ({ id }) => html`<a href="/admin/jobs/${String(id)}">${id}</a>`,
    },
    { head: tr.t('admin.jobs.what'), cell: ({ kind, name }) => html`<code>${kind}</code> <bdi>${name}</bdi>` },
    { head: tr.t('admin.actor'), cell: ({ person }) => person ?? '' },
    { head: tr.t('admin.state'), cell: (job) => stateText(context, job) },
    { head: tr.t('admin.jobs.priority'), number: true, cell: ({ priority }) => tr.number(priority) },
    { head: tr.t('admin.at'), cell: ({ began, created }) => dateTime(context, began ?? created) },
    { head: tr.t('admin.jobs.how_far'), cell: (job) => howFar(context, job) },
  ];
  return adminPage(
    context,
    'jobs',
    tr.t('admin.tab.jobs'),
    html`<p>${tr.rich('admin.jobs.says', { command: html`<code>reperio job add load FILE</code>` })}</p>
${model.rows.length > 0 && table(tr.t('admin.tab.jobs'), columns, model.rows, { stacks: true })}
${partFoot(context, model)}`,
  );
}

export interface JobModel {
  readonly job: JobView;
  /** The last of its log. */
  readonly lines: readonly JobLine[];
  readonly done: string | undefined;
  readonly problem: string | undefined;
}

export function jobPage(context: PageContext, { job, lines, done: said, problem }: JobModel): string {
  const { tr } = context;
  const action = `/admin/jobs/${job.id}`;
  const button = (wish: JobWish): Html =>
    form(
      context,
      action,
      html`<button class="quiet" name="wish" value="${wish}">${tr.t(`admin.jobs.wish.${wish.replace('-', '_')}`)}</button>`,
      'inline',
    );
  return adminPage(
    context,
    'jobs',
    tr.t('admin.jobs.one', { id: job.id, kind: job.kind, name: job.name }),
    html`${done(said)}${alert(problem)}
<p><a href="/admin/jobs">${tr.t('admin.tab.jobs')}</a></p>
${facts([
  [tr.t('admin.state'), [stateText(context, job)]],
  [tr.t('admin.jobs.how_far'), [howFar(context, job)]],
  [tr.t('admin.jobs.problem'), job.problem === null ? [] : [job.problem]],
  [tr.t('admin.actor'), job.person === null ? [] : [job.person]],
  [tr.t('admin.jobs.asked'), [dateTime(context, job.created)]],
  [tr.t('admin.jobs.began'), job.began === null ? [] : [dateTime(context, job.began)]],
  [tr.t('admin.jobs.ended'), job.ended === null ? [] : [dateTime(context, job.ended)]],
  [tr.t('admin.jobs.node'), job.node === null ? [] : [job.node]],
  [tr.t('admin.jobs.hours'), job.hours === null ? [] : [job.hours]],
  [tr.t('admin.jobs.sequence'), job.sequence === null ? [] : [job.sequence]],
  [tr.t('admin.jobs.priority'), [tr.number(job.priority)]],
])}
<p>${possibleWishes(job.state).map((wish) => html`${button(wish)} `)}</p>
${lines.length > 0 && logSection(context, lines)}`,
  );
}

function logSection(context: PageContext, lines: readonly JobLine[]): Html {
  const { tr } = context;
  const line = ({ at, level, text }: JobLine): string =>
    `${at.toISOString().slice(0, 19).replace('T', ' ')}  ${level === 'info' ? '' : `${level}: `}${text}`;
  return html`<h2>${tr.t('admin.jobs.log')}</h2>
<pre tabindex="0" dir="ltr">${lines.map(line).join('\n')}</pre>`;
}

function stateText({ tr }: PageContext, { state, wish, acknowledged }: JobView): string {
  if (state === 'running' && wish !== null) return tr.t(`admin.jobs.soon.${wish}`);
  return tr.t(state === 'failed' && acknowledged ? 'admin.jobs.seen' : `admin.jobs.state.${state}`);
}

function howFar(context: PageContext, job: JobView): Html | string {
  const { tr } = context;
  const { state, progress, did, after, due } = job;
  if (state === 'waiting' && after !== null) return tr.t('admin.jobs.after', { id: after });
  if (state === 'waiting' && due !== null) return html`${tr.t('admin.jobs.due')} ${dateTime(context, due)}`;
  if ((state === 'running' || state === 'sleeping') && progress !== null) {
    const { done: part, total, sentence } = progress;
    if (total === undefined || total === 0) return sentence;
    return html`<progress max="${String(total)}" value="${String(Math.min(part, total))}" aria-label="${tr.t('admin.jobs.how_far')}"></progress> ${sentence}`;
  }
  return did ?? '';
}
