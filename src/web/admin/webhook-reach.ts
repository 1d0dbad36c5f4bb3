import { changesEverything } from '../../access/write-guard.ts';
import { UserError } from '../../errors/errors.ts';
import { webhookErrors } from '../../exchange/webhooks/errors.ts';
import { listWebhooks, readWebhook, type Webhook } from '../../exchange/webhooks/webhook.ts';
import { may } from '../../people/person.ts';
import type { Queryable } from '../../store/database.ts';
import type { Exchange } from '../exchange/exchange.ts';

/** May they have webhooks? */
export function hasWebhooks({ snapshot, person }: Exchange): boolean {
  return may(snapshot.site, person, 'cfgwebhooks');
}

/**
 * Their own; all for who sees and changes every record: the log of a webhook says of what its owner
 * was told.
 */
export async function webhooksFor(exchange: Exchange, database: Queryable): Promise<readonly Webhook[]> {
  return (await listWebhooks(database)).filter((webhook) => isTheirs(exchange, webhook));
}

/** Throws `unknown`, also for one that is not theirs. */
export async function webhookFor(exchange: Exchange, database: Queryable, name: string): Promise<Webhook> {
  const webhook = await readWebhook(database, name);
  if (!isTheirs(exchange, webhook)) throw new UserError(webhookErrors.unknown, { name });
  return webhook;
}

function isTheirs({ person, snapshot }: Exchange, webhook: Webhook): boolean {
  return (person.id !== undefined && webhook.person === person.id) || changesEverything(person, snapshot);
}
