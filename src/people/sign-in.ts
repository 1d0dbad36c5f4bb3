import sql from 'sql-template-tag';
import { tidyNameOrEmail } from '../site/identity.ts';
import type { Database } from '../store/database.ts';
import type { AccountState } from './account.ts';
import { passwordFits } from './passwords.ts';
import { createSession, endSession, type MadeSession } from './sessions.ts';
import { type Attempt, countAttempt, countAttempts, forgiveAttempts, networkOf } from './throttle.ts';

export interface SignInRequest {
  /** A name, or an address of e-mail. */
  readonly name: string;
  readonly password: string;
  readonly remember: boolean;
  readonly address: string;
  readonly agent: string;
  /** The session of before, which ends. */
  readonly session: string | undefined;
}

export type SignInOutcome =
  | { readonly kind: 'in'; readonly name: string; readonly session: MadeSession }
  /** No such person, no password, or a wrong one: nobody learns which. */
  | { readonly kind: 'wrong' }
  /** The password is right, and the person may not sign in. */
  | { readonly kind: 'state'; readonly state: AccountState };

interface Candidate {
  readonly id: number;
  readonly name: string;
  readonly state: AccountState;
  readonly password_hash: string | null;
}

/**
 * Throws `tooManyAttempts`, `signInBusy`. Takes the same time for a name that nobody has.
 *
 * Too many attempts are told by what was typed and by the network only, so that the answer hangs on
 * nothing that the asker does not know. An account at which too many guesses were made, under its
 * name and its address together, says of every password that it is wrong, of the right one too.
 */
export async function signIn(database: Database, request: SignInRequest): Promise<SignInOutcome> {
  const name = tidyNameOrEmail(request.name);
  const typed = await nameKey(database, name);
  const told: readonly Attempt[] = [
    { kind: 'sign-in network', key: networkOf(request.address) },
    { kind: 'sign-in name', key: typed },
  ];
  await countAttempts(database, told);
  const candidate = await findCandidate(database, name);
  // Of nobody's account too, for the time that it takes.
  const key = candidate === undefined ? `nobody ${typed}` : `#${candidate.id}`;
  const untold: Attempt = { kind: 'sign-in account', key };
  const isGuessed = (await countAttempt(database, untold)) !== undefined;
  const hash = isGuessed ? undefined : (candidate?.password_hash ?? undefined);
  const fits = await passwordFits(request.password, hash);
  if (candidate === undefined || !fits) return { kind: 'wrong' };
  await forgiveAttempts(database, [...told, untold]);
  if (candidate.state !== 'active') return { kind: 'state', state: candidate.state };
  const { remember, address, agent } = request;
  const session = await database.transaction(async (transaction) => {
    // Whoever set another password, or closed the account, while this one was looked at ended all
    // sessions: none begins by the old one.
    const still = await transaction.query(sql`
      SELECT FROM person WHERE id = ${candidate.id} AND password_hash = ${candidate.password_hash} AND state = 'active' FOR SHARE`);
    if (still.length === 0) return undefined;
    return createSession(transaction, { person: candidate.id, remember, address, agent });
  });
  if (session === undefined) return { kind: 'wrong' };
  if (request.session !== undefined) await endSession(database, request.session);
  return { kind: 'in', name: candidate.name, session };
}

/**
 * What tells names apart, by the database's own function: whatever it makes of a letter, spellings
 * that find one account are one.
 */
async function nameKey(database: Database, name: string): Promise<string> {
  const [row] = await database.query<{ key: string }>(sql`SELECT name_key(${name}) AS key`);
  return row!.key;
}

/**
 * The person of exactly that name; else the only one of it capitals and accents aside; else the
 * only one with that address, once it was confirmed: whoever typed it last need not have it.
 */
async function findCandidate(database: Database, text: string): Promise<Candidate | undefined> {
  // Somebody may have no address.
  if (text === '') return undefined;
  const found = await database.query<Candidate & { readonly named: number }>(sql`
    SELECT id, name, state, password_hash,
      CASE WHEN name = ${text} THEN 0 WHEN name_key(name) = name_key(${text}) THEN 1 ELSE 2 END AS named
    FROM person WHERE name_key(name) = name_key(${text}) OR (lower(email) = lower(${text}) AND state <> 'unconfirmed')
    ORDER BY named, id LIMIT 2
  `);
  const [first, second] = found;
  return first !== undefined && first.named > 0 && first.named === second?.named ? undefined : first;
}
