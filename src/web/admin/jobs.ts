import type { FastifyInstance } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { readLog } from '../../jobs/queue/log.ts';
import { type JobPart, listJobs } from '../../jobs/queue/read.ts';
import { readPriority } from '../../jobs/queue/read-when.ts';
import { listSchedules } from '../../jobs/queue/schedules.ts';
import { jobWishes } from '../../jobs/queue/wishes.ts';
import { may } from '../../people/person.ts';
import { doneText, formRoutes, given, problemText } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Answering, Exchange } from '../exchange/exchange.ts';
import { sendNotAllowed, sendNotFound } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { changeJob, changePriority } from '../jobs/change.ts';
import { findJob, type Reach, wishesOf } from '../jobs/reach.ts';
import { reschedule, rhythmIn, unschedule } from '../jobs/schedules.ts';
import { jobPage, jobsPage } from './jobs-page.ts';
import { listRange, rowNumber } from './list-range.ts';

/** Of a log the last lines. */
const linesShown = 200;
const parts: readonly JobPart[] = ['active', 'done', 'archived'];
const everybody: Reach = { kind: 'everybody' };

/** Jobs of everybody, for who may look after them. */
export function adminJobRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(admin, environment);
  const { database } = people.access;
  const guarded =
    (answer: Answering): Answering =>
    async (exchange) =>
      may(exchange.snapshot.site, exchange.person, 'cfgbibsched') ? answer(exchange) : sendNotAllowed(exchange);

  const list = async (exchange: Exchange, problem?: string, status = 200) => {
    const { page, offset, limit } = listRange(exchange.args);
    const part = parts.find((one) => one === exchange.args.get('part'));
    const { rows, total } = await listJobs(database, { ...(part !== undefined && { part }), offset, limit });
    const schedules = await listSchedules(database);
    const done = doneText(exchange.page, exchange.args);
    const model = { rows, total, page, text: '', part, schedules, done, problem };
    return sendHtml(exchange, jobsPage(exchange.page, model), status);
  };

  get(
    '/jobs',
    guarded((exchange) => list(exchange)),
  );

  const show = async (exchange: Exchange, problem?: string, status = 200) => {
    const job = await findJob(database, everybody, exchange.param('id'));
    if (job === undefined) return sendNotFound(exchange);
    const lines = await readLog(database, job.id, { last: linesShown });
    const page = { ...exchange.page, address: `/admin/jobs/${job.id}` };
    const model = { job, lines, wishes: wishesOf(everybody, job), problem, done: doneText(page, exchange.args) };
    return sendHtml(exchange, jobPage(page, model), status);
  };

  get(
    '/jobs/:id',
    guarded((exchange) => show(exchange)),
  );

  post(
    '/jobs/:id',
    guarded(async (exchange) => {
      const job = await findJob(database, everybody, exchange.param('id'));
      const asked = given(exchange, 'wish');
      const wish = jobWishes.find((one) => one === asked);
      if (job === undefined) return sendNotFound(exchange);
      if (wish === undefined && asked !== 'priority') return show(exchange);
      try {
        if (wish === undefined)
          await changePriority(database, exchange, everybody, job, given(exchange, 'priority').trim());
        else await changeJob(database, exchange, everybody, job, wish);
        const to = wish === 'delete' ? '/admin/jobs' : `/admin/jobs/${job.id}`;
        return exchange.reply.redirect(`${to}?done=job_${asked.replace('-', '_')}`, 303);
      } catch (error) {
        if (error instanceof UserError && error.status === 404) return sendNotFound(exchange);
        const { text, status } = problemText(exchange.page, error);
        return show(exchange, text, status);
      }
    }),
  );

  post(
    '/jobs/schedules/:id',
    guarded(async (exchange) => {
      const id = rowNumber(exchange.param('id'));
      const wish = given(exchange, 'wish');
      if (id === undefined || (wish !== 'delete' && wish !== 'change')) return sendNotFound(exchange);
      try {
        if (wish === 'delete') await unschedule(database, exchange, id);
        else {
          const priority = readPriority(given(exchange, 'priority').trim());
          const change = { ...rhythmIn(given(exchange, 'rhythm')), window: given(exchange, 'window'), priority };
          await reschedule(database, exchange, id, change);
        }
      } catch (error) {
        if (error instanceof UserError && error.status === 404) return sendNotFound(exchange);
        const { text, status } = problemText(exchange.page, error);
        return await list(exchange, text, status);
      }
      if (wish === 'change') return exchange.reply.redirect('/admin/jobs?done=schedule_change', 303);
      return exchange.reply.redirect('/admin/jobs?done=schedule_delete', 303);
    }),
  );
}
