import sql from 'sql-template-tag';
import type { Database } from '../store/database.ts';
import type { AccountState } from './account.ts';
import { passwordFits } from './passwords.ts';
import { createSession, endSession, type MadeSession } from './sessions.ts';
import { type Attempt, countAttempts, forgiveAttempts, networkOf } from './throttle.ts';

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

/** Throws `tooManyAttempts`, `signInBusy`. Takes the same time for a name that nobody has. */
export async function signIn(database: Database, request: SignInRequest): Promise<SignInOutcome> {
  const candidate = await findCandidate(database, request.name.trim());
  const attempts: readonly Attempt[] = [
    { kind: 'sign-in network', key: networkOf(request.address) },
    // By number, so that other spellings of a name are no other attempts.
    { kind: 'sign-in name', key: candidate === undefined ? request.name.trim() : `#${candidate.id}` },
  ];
  await countAttempts(database, attempts);
  const fits = await passwordFits(request.password, candidate?.password_hash ?? undefined);
  if (candidate === undefined || !fits) return { kind: 'wrong' };
  await forgiveAttempts(database, attempts);
  if (candidate.state !== 'active') return { kind: 'state', state: candidate.state };
  const { remember, address, agent } = request;
  const session = await createSession(database, { person: candidate.id, remember, address, agent });
  if (request.session !== undefined) await endSession(database, request.session);
  return { kind: 'in', name: candidate.name, session };
}

/** The person of that name; else the only one with that address, once it was confirmed: whoever typed it last need not have it. */
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
  return first?.named === 2 && second !== undefined ? undefined : first;
}
