import type { FastifyInstance } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { judgeFailure, listFailures, readFailure } from '../../monitor/failures/read-failures.ts';
import { may } from '../../people/person.ts';
import { doneText, formRoutes, given, problemText } from '../account/forms.ts';
import { doOnce } from '../exchange/do-once.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Answering, Exchange } from '../exchange/exchange.ts';
import { sendNotAllowed, sendNotFound } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { failurePage, failuresPage } from './failures-page.ts';
import { listRange } from './list-range.ts';

const judgements = ['open', 'resolved', 'muted'] as const;

/**
 * What went wrong in the program, for administrators who may see the status of the server: samples
 * say what others have asked for.
 */
export function adminFailureRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(admin, environment);
  const { database } = people.access;
  const guarded =
    (answer: Answering): Answering =>
    async (exchange) =>
      may(exchange.snapshot.site, exchange.person, 'viewserverstatus') ? answer(exchange) : sendNotAllowed(exchange);

  get(
    '/failures',
    guarded(async (exchange) => {
      const { page, offset, limit } = listRange(exchange.args);
      const all = exchange.args.get('all') === '1';
      const found = await listFailures(database, { states: all ? undefined : ['open'], offset, limit });
      return sendHtml(exchange, failuresPage(exchange.page, { ...found, page, all }));
    }),
  );

  const show = async (exchange: Exchange, typed = '', problem?: string, status = 200) => {
    const fingerprint = exchange.param('fingerprint');
    const failure = await readFailure(database, fingerprint).catch(noneOfThem);
    if (failure === undefined || failure.fingerprint !== fingerprint) return sendNotFound(exchange);
    const page = { ...exchange.page, address: `/admin/failures/${fingerprint}` };
    return sendHtml(
      exchange,
      failurePage(page, { failure, typed, problem, done: doneText(page, exchange.args) }),
      status,
    );
  };

  get(
    '/failures/:fingerprint',
    guarded((exchange) => show(exchange)),
  );

  post(
    '/failures/:fingerprint',
    guarded(async (exchange) => {
      const state = judgements.find((one) => one === given(exchange, 'state'));
      const release = given(exchange, 'release').trim();
      if (state === undefined) return show(exchange, release);
      try {
        const fingerprint = await judgeOnce(exchange, state, release === '' ? null : release);
        return exchange.reply.redirect(`/admin/failures/${fingerprint}?done=failure_${state}`, 303);
      } catch (error) {
        if (error instanceof UserError && error.status === 404) return sendNotFound(exchange);
        const { text, status } = problemText(exchange.page, error);
        return show(exchange, release, text, status);
      }
    }),
  );

  /**
   * With an Idempotency-Key, once: sent again after somebody else has judged, it changes nothing.
   */
  async function judgeOnce(exchange: Exchange, state: (typeof judgements)[number], release: string | null) {
    const fingerprint = exchange.param('fingerprint');
    const asked = JSON.stringify([fingerprint, state, release]);
    const done = await doOnce(database, exchange, { scope: 'failures', asked }, async (transaction) => ({
      fingerprint: await judgeFailure(transaction, fingerprint, state, release),
    }));
    return done.fingerprint;
  }
}

function noneOfThem(error: unknown): undefined {
  if (error instanceof UserError && error.status < 500) return undefined;
  throw error;
}
