import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import type { Database } from '../store/database.ts';
import { findAccount } from './account.ts';
import { operator } from './audit.ts';
import { addPerson, listPeople, type NewPerson } from './people.ts';
import { confirmRegistration, type RegistrationEmail, register, registerWith } from './registration.ts';
import type { Role } from './roles.ts';
import { parseRules } from './rules/parse.ts';
import { signIn } from './sign-in.ts';
import { createUsers, missingUsers } from './site-users.ts';
import { sweepAccess } from './sweep.ts';

const password = 'a quiet library';
const other = 'a louder library';
const address = '192.0.2.1';

let store: TestDatabase;
let database: Database;
let made = 0;
/** Has an account; registered and never followed the link. */
const [ada, bob] = ['ada@home.example', 'bob@home.example'];

before(async () => {
  store = await openTestDatabase();
  ({ database } = store);
  await addPerson(database, operator, { ...byOperator, name: 'Ada', email: ada, password });
  await ask('Bob', bob);
});
after(() => store.release());

const byOperator = { password: undefined, roles: [], state: 'active', origin: 'operator' } as const;
const ask = (name: string, email: string): Promise<RegistrationEmail> =>
  register(database, { name, email, password: other, address, roles });
const roles: readonly Role[] = [
  'allow nickname "chief", "Head Librarian"',
  'allow from "2999-01-01"\nallow nickname /^keeper of /i',
  'deny not name "first owner"\nallow any',
  'allow email "chief.by.mail@home.example"\nallow group "tester"',
].map((rules, i) => ({
  ...{ name: `role ${i}`, origin: 'people', description: '', may: [] },
  ...{ rulesText: rules, rules: parseRules(rules).rules },
}));
const newName = (): string => `Newcomer ${++made}`;
const newEmail = (): string => `newcomer${++made}@home.example`;
const visit = { remember: false, address, agent: '', session: undefined };
const come = (name: string) => signIn(database, { ...visit, name, password: other });
const confirm = (letter: RegistrationEmail, typed = other) => {
  assert.ok(letter.kind === 'confirm');
  return confirmRegistration(database, letter.secret, { password: typed }, 'open', address);
};
const taken = { code: 'REPERIO_PERSON_THERE' };

test('a name is taken by whoever registers it, whether or not the address was known', async () => {
  for (const email of [ada, bob, ada.toUpperCase(), newEmail()]) {
    const name = `Émile ${++made}`;
    await ask(name, email);
    for (const again of [name, name.toUpperCase(), name.replace('É', 'e')])
      for (const fresh of [newEmail(), ada]) await assert.rejects(ask(again, fresh), taken, `${email} ${again}`);
  }
});

test('of two who register one name at once one gets it, whether or not the address was known', async () => {
  for (const emails of [
    [ada, newEmail()],
    [newEmail(), newEmail()],
    [ada, bob],
  ]) {
    const name = newName();
    const both = await Promise.allSettled(emails.map((email) => ask(name, email)));
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], emails.join());
  }
});

test('signing in after registering says the same, whether or not the address was known', async () => {
  const said = async (email: string) => {
    const name = newName();
    await ask(name, email);
    return [await come(name), await come(email)];
  };
  const fresh = await said(newEmail());
  assert.deepEqual(fresh, [{ kind: 'state', state: 'unconfirmed' }, { kind: 'wrong' }]);
  for (const email of [ada, bob]) assert.deepEqual(await said(email), fresh, email);
});

test('what nobody confirms goes at the same time, whether or not the address was known, and the name is free again', async () => {
  const [reserved, fresh] = [newName(), newName()];
  const email = newEmail();
  await ask(reserved, ada);
  await ask(fresh, email);
  const age = async (days: number): Promise<void> => {
    await database.query(
      sql`UPDATE person SET created = now() - ${days} * interval '1 day' WHERE state = 'unconfirmed'`,
    );
    await sweepAccess(database);
  };
  await age(9);
  for (const name of [reserved, fresh]) await assert.rejects(ask(name, newEmail()), taken);
  // Whoever comes with the same address makes nothing last longer.
  await ask(newName(), email);
  await age(11);
  for (const name of [reserved, fresh]) {
    const letter = await ask(name, newEmail());
    assert.ok(letter.kind === 'confirm');
    assert.equal((await confirm(letter))?.name, name);
  }
});

