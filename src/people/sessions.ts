import sql from 'sql-template-tag';
import type { Database, Queryable } from '../store/database.ts';
import { tellChange } from './channel.ts';
import { newSecret, secretHash } from './secrets.ts';

/** Seconds without a request after which a session ends: two days, or with "remember me" a year. */
export const sessionLifetime = { short: 2 * 24 * 3600, remembered: 365 * 24 * 3600 } as const;

/** Somebody who never signs out does not fill the table. */
const mostSessions = 50;
const longestAgent = 200;

export interface NewSession {
  readonly person: number;
  readonly remember: boolean;
  readonly address: string;
  readonly agent: string;
}

export interface MadeSession {
  /** For the cookie; the database has its hash. */
  readonly secret: string;
  /** Seconds. */
  readonly lifetime: number;
}

/** A new session has a new id, always: whoever knew an id from before knows nothing. */
export async function createSession(transaction: Queryable, session: NewSession): Promise<MadeSession> {
  const secret = newSecret();
  const lifetime = session.remember ? sessionLifetime.remembered : sessionLifetime.short;
  await transaction.query(sql`
    INSERT INTO session (id_hash, person_id, lifetime, address, agent)
    VALUES (${secretHash(secret)}, ${session.person}, ${lifetime}, ${session.address}, ${session.agent.slice(0, longestAgent)})
  `);
  await transaction.query(sql`
    DELETE FROM session WHERE id_hash IN (
      SELECT id_hash FROM session WHERE person_id = ${session.person} ORDER BY last_seen DESC OFFSET ${mostSessions})
  `);
  return { secret, lifetime };
}

/** Ends the session of a cookie, if there is one. */
export async function endSession(database: Database, secret: string): Promise<void> {
  const hash = secretHash(secret);
  await database.transaction(async (transaction) => {
    await transaction.query(sql`DELETE FROM session WHERE id_hash = ${hash}`);
    await tellChange(transaction, { kind: 'session', hash: hash.toString('hex') });
  });
}

export interface ListedSession {
  readonly number: number;
  readonly created: Date;
  readonly lastSeen: Date;
  readonly address: string;
  readonly agent: string;
}

/** The sessions of a person that have not ended, the one seen last first. */
export async function sessionsOf(database: Queryable, person: number): Promise<readonly ListedSession[]> {
  return database.query<ListedSession>(sql`
    SELECT number, created, last_seen AS "lastSeen", address, agent FROM session
    WHERE person_id = ${person} AND last_seen + lifetime * interval '1 second' > now() ORDER BY last_seen DESC
  `);
}

/** Ends sessions of a person: one by its number, or all but one. Resolves to how many. */
export async function endSessions(
  transaction: Queryable,
  person: number,
  which: { readonly number: number } | { readonly except: number | undefined },
): Promise<number> {
  const condition =
    'number' in which ? sql`number = ${which.number}` : sql`number IS DISTINCT FROM ${which.except ?? null}::bigint`;
  const ended = await transaction.query<{ hash: string }>(sql`
    DELETE FROM session WHERE person_id = ${person} AND ${condition} RETURNING encode(id_hash, 'hex') AS hash
  `);
  for (const { hash } of ended) await tellChange(transaction, { kind: 'session', hash });
  return ended.length;
}
