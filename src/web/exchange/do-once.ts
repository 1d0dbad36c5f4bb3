import { createHash } from 'node:crypto';
import type { Database, Transaction } from '../../store/database.ts';
import { idempotently } from '../../store/idempotency.ts';
import type { Exchange } from './exchange.ts';

/** Of longer keys the digest is kept. */
const longestKey = 200;

/**
 * A change that a request asks for, in a transaction. With an Idempotency-Key the same request of the
 * same person sent again gets the same answer and changes nothing, also when a node died over the
 * first. `scope` tells the keys of one feature from those of others; `asked` is all that is wanted.
 * Throws `keyReused` when something else was asked under the key.
 */
export async function doOnce<T extends object>(
  database: Database,
  { request, person }: Pick<Exchange, 'request' | 'person'>,
  { scope, asked }: { readonly scope: string; readonly asked: string },
  change: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || key === '') return database.transaction(change, { attempts: 3 });
  const kept = key.length > longestKey ? createHash('sha256').update(key).digest('hex') : key;
  const digest = createHash('sha256').update(asked).digest();
  return idempotently(database, { scope: `${scope} ${person.name ?? ''}`, key: kept, digest }, change);
}
