import { type Html, html } from '../../html/html.ts';
import type { JobView } from '../../jobs/queue/job.ts';
import type { JobLine } from '../../jobs/queue/log.ts';
import { dateTime } from '../ui/date-time.ts';
import { facts } from '../ui/facts.ts';
import type { PageContext } from '../ui/page-context.ts';
import { type Column, table } from '../ui/table.ts';

/** Jobs as rows; `base` is the address of their pages: /jobs or /admin/jobs. */
export function jobsTable(context: PageContext, rows: readonly JobView[], base: string): Html | false {
  const { tr } = context;
  const columns: readonly Column<JobView>[] = [
    {
      head: tr.t('admin.jobs.job'),
      number: true,
      cell: ({ id }) => html`<a href="${base}/${String(id)}">${id}</a>`,
    },
    { head: tr.t('admin.jobs.what'), cell: ({ kind, name }) => html`<code>${kind}</code> <bdi>${name}</bdi>` },
    { head: tr.t('admin.actor'), cell: ({ person }) => person ?? '' },
    { head: tr.t('admin.state'), cell: (job) => stateText(context, job) },
    { head: tr.t('admin.jobs.priority'), number: true, cell: ({ priority }) => tr.number(priority) },
    { head: tr.t('admin.at'), cell: ({ began, created }) => dateTime(context, began ?? created) },
    {
      head: tr.t('admin.jobs.how_far'),
      cell: (job) => html`${howFar(context, job)}${job.problem !== null && html` ${job.problem}`}`,
    },
  ];
  return rows.length > 0 && table(tr.t('admin.tab.jobs'), columns, rows, { stacks: true });
}

/** All about one, and the last of its log. */
export function jobFacts(context: PageContext, job: JobView, lines: readonly JobLine[]): Html {
  const { tr } = context;
  return html`${facts([
    [tr.t('admin.state'), [stateText(context, job)]],
    [tr.t('admin.jobs.how_far'), [howFar(context, job)]],
    [tr.t('admin.jobs.problem'), job.problem === null ? [] : [job.problem]],
    [tr.t('admin.actor'), job.person === null ? [] : [job.person]],
    [tr.t('admin.jobs.asked'), [dateTime(context, job.created)]],
    [tr.t('admin.jobs.began'), job.began === null ? [] : [dateTime(context, job.began)]],
    [tr.t('admin.jobs.ended'), job.ended === null ? [] : [dateTime(context, job.ended)]],
    [tr.t('admin.jobs.node'), job.node === null ? [] : [job.node]],
    [tr.t('admin.jobs.on_node'), job.onNode === null ? [] : [job.onNode]],
    [tr.t('admin.jobs.hours'), job.hours === null ? [] : [job.hours]],
    [tr.t('admin.jobs.sequence'), job.sequence === null ? [] : [job.sequence]],
    [tr.t('admin.jobs.schedule'), job.schedule === null ? [] : [tr.number(job.schedule)]],
    [tr.t('admin.jobs.priority'), [tr.number(job.priority)]],
  ])}
${lines.length > 0 && logSection(context, lines)}`;
}

function logSection(context: PageContext, lines: readonly JobLine[]): Html {
  const { tr } = context;
  const line = ({ at, level, text }: JobLine): string =>
    `${at.toISOString().slice(0, 19).replace('T', ' ')}  ${level === 'info' ? '' : `${level}: `}${text}`;
  return html`<h2>${tr.t('admin.jobs.log')}</h2>
<pre class="job-log" tabindex="0" dir="ltr">${lines.map(line).join('\n')}</pre>`;
}

/**
 * What changes by itself is asked for again, every few seconds while something goes on. Without
 * script it is as it was when the page was asked for.
 */
export function live(id: string, isActive: boolean, content: Html): Html {
  return html`<div id="${id}" data-live="${isActive ? activeEvery : quietEvery}">${content}</div>`;
}
const activeEvery = 3_000;
const quietEvery = 20_000;

function stateText({ tr }: PageContext, { state, wish, acknowledged }: JobView): string {
  if (state === 'running' && wish !== null) return tr.t(`admin.jobs.soon.${wish}`);
  return tr.t(state === 'failed' && acknowledged ? 'admin.jobs.seen' : `admin.jobs.state.${state}`);
}

function howFar(context: PageContext, job: JobView): Html | string {
  const { tr } = context;
  const { state, progress, did, after, afterState, due, onNode } = job;
  if (state === 'waiting' && after !== null) {
    const why = { failed: 'failed', stopped: 'stopped', sleeping: 'sleeping' } as const;
    const reason = why[afterState as keyof typeof why];
    return tr.t(reason === undefined ? 'admin.jobs.after' : `admin.jobs.after_${reason}`, { id: after });
  }
  if (state === 'waiting' && due !== null) return html`${tr.t('admin.jobs.due')} ${dateTime(context, due)}`;
  if (state === 'waiting' && onNode !== null) return tr.t('admin.jobs.waits_for_node', { node: onNode });
  if ((state === 'running' || state === 'sleeping') && progress !== null) {
    const { done: part, total, sentence } = progress;
    if (total === undefined || total === 0) return sentence;
    return html`<progress max="${String(total)}" value="${String(Math.min(part, total))}" aria-label="${tr.t('admin.jobs.how_far')}"></progress> ${sentence}${leftText(context, job)}`;
  }
  return did ?? '';
}

/** ", 3 min left", by how far it came in its time. */
function leftText({ tr }: PageContext, { state, progress, took }: JobView): string {
  const { done = 0, total = 0 } = progress ?? {};
  if (state !== 'running' || took === null || done <= 0 || done >= total) return '';
  const seconds = Math.round(((took / 1_000) * (total - done)) / done);
  const minutes = Math.round(seconds / 60);
  const time =
    seconds < 60
      ? `${seconds} s`
      : minutes < 60
        ? `${minutes} min`
        : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  return `, ${tr.t('admin.jobs.left', { time })}`;
}
