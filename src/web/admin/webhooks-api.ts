import type { FastifyInstance, FastifyReply } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { messageStates, readMessages } from '../../exchange/webhooks/log.ts';
import type { Webhook } from '../../exchange/webhooks/webhook.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Answering, type Exchange, routesOf } from '../exchange/exchange.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { webErrors } from '../http/errors.ts';
import { rowNumber } from './list-range.ts';
import { add, allowedBy, remove, resend, test, turn } from './webhook-changes.ts';
import { hasWebhooks, webhookFor, webhooksFor } from './webhook-reach.ts';

const usualSize = 50;
const largestSize = 500;

/** Webhooks for programs; web/api/operations.ts says what there is. */
export function webhookApiRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post, remove: addRemoval } = routesOf(app, environment);
  const { database } = people.access;
  const guarded =
    (answer: Answering): Answering =>
    async (exchange) => {
      if (exchange.signedIn === undefined) throw new UserError(webErrors.apiSignIn);
      if (!hasWebhooks(exchange)) throw new UserError(webErrors.apiNotAllowed, { action: 'cfgwebhooks' });
      return answer(exchange);
    };
  const one = (exchange: Exchange): Promise<Webhook> => webhookFor(exchange, database, exchange.param('name'));

  get(
    '/api/webhooks',
    guarded(async (exchange) => send(exchange, { webhooks: (await webhooksFor(exchange, database)).map(webhookJson) })),
  );
  post(
    '/api/webhooks',
    guarded(async (exchange) => {
      const { name, url, events } = (exchange.request.body ?? {}) as Readonly<Record<string, unknown>>;
      const typed = { name: textOf(name), url: textOf(url), events: Array.isArray(events) ? events.map(textOf) : [] };
      const { wanted, secret } = await add(exchange, database, typed, allowedBy(people));
      const webhook = await webhookFor(exchange, database, wanted.name);
      exchange.reply.code(201);
      return send(exchange, { ...webhookJson(webhook), ...(secret !== undefined && { secret }) });
    }),
  );
  get(
    '/api/webhooks/:name',
    guarded(async (exchange) => send(exchange, webhookJson(await one(exchange)))),
  );
  addRemoval(
    '/api/webhooks/:name',
    guarded(async (exchange) => {
      await remove(exchange, database, await one(exchange));
      return exchange.reply.code(204).header('cache-control', 'no-store').send();
    }),
  );
  get(
    '/api/webhooks/:name/log',
    guarded(async (exchange) => {
      const webhook = await one(exchange);
      const { args } = exchange;
      const state = messageStates.find((known) => known === args.get('state'));
      if (args.has('state') && state === undefined) throw wrong('state', `must be one of ${messageStates.join(', ')}`);
      const before = args.has('before') ? rowNumber(args.get('before') ?? '') : undefined;
      if (args.has('before') && before === undefined) throw wrong('before', 'must be a number of a message');
      const size = args.has('size') ? rowNumber(args.get('size') ?? '') : usualSize;
      if (size === undefined || size > largestSize) throw wrong('size', `must be from 1 to ${largestSize}`);
      return send(exchange, { messages: await readMessages(database, webhook, { state, before, limit: size }) });
    }),
  );
  post(
    '/api/webhooks/:name/:wish',
    guarded(async (exchange) => {
      const webhook = await one(exchange);
      switch (exchange.param('wish')) {
        case 'test':
          return send(exchange, await test(database, webhook, allowedBy(people)));
        case 'on':
        case 'off':
          await turn(exchange, database, webhook, exchange.param('wish') === 'on');
          return send(exchange, webhookJson(await one(exchange)));
        case 'resend': {
          const { message } = (exchange.request.body ?? {}) as Readonly<Record<string, unknown>>;
          const which = message === undefined ? undefined : textOf(message);
          return send(exchange, { messages: await resend(exchange, database, webhook, which) });
        }
        default:
          return exchange.notFound();
      }
    }),
  );
}

/** Times are ISO 8601; what is not known is left out. */
function webhookJson({ name, url, events, owner, active, created, succeeded, failing, offReason, waiting }: Webhook) {
  return { name, url, events, owner, active, created, succeeded, failing, off_reason: offReason, waiting };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function wrong(name: string, reason: string): UserError {
  return new UserError(webErrors.parameterWrong, { name, reason });
}

function send({ reply }: Exchange, body: object): FastifyReply {
  return reply.header('cache-control', 'no-store').send(body);
}
