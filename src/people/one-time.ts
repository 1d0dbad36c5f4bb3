import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';
import { isSecret, newSecret, secretHash } from './secrets.ts';

/**
 * What is good once. confirm: an address of a new person. email: a new address of a person. reset:
 * a new password. provider: a sign-in elsewhere that is under way. identity: one that came back and
 * waits for its person. profile: an operator asks a node from outside what it does.
 */
export type OneTimeKind = 'confirm' | 'email' | 'reset' | 'provider' | 'identity' | 'profile';

/** Minutes. */
const lifetimes: Readonly<Record<OneTimeKind, number>> = {
  confirm: 3 * 24 * 60,
  email: 24 * 60,
  reset: 2 * 60,
  provider: 15,
  identity: 15,
  profile: 5,
};

export interface OneTime {
  readonly person: number | undefined;
  readonly data: Readonly<Record<string, string>>;
}

/** A new secret; for a person the older ones of its kind are no longer good. */
export async function issueOneTime(
  transaction: Queryable,
  kind: OneTimeKind,
  { person, data }: OneTime,
): Promise<string> {
  const secret = newSecret();
  if (person !== undefined)
    await transaction.query(sql`DELETE FROM one_time WHERE kind = ${kind} AND person_id = ${person}`);
  await transaction.query(sql`
    INSERT INTO one_time (hash, kind, person_id, data, expires)
    VALUES (${secretHash(secret)}, ${kind}, ${person ?? null}, ${JSON.stringify(data)}, now() + ${lifetimes[kind]} * interval '1 minute')
  `);
  return secret;
}

interface Row {
  readonly person: number | null;
  readonly data: Readonly<Record<string, string>>;
}

/** Looks without using it up: a mail program that follows links must not. */
export async function peekOneTime(
  database: Queryable,
  kind: OneTimeKind,
  secret: string,
): Promise<OneTime | undefined> {
  if (!isSecret(secret)) return undefined;
  const [row] = await database.query<Row>(sql`
    SELECT person_id AS person, data FROM one_time WHERE hash = ${secretHash(secret)} AND kind = ${kind} AND expires > now()
  `);
  return row && { person: row.person ?? undefined, data: row.data };
}

/** Of two who use it at once one gets it. */
export async function useOneTime(
  transaction: Queryable,
  kind: OneTimeKind,
  secret: string,
): Promise<OneTime | undefined> {
  if (!isSecret(secret)) return undefined;
  const [row] = await transaction.query<Row>(sql`
    DELETE FROM one_time WHERE hash = ${secretHash(secret)} AND kind = ${kind} AND expires > now()
    RETURNING person_id AS person, data
  `);
  return row && { person: row.person ?? undefined, data: row.data };
}
