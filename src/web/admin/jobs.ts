import { createHash } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { readLog } from '../../jobs/queue/log.ts';
import { listJobs, requireJob } from '../../jobs/queue/read.ts';
import { type JobWish, jobWishes, wishOfJob } from '../../jobs/queue/wishes.ts';
import { may } from '../../people/person.ts';
import { idempotently } from '../../store/idempotency.ts';
import { doneText, formRoutes, given, problemText } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Answering, Exchange } from '../exchange/exchange.ts';
import { sendNotAllowed, sendNotFound } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { jobPage, jobsPage } from './jobs-page.ts';
import { listRange } from './list-range.ts';

/** Of a log the last lines. */
const linesShown = 200;

/** Jobs of everybody, for who may look after them. */
export function adminJobRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(admin, environment);
  const { database } = people.access;
  const guarded =
    (answer: Answering): Answering =>
    async (exchange) =>
      may(exchange.snapshot.site, exchange.person, 'cfgbibsched') ? answer(exchange) : sendNotAllowed(exchange);

  get(
    '/jobs',
    guarded(async (exchange) => {
      const { page, offset, limit } = listRange(exchange.args);
      const { rows, total } = await listJobs(database, { offset, limit });
      return sendHtml(exchange, jobsPage(exchange.page, { rows, total, page, text: '' }));
    }),
  );

  const show = async (exchange: Exchange, problem?: string, status = 200) => {
    const id = idOf(exchange);
    const job = id === undefined ? undefined : await requireJob(database, id).catch(noneOfThem);
    if (job === undefined) return sendNotFound(exchange);
    const lines = await readLog(database, job.id, { last: linesShown });
    const page = { ...exchange.page, address: `/admin/jobs/${job.id}` };
    return sendHtml(exchange, jobPage(page, { job, lines, problem, done: doneText(page, exchange.args) }), status);
  };

  get(
    '/jobs/:id',
    guarded((exchange) => show(exchange)),
  );

  post(
    '/jobs/:id',
    guarded(async (exchange) => {
      const id = idOf(exchange);
      const wish = jobWishes.find((one) => one === given(exchange, 'wish'));
      if (id === undefined) return sendNotFound(exchange);
      if (wish === undefined) return show(exchange);
      try {
        await wishOnce(exchange, id, wish);
        const to = wish === 'delete' ? '/admin/jobs' : `/admin/jobs/${id}`;
        return exchange.reply.redirect(`${to}?done=job_${wish.replace('-', '_')}`, 303);
      } catch (error) {
        if (error instanceof UserError && error.status === 404) return sendNotFound(exchange);
        const { text, status } = problemText(exchange.page, error);
        return show(exchange, text, status);
      }
    }),
  );

  /**
   * With an Idempotency-Key, once: sent again when the job is in another state, it changes nothing.
   */
  async function wishOnce(exchange: Exchange, id: number, wish: JobWish): Promise<void> {
    const key = exchange.request.headers['idempotency-key'];
    if (typeof key !== 'string' || key === '') {
      await database.transaction((transaction) => wishOfJob(transaction, id, wish));
      return;
    }
    const digest = createHash('sha256')
      .update(JSON.stringify([id, wish]))
      .digest();
    const kept = createHash('sha256').update(key).digest('hex');
    const scope = `jobs ${exchange.person.name ?? ''}`;
    await idempotently(database, { scope, key: kept, digest }, async (transaction) => ({
      state: await wishOfJob(transaction, id, wish),
    }));
  }
}

function idOf(exchange: Exchange): number | undefined {
  const text = exchange.param('id');
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}

function noneOfThem(error: unknown): undefined {
  if (error instanceof UserError && error.status < 500) return undefined;
  throw error;
}
