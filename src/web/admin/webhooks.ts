import type { FastifyInstance } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { messageStates, readMessages } from '../../exchange/webhooks/log.ts';
import type { NewWebhook } from '../../exchange/webhooks/webhook.ts';
import { allGiven, doneText, formRoutes, given } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Answering, Exchange } from '../exchange/exchange.ts';
import { sendNotAllowed, sendNotFound } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { rowNumber } from './list-range.ts';
import { add, allowedBy, remove, resend, test, turn } from './webhook-changes.ts';
import { hasWebhooks, webhookFor, webhooksFor } from './webhook-reach.ts';
import { addedPage, webhookPage, webhooksPage } from './webhooks-page.ts';

const shown = 100;
const untyped: NewWebhook = { name: '', url: '', events: ['record.created', 'record.updated', 'record.deleted'] };

/** Webhooks of people who may have some (cfgwebhooks). */
export function adminWebhookRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(admin, environment);
  const { database } = people.access;
  const guarded =
    (answer: Answering): Answering =>
    async (exchange) => {
      if (!hasWebhooks(exchange)) return sendNotAllowed(exchange);
      try {
        return await answer(exchange);
      } catch (error) {
        if (error instanceof UserError && error.status === 404) return sendNotFound(exchange);
        throw error;
      }
    };

  const showAll = async (exchange: Exchange, typed = untyped, problem?: string, status = 200) => {
    const page = { ...exchange.page, address: '/admin/webhooks' };
    const webhooks = await webhooksFor(exchange, database);
    const done = doneText(page, exchange.args);
    return sendHtml(exchange, webhooksPage(page, { webhooks, typed, problem, done }), status);
  };

  const showOne = async (exchange: Exchange, problem?: string, status = 200) => {
    const webhook = await webhookFor(exchange, database, exchange.param('name'));
    const state = messageStates.find((one) => one === exchange.args.get('state'));
    const before = rowNumber(exchange.args.get('before') ?? '');
    const found = await readMessages(database, webhook, { state, before, limit: shown + 1 });
    const messages = found.slice(0, shown);
    const next = found.length > shown ? messages.at(-1)!.n : undefined;
    const page = { ...exchange.page, address: `/admin/webhooks/${webhook.name}` };
    const model = { webhook, messages, state, next, problem, done: doneText(page, exchange.args) };
    return sendHtml(exchange, webhookPage(page, model), status);
  };

  get(
    '/webhooks',
    guarded((exchange) => showAll(exchange)),
  );
  get(
    '/webhooks/:name',
    guarded((exchange) => showOne(exchange)),
  );

  post(
    '/webhooks',
    guarded(async (exchange) => {
      const typed = {
        name: given(exchange, 'name'),
        url: given(exchange, 'url'),
        events: allGiven(exchange, 'events'),
      };
      try {
        const { wanted, secret } = await add(exchange, database, typed, allowedBy(people));
        const page = { ...exchange.page, address: `/admin/webhooks/${wanted.name}` };
        return sendHtml(exchange, addedPage(page, wanted.name, secret));
      } catch (error) {
        const { text, status } = said(error);
        return showAll(exchange, typed, text, status);
      }
    }),
  );

  post(
    '/webhooks/:name',
    guarded(async (exchange) => {
      const webhook = await webhookFor(exchange, database, exchange.param('name'));
      const back = (done: string) => exchange.reply.redirect(`/admin/webhooks/${webhook.name}?done=${done}`, 303);
      try {
        switch (given(exchange, 'wish')) {
          case 'test': {
            const { taken, problem } = await test(database, webhook, allowedBy(people));
            if (taken) return back('webhook_tested');
            return showOne(exchange, exchange.page.tr.t('admin.webhooks.not_taken', { problem: problem ?? '' }), 502);
          }
          case 'on':
          case 'off': {
            const on = given(exchange, 'wish') === 'on';
            await turn(exchange, database, webhook, on);
            return back(on ? 'webhook_on' : 'webhook_off');
          }
          case 'resend':
          case 'again': {
            const isOne = given(exchange, 'wish') === 'again';
            await resend(exchange, database, webhook, isOne ? given(exchange, 'message') : undefined);
            return back('webhook_resent');
          }
          case 'remove':
            await remove(exchange, database, webhook);
            return exchange.reply.redirect('/admin/webhooks?done=webhook_removed', 303);
          default:
            return showOne(exchange);
        }
      } catch (error) {
        const { text, status } = said(error);
        return showOne(exchange, text, status);
      }
    }),
  );
}

/** What the form says of it; throws what is none of the reader's. */
function said(error: unknown): { readonly text: string; readonly status: number } {
  if (!(error instanceof UserError) || error.status >= 500 || error.status === 404) throw error;
  return { text: `${error.message} ${error.hint}`, status: error.status };
}
