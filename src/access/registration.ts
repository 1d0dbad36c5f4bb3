import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Database } from '../store/database.ts';
import { type Account, type AccountState, readAccount } from './account.ts';
import { audit } from './audit.ts';
import { tellChange } from './channel.ts';
import { accessErrors } from './errors.ts';
import { type Identity, linkIdentity } from './identities.ts';
import { issueOneTime, useOneTime } from './one-time.ts';
import { addPerson, checkEmail } from './people.ts';

/** Who may make an account: everybody; everybody whom an administrator lets in; nobody. */
export const registrationPolicies = ['open', 'approval', 'closed'] as const;
export type RegistrationPolicy = (typeof registrationPolicies)[number];

export interface Registration {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly address: string;
}

/** What to write to the address, so that nobody but its owner learns whether it was known. */
export type RegistrationLetter =
  | { readonly kind: 'confirm'; readonly secret: string; readonly name: string; readonly email: string }
  | { readonly kind: 'known'; readonly name: string; readonly email: string };

/** Makes an account that waits for its letter. Throws for a name, address or password that cannot be taken; a taken address is told by letter only. */
export async function register(database: Database, given: Registration): Promise<RegistrationLetter> {
  const email = checkEmail(given.email);
  try {
    const id = await addPerson(
      database,
      { name: given.name.trim(), address: given.address },
      { ...given, email, roles: [], state: 'unconfirmed', origin: 'registration' },
    );
    const secret = await issueOneTime(database, 'confirm', { person: id, data: { email } });
    const account = await readAccount(database, id);
    return { kind: 'confirm', secret, email, name: account?.name ?? given.name };
  } catch (error) {
    if (!(error instanceof UserError) || error.code !== accessErrors.emailThere.code) throw error;
    return knownLetter(database, email);
  }
}

/** For somebody who registers twice: the link again when the first letter was not followed, else that there is an account. */
async function knownLetter(database: Database, email: string): Promise<RegistrationLetter> {
  const [row] = await database.query<{ id: number; name: string; email: string; state: AccountState }>(
    sql`SELECT id, name, email, state FROM person WHERE lower(email) = lower(${email}) ORDER BY id LIMIT 1`,
  );
  // To the address as it is kept: one that only looks the same in capitals is somebody else's.
  if (row?.state !== 'unconfirmed') return { kind: 'known', email: row?.email ?? email, name: row?.name ?? '' };
  const secret = await issueOneTime(database, 'confirm', { person: row.id, data: { email: row.email } });
  return { kind: 'confirm', secret, email: row.email, name: row.name };
}

/** Somebody followed the link of the letter. Undefined: it is no longer good. */
export async function confirmRegistration(
  database: Database,
  secret: string,
  policy: RegistrationPolicy,
  address: string,
): Promise<Account | undefined> {
  return database.transaction(async (transaction) => {
    const found = await useOneTime(transaction, 'confirm', secret);
    if (found?.person === undefined) return undefined;
    const state: AccountState = policy === 'open' ? 'active' : 'waiting';
    await transaction.query(sql`
      UPDATE person SET state = ${state}, modified = now() WHERE id = ${found.person} AND state = 'unconfirmed'
    `);
    const account = await readAccount(transaction, found.person);
    if (account === undefined) return undefined;
    await tellChange(transaction, { kind: 'person', id: account.id });
    await audit(transaction, { name: account.name, address }, 'address confirmed', account.name, {
      state: account.state,
    });
    return account;
  });
}

export interface RegistrationWith {
  readonly name: string;
  readonly email: string;
  /** The provider has seen that the address is theirs. */
  readonly isSeen: boolean;
  readonly identity: Identity;
  readonly policy: RegistrationPolicy;
  readonly address: string;
}

/**
 * Makes an account without a password for somebody who signed in elsewhere. An address that the provider has seen needs no letter. Throws `emailThere` for such
 * an address that somebody has here: they sign in and link it.
 */
export async function registerWith(
  database: Database,
  { name, email, isSeen, identity, policy, address }: RegistrationWith,
): Promise<{
  readonly id: number | undefined;
  readonly state: AccountState;
  readonly letter: RegistrationLetter | undefined;
}> {
  const state: AccountState = !isSeen ? 'unconfirmed' : policy === 'open' ? 'active' : 'waiting';
  const actor = { name: name.trim(), address };
  const origin = `provider ${identity.provider}` as const;
  let id: number;
  try {
    id = await addPerson(database, actor, { name, email, password: undefined, roles: [], state, origin });
  } catch (error) {
    const isTaken = error instanceof UserError && error.code === accessErrors.emailThere.code;
    if (isSeen || !isTaken) throw error;
    return { id: undefined, state, letter: await knownLetter(database, checkEmail(email)) };
  }
  const person = { id, name: name.trim() };
  await linkIdentity(database, actor, person, identity);
  if (isSeen) return { id, state, letter: undefined };
  const secret = await issueOneTime(database, 'confirm', { person: id, data: { email } });
  return { id, state, letter: { kind: 'confirm', secret, name: person.name, email: checkEmail(email) } };
}
