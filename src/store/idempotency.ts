import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Database, Queryable, Transaction } from './database.ts';
import { storeErrors } from './errors.ts';

export interface IdempotentRequest {
  /** Whose key it is. */
  readonly scope: string;
  readonly key: string;
  /** SHA-256 of what is asked. */
  readonly digest: Uint8Array;
}

/**
 * Does `work` once for each key, however often it is asked: the key and the answer are kept in the
 * transaction of the work, so that a crash keeps both or neither, and of two at once the second
 * waits and gets the answer of the first. Throws `keyReused` when something else was asked under
 * the key.
 */
export async function idempotently<T extends object>(
  database: Database,
  { scope, key, digest }: IdempotentRequest,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  return database.transaction(
    async (transaction) => {
      const [taken] = await transaction.query(sql`
        INSERT INTO done_request (scope, key, digest, answer) VALUES (${scope}, ${key}, ${Buffer.from(digest)}, '{}')
        ON CONFLICT DO NOTHING RETURNING key`);
      if (taken === undefined) {
        const [before] = await transaction.query<{ digest: Buffer; answer: T }>(
          sql`SELECT digest, answer FROM done_request WHERE scope = ${scope} AND key = ${key}`,
        );
        if (before === undefined || !before.digest.equals(digest)) throw new UserError(storeErrors.keyReused, { key });
        return before.answer;
      }
      const answer = await work(transaction);
      await transaction.query(sql`
        UPDATE done_request SET answer = ${JSON.stringify(answer)}::json WHERE scope = ${scope} AND key = ${key}`);
      return answer;
    },
    { attempts: 3 },
  );
}

/** Deletes keys and answers that are a day old, and returns how many. */
export async function forgetRequests(database: Queryable): Promise<number> {
  const gone = await database.query(sql`DELETE FROM done_request WHERE done < now() - interval '1 day' RETURNING key`);
  return gone.length;
}
