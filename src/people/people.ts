import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import { nearest } from '../errors/nearest.ts';
import { identityOf, tidyEmail, tidyName } from '../site/identity.ts';
import type { Database, Queryable, Transaction } from '../store/database.ts';
import {
  type Account,
  type AccountRow,
  type AccountState,
  accountColumns,
  accountOf,
  findAccount,
  isPerson,
} from './account.ts';
import { type Actor, audit } from './audit.ts';
import { tellChange } from './channel.ts';
import { accessErrors } from './errors.ts';
import { endGivenOut } from './given-out.ts';
import { checkNewPassword, hashNewPassword } from './passwords.ts';
import { dropReservation, reserved } from './reserved-names.ts';

export interface NewPerson {
  readonly name: string;
  /** "" for somebody whom the operator adds and who gets no e-mail. */
  readonly email: string;
  /** Undefined: cannot sign in with one until it is given. */
  readonly password: string | undefined;
  readonly roles: readonly string[];
  readonly state: AccountState;
  readonly origin: 'operator' | 'registration' | 'administrator' | `provider ${string}`;
}

/**
 * Resolves to the number of the person. Throws `nameWrong`, `emailWrong`, `passwordWrong`,
 * `personThere`, `emailThere`.
 */
export async function addPerson(database: Database, actor: Actor, person: NewPerson): Promise<number> {
  const ready = await checkPerson(person);
  const { name, email, origin } = ready;
  return database.transaction(async (transaction) => {
    await lockPeople(transaction);
    if (origin === 'operator' || origin === 'administrator') await dropReservation(transaction, name);
    await requireFree(transaction, email === '' ? { name } : { name, email });
    return insertPerson(transaction, actor, ready);
  });
}

/**
 * Fit to be inserted: what was typed is checked and the password is hashed, which is slow and must
 * not be waited for under a lock.
 */
export interface CheckedPerson extends Omit<NewPerson, 'password' | 'origin'> {
  readonly hash: string | null;
  readonly origin: NewPerson['origin'] | typeof reserved;
}

/** Throws `nameWrong`, `emailWrong`, `passwordWrong`. */
export async function checkPerson({ password, ...person }: NewPerson): Promise<CheckedPerson> {
  const name = checkName(person.name);
  const email = person.email === '' && person.origin === 'operator' ? '' : checkEmail(person.email);
  if (password !== undefined) checkNewPassword(password, { name, email });
  return { ...person, name, email, hash: password === undefined ? null : await hashNewPassword(password) };
}

/** Under `lockPeople`, after `requireFree`. */
export async function insertPerson(
  transaction: Transaction,
  actor: Actor,
  { name, email, hash, origin, state, roles }: CheckedPerson,
): Promise<number> {
  const [made] = await transaction.query<{ id: number }>(sql`
    INSERT INTO person (name, email, password_hash, origin, state)
    VALUES (${name}, ${email}, ${hash}, ${origin}, ${state}) RETURNING id
  `);
  const { id } = made!;
  for (const role of roles) {
    await transaction.query(
      sql`INSERT INTO role_member (role, person_id) VALUES (${role}, ${id}) ON CONFLICT DO NOTHING`,
    );
  }
  const action = origin === reserved ? 'name reserved' : 'person made';
  await audit(transaction, actor, action, name, { email, roles, state });
  return id;
}

/**
 * People are made one after the other, since two of the same name could be made at once otherwise.
 * Signing in does not wait for it.
 */
export async function lockPeople(transaction: Transaction): Promise<void> {
  await transaction.query(sql`LOCK TABLE person IN SHARE UPDATE EXCLUSIVE MODE`);
}

/** Throws when somebody else has the name or the address. */
export async function requireFree(
  transaction: Queryable,
  { name, email, except = 0 }: { readonly name?: string; readonly email?: string; readonly except?: number },
): Promise<void> {
  if (name !== undefined) {
    const there = await transaction.query<{ name: string }>(sql`
      SELECT name FROM person WHERE (name_key(name) = name_key(${name}) OR lower(email) = lower(${name})) AND id <> ${except}`);
    if (there[0] !== undefined) throw new UserError(accessErrors.personThere, { name: there[0].name });
  }
  if (email !== undefined) {
    if ((await holderOf(transaction, email, except)) !== undefined)
      throw new UserError(accessErrors.emailThere, { email });
  }
}

/**
 * Whose address it is, as it is kept. Who never followed a link e-mailed to it holds nothing:
 * anybody can type an address.
 */
export async function holderOf(
  transaction: Queryable,
  email: string,
  except = 0,
): Promise<{ readonly name: string; readonly email: string } | undefined> {
  const [holder] = await transaction.query<{ name: string; email: string }>(sql`
    SELECT name, email FROM person
    WHERE ((lower(email) = lower(${email}) AND state <> 'unconfirmed') OR name_key(name) = name_key(${email})) AND id <> ${except}
    ORDER BY id LIMIT 1
  `);
  return holder;
}

/**
 * An address was shown to be a person's: others who registered with it have only their names, as if
 * they came after that, and for as long. Nobody learns by a name that is free sooner that the
 * address has an account now.
 */
export async function reserveOthers(transaction: Queryable, email: string, person: number): Promise<void> {
  await transaction.query(sql`
    WITH others AS (
      UPDATE person SET email = '', origin = ${reserved}
      WHERE state = 'unconfirmed' AND lower(email) = lower(${email}) AND id <> ${person} RETURNING id)
    DELETE FROM one_time WHERE person_id IN (SELECT id FROM others)
  `);
}