test('whoever registers first with an address gets nothing of who has it', async () => {
  const email = newEmail();
  const [stranger, owner] = [newName(), newName()];
  const first = await register(database, { name: stranger, email, password, address, roles });
  const letter = await ask(owner, email);
  assert.ok(letter.kind === 'confirm' && first.kind === 'confirm');
  assert.equal(letter.name, owner);
  // She reads both letters, and knows what she typed herself.
  await assert.rejects(confirm(first), { code: 'REPERIO_PASSWORD_AGAIN' });
  assert.equal((await confirm(letter))?.name, owner);
  assert.equal((await findAccount(database, owner))?.email, email);
  for (const name of [owner, email])
    assert.equal((await signIn(database, { ...visit, name, password: other })).kind, 'in', name);

  // His is like one of an address that had an account before: no account, and its name taken as
  // long.
  assert.equal(await confirm(first, password), undefined);
  assert.equal(await findAccount(database, stranger), undefined);
  await assert.rejects(ask(stranger, newEmail()), taken);
  assert.deepEqual(await signIn(database, { ...visit, name: stranger, password }), {
    kind: 'state',
    state: 'unconfirmed',
  });
});

test('who never confirmed an address keeps nobody from it', async () => {
  const byLetter = newEmail();
  const late = await ask(newName(), byLetter);
  const identity = { provider: 'university', subject: `subject ${++made}`, label: '' };
  const name = newName();
  const come = await registerWith(database, {
    ...{ name, email: byLetter, isSeen: true, identity, policy: 'open', address, roles },
  });
  assert.equal(come.state, 'active');
  assert.equal(await confirm(late), undefined, 'the provider has shown whose it is');

  const added = newEmail();
  const early = await ask(newName(), added);
  await addPerson(database, operator, { ...byOperator, name: newName(), email: added });
  await assert.rejects(confirm(early), { code: 'REPERIO_EMAIL_THERE' });
});

test('a reserved name is nobody, and the operator, an administrator and the site file give it to whom they like', async () => {
  const names = [newName(), newName(), newName()] as const;
  for (const name of names) {
    await ask(name, ada);
    assert.equal(await findAccount(database, name), undefined);
    assert.equal((await listPeople(database, { text: name, offset: 0, limit: 10 })).total, 0);
  }
  const add = (name: string, origin: NewPerson['origin']) =>
    addPerson(database, operator, { ...byOperator, name: name.toUpperCase(), email: newEmail(), origin });
  await add(names[0], 'operator');
  await add(names[1], 'administrator');
  const user = { name: names[2], email: newEmail(), password: undefined, roles: [], groups: [] };
  assert.deepEqual(await missingUsers(database, [user]), [user.name]);
  assert.deepEqual(await createUsers(database, [user], new Map()), [user.name]);
  for (const name of names) {
    assert.equal((await listPeople(database, { text: name, offset: 0, limit: 10 })).total, 1);
    assert.deepEqual(await come(name), { kind: 'wrong' }, 'the password of who tried is gone');
    await assert.rejects(ask(name, ada), taken);
  }
});

test('a name that the rules of a role speak of is taken, also for who comes from a provider', async () => {
  const withProvider = (name: string, isSeen: boolean) => {
    const identity = { provider: 'university', subject: `subject ${++made}`, label: '' };
    return registerWith(database, { name, email: newEmail(), isSeen, identity, policy: 'open', address, roles });
  };
  for (const name of ['chief', 'CHIEF', ' head  librarian ', 'Keeper of Keys', 'First Owner']) {
    await assert.rejects(ask(name, newEmail()), taken, name);
    await assert.rejects(ask(name, ada), taken, name);
    for (const isSeen of [true, false]) await assert.rejects(withProvider(name, isSeen), taken, name);
    assert.equal(await findAccount(database, name), undefined);
  }
  // What names nobody, and an address, which a letter or the provider proves.
  await ask('Chief of staff', 'chief.by.mail@home.example');
  for (const name of ['tester', 'chiefs']) await ask(name, newEmail());
});

test('what fails when somebody comes from a provider leaves nobody behind', async () => {
  const identity = { provider: 'university', subject: 'twice', label: '' };
  const come = (name: string) =>
    registerWith(database, {
      ...{ name, email: newEmail(), isSeen: true, identity, policy: 'open', address, roles },
    });
  await come('First come');
  await assert.rejects(come('Second come'), { code: 'REPERIO_IDENTITY_TAKEN' });
  assert.equal(await findAccount(database, 'Second come'), undefined);
});
