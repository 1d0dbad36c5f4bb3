import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import { reserved } from '../site/reserved-names.ts';
import type { Database, Queryable, Transaction } from '../store/database.ts';
import { type Account, type AccountState, readAccount } from './account.ts';
import { type Actor, audit } from './audit.ts';
import { tellChange } from './channel.ts';
import { accessErrors } from './errors.ts';
import { type Identity, insertIdentity } from './identities.ts';
import { issueOneTime, useOneTime } from './one-time.ts';
import { checkPerson, insertPerson, isEmailFree, lockPeople, type NewPerson, requireFree } from './people.ts';
import type { Role } from './roles.ts';
import { namesPerson } from './rules/decide.ts';

/** Who may make an account: everybody; everybody whom an administrator lets in; nobody. */
export const registrationPolicies = ['open', 'approval', 'closed'] as const;
export type RegistrationPolicy = (typeof registrationPolicies)[number];

export interface Registration {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly address: string;
  /** All roles: names that their rules speak of are taken. */
  readonly roles: readonly Role[];
}

/** What to write to the address, so that nobody but its owner learns whether it was known. */
export type RegistrationLetter =
  | { readonly kind: 'confirm'; readonly secret: string; readonly name: string; readonly email: string }
  | { readonly kind: 'known'; readonly name: string; readonly email: string };

/** Makes an account that waits for its letter. Throws for a name, address or password that cannot be taken; a taken address is told by letter only. */
export async function register(
  database: Database,
  { address, roles, ...given }: Registration,
): Promise<RegistrationLetter> {
  const actor = { name: given.name.trim(), address };
  const person = { ...given, roles: [], state: 'unconfirmed', origin: 'registration' } as const;
  return (await addUnseen(database, actor, person, { roles, identity: undefined })).letter;
}

interface NewcomerFacts {
  readonly roles: readonly Role[];
  readonly identity: Identity | undefined;
}

/**
 * Somebody whose address nobody has seen yet. When it is known here, the name is reserved by a row that is like the account which another address would have
 * got: the name is taken, its password is told to follow the link, and so is who comes back from a provider. Otherwise each of these would tell whether
 * an address has an account.
 */
async function addUnseen(
  database: Database,
  actor: Actor,
  person: NewPerson,
  { roles, identity }: NewcomerFacts,
): Promise<{ readonly id: number; readonly letter: RegistrationLetter }> {
  const ready = await checkPerson(person);
  const { name, email } = ready;
  return database.transaction(async (transaction) => {
    await requireNewName(transaction, name, roles);
    const isKnown = !(await isEmailFree(transaction, email));
    const id = await insertPerson(transaction, actor, isKnown ? { ...ready, email: '', origin: reserved } : ready);
    if (identity !== undefined) await insertIdentity(transaction, actor, { id, name }, identity);
    // Of a reserved name it is sent to nobody: it is made for the time that it takes.
    const secret = await issueOneTime(transaction, 'confirm', { person: id, data: { email } });
    return { id, letter: isKnown ? await knownLetter(transaction, email) : { kind: 'confirm', secret, name, email } };
  });
}

/** Throws `personThere` for a name that somebody has, and alike for one that rules speak of: nobody learns what they say, and nobody gets a role by a name. */
async function requireNewName(transaction: Transaction, name: string, roles: readonly Role[]): Promise<void> {
  await lockPeople(transaction);
  await requireFree(transaction, { name });
  if (roles.some(({ rules }) => namesPerson(rules, name))) throw new UserError(accessErrors.personThere, { name });
}

/** For somebody who registers twice: the link again when the first letter was not followed, else that there is an account. */
async function knownLetter(transaction: Queryable, email: string): Promise<RegistrationLetter> {
  const [row] = await transaction.query<{ id: number; name: string; email: string; state: AccountState }>(
    sql`SELECT id, name, email, state FROM person WHERE lower(email) = lower(${email}) ORDER BY id LIMIT 1`,
  );
  // To the address as it is kept: one that only looks the same in capitals is somebody else's.
  if (row?.state !== 'unconfirmed') return { kind: 'known', email: row?.email ?? email, name: row?.name ?? '' };
  const secret = await issueOneTime(transaction, 'confirm', { person: row.id, data: { email: row.email } });
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
  /** As of `Registration`. */
  readonly roles: readonly Role[];
}

/**
 * Makes an account without a password for somebody who signed in elsewhere. An address that the provider has seen needs no letter. Throws `emailThere` for such
 * an address that somebody has here: they sign in and link it.
 */
export async function registerWith(
  database: Database,
  { name, email, isSeen, identity, policy, address, roles }: RegistrationWith,
): Promise<{
  readonly id: number;
  readonly state: AccountState;
  readonly letter: RegistrationLetter | undefined;
}> {
  const actor = { name: name.trim(), address };
  const person = { name, email, password: undefined, roles: [], origin: `provider ${identity.provider}` } as const;
  if (!isSeen) {
    const state = 'unconfirmed';
    return { state, ...(await addUnseen(database, actor, { ...person, state }, { roles, identity })) };
  }
  const state: AccountState = policy === 'open' ? 'active' : 'waiting';
  const ready = await checkPerson({ ...person, state });
  const id = await database.transaction(async (transaction) => {
    await requireNewName(transaction, ready.name, roles);
    await requireFree(transaction, { email: ready.email });
    const made = await insertPerson(transaction, actor, ready);
    await insertIdentity(transaction, actor, { id: made, name: ready.name }, identity);
    return made;
  });
  return { id, state, letter: undefined };
}
