import { resendMessages } from '../../exchange/webhooks/log.ts';
import { type Allowed, openPoster } from '../../exchange/webhooks/post.ts';
import { testWebhook } from '../../exchange/webhooks/tell.ts';
import {
  addWebhook,
  type NewWebhook,
  readToldWebhook,
  removeWebhook,
  requireWebhook,
  switchWebhook,
  type Webhook,
} from '../../exchange/webhooks/webhook.ts';
import { audit } from '../../people/audit.ts';
import type { Database } from '../../store/database.ts';
import { actorOf } from '../account/forms.ts';
import { doOnce } from '../exchange/do-once.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { WebPeople } from '../exchange/web-people.ts';

/** What pages and the API do with webhooks. Each throws UserErrors. */
export function allowedBy({ webhookHosts: hosts, webhookNetworks: networks }: WebPeople): Allowed {
  return { hosts, networks };
}

/** Its secret is for this answer only: a request sent again does not get it. */
export async function add(
  exchange: Exchange,
  database: Database,
  given: NewWebhook,
  allowed: Allowed,
): Promise<{ readonly wanted: NewWebhook; readonly secret: string | undefined }> {
  const wanted = requireWebhook(given, allowed);
  let secret: string | undefined;
  await doOnce(
    database,
    exchange,
    { scope: 'webhooks', asked: JSON.stringify(['add', wanted]) },
    async (transaction) => {
      const added = await addWebhook(transaction, wanted, exchange.person.id);
      await audit(transaction, actorOf(exchange), 'webhook added', wanted.name, { url: wanted.url });
      secret = added.secret;
      return { id: added.id };
    },
  );
  return { wanted, secret };
}

export async function remove(exchange: Exchange, database: Database, { name }: Webhook): Promise<void> {
  await doOnce(
    database,
    exchange,
    { scope: 'webhooks', asked: JSON.stringify(['remove', name]) },
    async (transaction) => {
      await removeWebhook(transaction, name);
      await audit(transaction, actorOf(exchange), 'webhook removed', name);
      return {};
    },
  );
}

export async function turn(exchange: Exchange, database: Database, { name }: Webhook, on: boolean): Promise<void> {
  await doOnce(
    database,
    exchange,
    { scope: 'webhooks', asked: JSON.stringify(['on', name, on]) },
    async (transaction) => {
      await switchWebhook(transaction, name, on);
      await audit(transaction, actorOf(exchange), on ? 'webhook on' : 'webhook off', name);
      return {};
    },
  );
}

/** One message, or all that failed; how many. */
export async function resend(
  exchange: Exchange,
  database: Database,
  webhook: Webhook,
  which: string | undefined,
): Promise<number> {
  const asked = JSON.stringify(['resend', webhook.id, which ?? '']);
  const { count } = await doOnce(database, exchange, { scope: 'webhooks', asked }, async (transaction) => ({
    count: await resendMessages(transaction, webhook, which ?? 'failed'),
  }));
  return count;
}

const testWithin = 20_000;

export async function test(database: Database, { name }: Webhook, allowed: Allowed): ReturnType<typeof testWebhook> {
  const poster = openPoster(allowed);
  try {
    const signal = AbortSignal.timeout(testWithin);
    return await testWebhook(await readToldWebhook(database, name), { database, poster, signal, now: Date.now });
  } finally {
    poster.close();
  }
}