/** The name with single blanks. Throws `nameWrong`. */
export function checkName(given: string): string {
  const name = tidyName(given);
  const reason =
    name.length > 64
      ? 'it is longer than 64 characters'
      : /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._ -]*$/u.test(name)
        ? undefined
        : 'it has other characters, or does not begin with a letter or digit';
  if (reason !== undefined) throw new UserError(accessErrors.nameWrong, { name: given, reason });
  return name;
}

/**
 * One @ with something on both sides, and nothing that could end a line of an e-mail's head. Throws
 * `emailWrong`.
 */
export function checkEmail(given: string): string {
  const email = tidyEmail(given);
  // A domain that has no ASCII form gets no e-mail.
  const isDomain = !/[^\0-\x7f]/.test(identityOf(email).slice(email.lastIndexOf('@')));
  if (email.length > 254 || !isDomain || !/^[^\s@<>,;:"()[\]\\\p{C}]+@[^\s@<>,;:"()[\]\\\p{C}]+$/u.test(email))
    throw new UserError(accessErrors.emailWrong, { email: given });
  return email;
}

/** Throws `personUnknown`, with the name that was perhaps meant. */
export async function requireAccount(database: Queryable, name: string): Promise<Account> {
  const account = await findAccount(database, name);
  if (account !== undefined) return account;
  const names = await database.query<{ name: string }>(
    sql`SELECT p.name FROM person p WHERE ${isPerson} ORDER BY p.id DESC LIMIT 10000`,
  );
  const near = nearest(
    name,
    names.map((row) => row.name),
  );
  throw new UserError(accessErrors.personUnknown, {
    name,
    nearest: near === undefined ? '' : `Did you mean "${near}"? `,
  });
}

/** Those of the names, in small letters, that nobody has. */
export async function namesOfNobody(database: Queryable, names: readonly string[]): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(sql`
    SELECT p.name FROM person p
    WHERE name_key(p.name) IN (SELECT name_key(unnest(${[...names]}::text[]))) AND ${isPerson}
  `);
  const there = new Set(rows.map(({ name }) => identityOf(name)));
  return names.filter((name) => !there.has(name));
}

/** Undefined takes the password away. Either ends what was given out for the person. */
export async function setPassword(
  database: Database,
  actor: Actor,
  account: Pick<Account, 'id' | 'name' | 'email'>,
  password: string | undefined,
): Promise<void> {
  if (password !== undefined) checkNewPassword(password, account);
  const hash = password === undefined ? null : await hashNewPassword(password);
  await database.transaction(async (transaction) => {
    await transaction.query(sql`UPDATE person SET password_hash = ${hash}, modified = now() WHERE id = ${account.id}`);
    const ended = await endGivenOut(transaction, account.id, { exceptSession: undefined });
    const action = password === undefined ? 'password taken away' : 'password set';
    await audit(transaction, actor, action, account.name, ended);
  });
}

/** Gives a role until a date, or for ever. */
export async function giveRole(
  database: Database,
  actor: Actor,
  account: Pick<Account, 'id' | 'name'>,
  role: string,
  expires: Date | undefined,
): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query(sql`
      INSERT INTO role_member (role, person_id, expires) VALUES (${role}, ${account.id}, ${expires ?? null})
      ON CONFLICT (role, person_id) DO UPDATE SET expires = excluded.expires
    `);
    await tellChange(transaction, { kind: 'person', id: account.id });
    await audit(transaction, actor, 'role given', account.name, { role, until: expires?.toISOString() });
  });
}

/** Resolves to whether the person had it. */
export async function takeRole(
  database: Database,
  actor: Actor,
  account: Pick<Account, 'id' | 'name'>,
  role: string,
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const taken = await transaction.query(
      sql`DELETE FROM role_member WHERE role = ${role} AND person_id = ${account.id} RETURNING role`,
    );
    if (taken.length === 0) return false;
    await tellChange(transaction, { kind: 'person', id: account.id });
    await audit(transaction, actor, 'role taken', account.name, { role });
    return true;
  });
}

/** For who is not active what was given out ends, and does not come back when they are. */
export async function setState(
  database: Database,
  actor: Actor,
  account: Pick<Account, 'id' | 'name'>,
  state: AccountState,
): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query(sql`UPDATE person SET state = ${state}, modified = now() WHERE id = ${account.id}`);
    if (state !== 'active') await endGivenOut(transaction, account.id, { exceptSession: undefined });
    await tellChange(transaction, { kind: 'person', id: account.id });
    await audit(transaction, actor, `person ${state}`, account.name);
  });
}

export interface PeopleQuestion {
  /** A part of a name or an address. */
  readonly text: string;
  readonly role?: string | undefined;
  readonly state?: AccountState | undefined;
  readonly offset: number;
  readonly limit: number;
}

/**
 * By name. Reads all of `person` for a part of a name: fit for a page of an administrator, not for
 * each request of a reader.
 */
export async function listPeople(
  database: Queryable,
  { text, role, state, offset, limit }: PeopleQuestion,
): Promise<{ readonly people: readonly Account[]; readonly total: number }> {
  const part = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const where = sql`
    ${isPerson} AND (name_key(p.name) LIKE name_key(${part}) OR lower(p.email) LIKE lower(${part}))
    AND (${state ?? null}::text IS NULL OR p.state = ${state ?? null})
    AND (${role ?? null}::text IS NULL OR EXISTS (SELECT FROM role_member m WHERE m.person_id = p.id AND m.role = ${role ?? null}))`;
  const rows = await database.query<AccountRow>(sql`
    SELECT ${accountColumns} FROM person p WHERE ${where} ORDER BY name_key(p.name), p.id OFFSET ${offset} LIMIT ${limit}
  `);
  const [counted] = await database.query<{ total: number }>(
    sql`SELECT count(*)::integer AS total FROM person p WHERE ${where}`,
  );
  return { people: rows.map(accountOf), total: counted?.total ?? 0 };
}
