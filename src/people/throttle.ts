import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Queryable } from '../store/database.ts';
import { accessErrors } from './errors.ts';

/** A window starts with the first attempt and ends this long after it. ms. */
export const throttleWindow = 900_000;

/**
 * Attempts in one window. A name is what was typed, whether or not somebody has it; an account is
 * counted beside it, so that its address is no second set of guesses. A guesser gets 2,000 guesses
 * a day, wherever he sits; whose account it is, locked out by him, stays signed in where she is. A
 * network: a reading room has one address. Letters: so that nobody's mailbox is flooded through us.
 */
const limits = {
  'sign-in name': 20,
  'sign-in account': 20,
  'sign-in network': 100,
  'letter address': 3,
  'letter network': 30,
  'provider network': 100,
} as const;
export type ThrottleKind = keyof typeof limits;

export interface Attempt {
  readonly kind: ThrottleKind;
  readonly key: string;
}

export class TooManyAttempts extends UserError {
  /** After which to try again. */
  readonly seconds: number;
  constructor(seconds: number) {
    super(accessErrors.tooManyAttempts, { minutes: Math.ceil(seconds / 60) });
    this.seconds = seconds;
  }
}

/**
 * The same on all nodes, since it is counted in the database. Counted before the work, so that a
 * hundred guesses at once are a hundred. Throws `tooManyAttempts`.
 */
export async function countAttempts(database: Queryable, attempts: readonly Attempt[]): Promise<void> {
  for (const attempt of attempts) {
    const seconds = await countAttempt(database, attempt);
    if (seconds !== undefined) throw new TooManyAttempts(seconds);
  }
}

/** Resolves to undefined, or to the seconds to wait when there were too many. */
export async function countAttempt(database: Queryable, { kind, key }: Attempt): Promise<number | undefined> {
  const [row] = await database.query<{ attempts: number; left: number }>(sql`
    INSERT INTO throttle AS t (kind, key, attempts) VALUES (${kind}, ${digest(key)}, 1)
    ON CONFLICT (kind, key) DO UPDATE SET
      attempts = CASE WHEN t.since < now() - ${throttleWindow} * interval '1 millisecond' THEN 1 ELSE least(t.attempts + 1, 1000000) END,
      since = CASE WHEN t.since < now() - ${throttleWindow} * interval '1 millisecond' THEN now() ELSE t.since END
    RETURNING attempts, ${throttleWindow} - extract(epoch FROM now() - since)::float8 * 1000 AS left
  `);
  if (row === undefined || row.attempts <= limits[kind]) return undefined;
  return Math.max(1, Math.ceil(row.left / 1000));
}

/**
 * The attempt was right: an account starts anew. What everybody can look at, names and networks,
 * has only that one less: it must not tell that somebody came in.
 */
export async function forgiveAttempts(database: Queryable, attempts: readonly Attempt[]): Promise<void> {
  for (const { kind, key } of attempts) {
    if (kind === 'sign-in account')
      await database.query(sql`DELETE FROM throttle WHERE kind = ${kind} AND key = ${digest(key)}`);
    else
      await database.query(
        sql`UPDATE throttle SET attempts = greatest(0, attempts - 1) WHERE kind = ${kind} AND key = ${digest(key)}`,
      );
  }
}

/** What is typed as a name is sometimes a password, so it is not stored. */
function digest(key: string): Buffer {
  return createHash('sha256').update(key.normalize('NFKC').toLowerCase()).digest();
}

/** Whoever has an IPv6 address has 2^64 of them. */
export function networkOf(address: string): string {
  const plain = address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
  if (!isIPv6(plain)) return plain;
  const [head = '', tail = ''] = plain.split('%')[0]!.split('::');
  const groups = head.split(':').filter((group) => group !== '');
  const after = tail.split(':').filter((group) => group !== '');
  const missing = plain.includes('::') ? 8 - groups.length - after.length : 0;
  return [...groups, ...Array.from({ length: missing }, () => '0'), ...after]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
