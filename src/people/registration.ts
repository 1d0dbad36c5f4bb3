import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Database, Transaction } from '../store/database.ts';
import { type Account, type AccountState, readAccount } from './account.ts';
import { type Actor, audit } from './audit.ts';
import { tellChange } from './channel.ts';
import { accessErrors } from './errors.ts';
import { type Identity, insertIdentity } from './identities.ts';
import { issueOneTime, peekOneTime, useOneTime } from './one-time.ts';
import {
  type CheckedPerson,
  checkPerson,
  holderOf,
  insertPerson,
  lockPeople,
  type NewPerson,
  requireFree,
  reserveOthers,
} from './people.ts';
import { requirePassword } from './profile.ts';
import { reserved } from './reserved-names.ts';
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
export type RegistrationEmail =
  | { readonly kind: 'confirm'; readonly secret: string; readonly name: string; readonly email: string }
  | { readonly kind: 'known'; readonly name: string; readonly email: string };

/**
 * Makes an account that waits for its e-mail. Throws for a name, address or password that cannot be
 * taken; a taken address is told by e-mail only.
 */
export async function register(
  database: Database,
  { address, roles, ...given }: Registration,
): Promise<RegistrationEmail> {
  const actor = { name: given.name.trim(), address };
  const person = { ...given, roles: [], state: 'unconfirmed', origin: 'registration' } as const;
  return (await addUnseen(database, actor, person, { roles, identity: undefined })).letter;
}

interface NewcomerFacts {
  readonly roles: readonly Role[];
  readonly identity: Identity | undefined;
}

/**
 * Somebody whose address nobody has seen yet. When it belongs to an account, the name is reserved
 * by a row that is like the account which another address would have got: the name is taken, its
 * password is told to follow the link, and so is who comes back from a provider. Otherwise each of
 * these would tell whether an address has an account. Others who wait for an e-mail to the same
 * address are in nobody's way: whose it is confirms their own.
 */
async function addUnseen(
  database: Database,
  actor: Actor,
  person: NewPerson,
  { roles, identity }: NewcomerFacts,
): Promise<{ readonly id: number; readonly letter: RegistrationEmail }> {
  const ready = await checkPerson(person);
  const { name, email } = ready;
  return database.transaction(async (transaction) => {
    await requireNewName(transaction, name, roles);
    // The same statements in either case, for the time that they take.
    const holder = await holderOf(transaction, email);
    const row: CheckedPerson = holder === undefined ? ready : { ...ready, email: '', origin: reserved };
    const id = await insertPerson(transaction, actor, row);
    if (identity !== undefined) await insertIdentity(transaction, actor, { id, name }, identity);
    const secret = await issueOneTime(transaction, 'confirm', { person: id, data: { email } });
    const letter: RegistrationEmail =
      holder === undefined ? { kind: 'confirm', secret, name, email } : { kind: 'known', ...holder };
    return { id, letter };
  });
}

/**
 * Throws `personThere` for a name that somebody has, and alike for one that rules speak of: nobody
 * learns what they say, and nobody gets a role by a name.
 */
async function requireNewName(transaction: Transaction, name: string, roles: readonly Role[]): Promise<void> {
  await lockPeople(transaction);
  await requireFree(transaction, { name });
  if (roles.some(({ rules }) => namesPerson(rules, name))) throw new UserError(accessErrors.personThere, { name });
}

/**
 * How one shows to be who registered: by the password that was typed then, or as the person whom a
 * provider has just signed in.
 */
export type RegistrationProof = { readonly password: string } | { readonly person: number };

/**
 * Somebody followed the link of the e-mail, so the address is theirs; and they typed what was
 * registered, or whoever did would be let into their account. Undefined: the link is no longer
 * good. Throws `passwordAgain`, and then it still is; `emailThere` when the address became
 * somebody's meanwhile.
 */
export async function confirmRegistration(
  database: Database,
  secret: string,
  proof: RegistrationProof,
  policy: RegistrationPolicy,
  address: string,
): Promise<Account | undefined> {
  const asked = await peekOneTime(database, 'confirm', secret);
  if (asked?.person === undefined) return undefined;
  const id = asked.person;
  if ('password' in proof) await requirePassword(database, id, proof.password);
  else if (proof.person !== id) return undefined;
  return database.transaction(async (transaction) => {
    if ((await useOneTime(transaction, 'confirm', secret)) === undefined) return undefined;
    await lockPeople(transaction);
    const before = await readAccount(transaction, id);
    if (before === undefined) return undefined;
    if (before.state === 'unconfirmed') {
      await requireFree(transaction, { email: before.email, except: id });
      const state: AccountState = policy === 'open' ? 'active' : 'waiting';
      await transaction.query(sql`UPDATE person SET state = ${state}, modified = now() WHERE id = ${id}`);
      await reserveOthers(transaction, before.email, id);
    }
    const account = await readAccount(transaction, id);
    if (account === undefined) return undefined;
    await tellChange(transaction, { kind: 'person', id });
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
 * Makes an account without a password for somebody who signed in elsewhere. An address that the
 * provider has seen needs no e-mail. Throws `emailThere` for such an address that somebody has
 * here: they sign in and link it.
 */
export async function registerWith(
  database: Database,
  { name, email, isSeen, identity, policy, address, roles }: RegistrationWith,
): Promise<{
  readonly id: number;
  readonly state: AccountState;
  readonly letter: RegistrationEmail | undefined;
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
    await reserveOthers(transaction, ready.email, made);
    await insertIdentity(transaction, actor, { id: made, name: ready.name }, identity);
    return made;
  });
  return { id, state, letter: undefined };
}
