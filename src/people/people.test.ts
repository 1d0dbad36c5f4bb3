import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { waitFor } from '../../test/support/wait.ts';
import { UserError } from '../errors/errors.ts';
import type { Database } from '../store/database.ts';
import { type Access, openAccess } from './access.ts';
import { operator } from './audit.ts';
import { endAll } from './given-out.ts';
import { lostPassword } from './lost-password.ts';
import { issueOneTime } from './one-time.ts';
import { addPerson, giveRole, listPeople, requireAccount, setPassword, setState, takeRole } from './people.ts';
import { createSession, endSession, endSessions, sessionsOf } from './sessions.ts';
import { type SignInRequest, signIn } from './sign-in.ts';
import { sweepAccess } from './sweep.ts';
import { countAttempt, countAttempts, networkOf } from './throttle.ts';
import { createToken } from './tokens.ts';

let store: TestDatabase;
let database: Database;
/** Two processes of the same library. */
let here: Access;
let there: Access;

before(async () => {
  store = await openTestDatabase();
  ({ database } = store);
  [here, there] = await Promise.all([openAccess(store), openAccess(store)]);
});
after(async () => {
  await here.close();
  await there.close();
  await store.release();
});

const password = 'a quiet library';
let made = 0;

async function newPerson(
  given: string | undefined = undefined,
): Promise<{ readonly id: number; readonly name: string }> {
  const name = `Person ${++made}`;
  const email = `person${made}@library.example`;
  const person = { name, email, password: given, roles: [], state: 'active', origin: 'operator' } as const;
  return { id: await addPerson(database, operator, person), name };
}

const request: SignInRequest = {
  name: '',
  password,
  remember: false,
  address: '192.0.2.1',
  agent: 'test',
  session: undefined,
};

async function sessionFor(id: number): Promise<string> {
  return (await createSession(database, { person: id, remember: false, address: '192.0.2.1', agent: 'test' })).secret;
}

/** Notifications take a moment; a cache that was not told would keep for a minute. */
const soon = (what: string, look: () => Promise<boolean>): Promise<boolean> => waitFor(what, look, 30_000);

const who = async (access: Access, secret: string): Promise<string | undefined> =>
  (await access.signedIn({ kind: 'session', secret }))?.account.name;

/** How many statements a piece of work sends. */
async function statements(work: (counting: Access) => Promise<unknown>): Promise<number> {
  let sent = 0;
  const counted: Database = {
    ...database,
    query: (statement) => {
      sent++;
      return database.query(statement);
    },
  };
  const access = await openAccess({ database: counted, url: store.url });
  try {
    // It reads the roles once at first, and again when it begins to listen.
    await soon('the roles, read twice', async () => sent >= 2);
    sent = 0;
    await work(access);
    return sent;
  } finally {
    await access.close();
  }
}

test('who signed in is known by the secret, which is stored nowhere', async () => {
  const { id, name } = await newPerson();
  const secret = await sessionFor(id);
  assert.equal(await who(here, secret), name);
  assert.equal(await who(here, `${secret.slice(0, -1)}${secret.endsWith('A') ? 'B' : 'A'}`), undefined);
  assert.equal(await who(here, "' OR 1=1"), undefined);
  const [row] = await database.query<{ text: string }>(
    sql`SELECT session::text AS text FROM session WHERE person_id = ${id}`,
  );
  assert.ok(!row!.text.includes(secret));
});

test('asking again costs no SQL', async () => {
  const { id } = await newPerson();
  const secret = await sessionFor(id);
  const sent = await statements(async (access) => {
    for (let i = 0; i < 50; i++) await who(access, secret);
    access.peopleRoles();
  });
  assert.equal(sent, 1);
});

test('signing out is seen by all processes at once', async () => {
  const { id, name } = await newPerson();
  const [one, two] = [await sessionFor(id), await sessionFor(id)];
  for (const access of [here, there]) for (const secret of [one, two]) assert.equal(await who(access, secret), name);
  await endSession(database, one);
  await soon(
    'the end of the session in both processes',
    async () => (await who(here, one)) === undefined && (await who(there, one)) === undefined,
  );
  assert.equal(await who(there, two), name, 'another session goes on');
  assert.equal((await sessionsOf(database, id)).length, 1);
});

test('a new password, none, a closed account and "end all" end sessions, links and tokens', async () => {
  const ways: readonly ((person: { id: number; name: string; email: string }) => Promise<void>)[] = [
    (person) => setPassword(database, operator, person, 'another quiet library'),
    (person) => setPassword(database, operator, person, undefined),
    (person) => setState(database, operator, person, 'disabled'),
    (person) => endAll(database, operator, person, undefined),
  ];
  for (const way of ways) {
    const { id, name } = await newPerson(password);
    const session = { kind: 'session', secret: await sessionFor(id) } as const;
    const made = await createToken(
      database,
      operator,
      { id, name },
      { name: 'x', scopes: ['read'], expires: undefined },
    );
    const token = { kind: 'token', secret: made.secret } as const;
    for (const given of [session, token]) assert.ok(await there.signedIn(given));
    for (const kind of ['reset', 'email', 'confirm', 'identity'] as const)
      await issueOneTime(database, kind, { person: id, data: {} });
    await way({ id, name, email: 'x@y.example' });
    for (const given of [session, token])
      await soon('the end of what was given out', async () => (await there.signedIn(given)) === undefined);
    await setState(database, operator, { id, name }, 'active');
    assert.equal(await here.signedIn(token), undefined, 'nor do they come back');
    assert.deepEqual(await database.query(sql`SELECT FROM one_time WHERE person_id = ${id}`), []);
  }
});

test('who signs in while the password is changed does not come in by the old one', async () => {
  const { id, name } = await newPerson(password);
  await database.query(sql`DELETE FROM throttle`);
  const late = await database.transaction(async (transaction) => {
    await transaction.query(sql`UPDATE person SET password_hash = 'another' WHERE id = ${id}`);
    const coming = signIn(database, { ...request, name });
    // The old hash was read and fits; whether it is still so is asked last, and waits for us.
    await soon('the last question', async () => {
      const waiting = await database.query(
        sql`SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      return waiting.length > 0;
    });
    return { coming };
  });
  assert.equal((await late.coming).kind, 'wrong');
  assert.deepEqual(await sessionsOf(database, id), []);
});

test('one signs in by the new password only', async () => {
  const { id, name } = await newPerson(password);
  await setPassword(database, operator, { id, name, email: 'x@y.example' }, 'another quiet library');
  assert.equal((await signIn(database, { ...request, name })).kind, 'wrong');
  assert.equal((await signIn(database, { ...request, name, password: 'another quiet library' })).kind, 'in');
});

test('roles and states that change are seen by all processes at once', async () => {
  const person = await newPerson();
  const secret = await sessionFor(person.id);
  const rolesOf = async (): Promise<readonly string[] | undefined> =>
    (await there.signedIn({ kind: 'session', secret }))?.account.memberships.map(({ role }) => role);
  assert.deepEqual(await rolesOf(), []);
  await giveRole(database, operator, person, 'readers', undefined);
  await soon('the role', async () => (await rolesOf())?.[0] === 'readers');
  await takeRole(database, operator, person, 'readers');
  await soon('the end of the role', async () => (await rolesOf())?.length === 0);
  await setState(database, operator, person, 'disabled');
  await soon('the end of the session', async () => (await rolesOf()) === undefined);
  await setState(database, operator, person, 'active');
  assert.equal(await rolesOf(), undefined, 'a session that ended stays ended');
});

test('a session ends when it is not used, and goes on when it is', async () => {
  const { id, name } = await newPerson();
  const [idle, used] = [await sessionFor(id), await sessionFor(id)];
  await database.query(sql`UPDATE session SET last_seen = now() - interval '3 days' WHERE person_id = ${id}`);
  assert.equal(await who(here, idle), undefined);
  await sweepAccess(database);
  assert.deepEqual(await sessionsOf(database, id), []);
  const kept = await sessionFor(id);
  await database.query(sql`UPDATE session SET last_seen = now() - interval '1 day' WHERE person_id = ${id}`);
  assert.equal(await who(here, kept), name);
  await soon('the later last visit', async () => {
    const [session] = await sessionsOf(database, id);
    return session !== undefined && Date.now() - session.lastSeen.getTime() < 60_000;
  });
  assert.equal(await who(here, used), undefined);
});

test('a token is its person with the scopes it has it expires or its person is disabled', async () => {
  const person = await newPerson();
  const token = async (expires: Date | undefined): Promise<string> =>
    (await createToken(database, operator, person, { name: 'script', scopes: ['read'], expires })).secret;
  const good = await token(undefined);
  const found = await here.signedIn({ kind: 'token', secret: good });
  assert.deepEqual([found?.account.name, found?.scopes, found?.session], [person.name, ['read'], undefined]);
  assert.equal(await who(here, good), undefined, 'a token is no session');
  assert.equal(await here.signedIn({ kind: 'token', secret: await token(new Date(Date.now() - 1)) }), undefined);
  await setState(database, operator, person, 'disabled');
  await soon('the end of the token', async () => (await here.signedIn({ kind: 'token', secret: good })) === undefined);
});

test('people sign in by name or address, and nobody learns which of the two was wrong', async () => {
  const { id, name } = await newPerson(password);
  const email = `PERSON${made}@library.example`;
  for (const typed of [name, name.toUpperCase(), ` ${name} `, email]) {
    const outcome = await signIn(database, { ...request, name: typed });
    assert.ok(outcome.kind === 'in' && outcome.name === name, typed);
  }
  assert.deepEqual(await signIn(database, { ...request, name, password: 'wrong password' }), { kind: 'wrong' });
  assert.deepEqual(await signIn(database, { ...request, name: 'nobody', password }), { kind: 'wrong' });
  const without = await newPerson();
  assert.deepEqual(await signIn(database, { ...request, name: without.name, password: '' }), { kind: 'wrong' });
  await setState(database, operator, { id, name }, 'disabled');
  assert.deepEqual(await signIn(database, { ...request, name, password: 'wrong password' }), { kind: 'wrong' });
  assert.deepEqual(await signIn(database, { ...request, name }), { kind: 'state', state: 'disabled' });
});

test('an unknown name costs as much as a wrong password', async () => {
  const { name } = await newPerson(password);
  /** Milliseconds of a core: others may use the machine. */
  const time = async (typed: string): Promise<number> => {
    const runs = [];
    for (let i = 0; i < 3; i++) {
      const start = process.cpuUsage();
      await signIn(database, { ...request, name: typed, password: 'wrong password', address: '198.51.100.9' });
      const { user, system } = process.cpuUsage(start);
      runs.push((user + system) / 1000);
    }
    return Math.min(...runs);
  };
  const [known, unknown] = [await time(name), await time('nobody at all')];
  assert.ok(unknown > known / 2 && known > unknown / 2, `${known} and ${unknown} ms`);
});

test('signing in gives a new session and ends the one of before', async () => {
  const { id, name } = await newPerson(password);
  const before = await sessionFor(id);
  const outcome = await signIn(database, { ...request, name, session: before });
  assert.ok(outcome.kind === 'in');
  assert.notEqual(outcome.session.secret, before);
  assert.equal(await who(here, before), undefined);
  assert.equal(await who(here, outcome.session.secret), name);
});

const guess = (typed: string, address: string, given = 'guess'): Promise<string> =>
  signIn(database, { ...request, name: typed, password: given, address }).then(
    ({ kind }) => kind,
    (error) => (error instanceof UserError ? error.code : String(error)),
  );
const tooMany = 'REPERIO_TOO_MANY_ATTEMPTS';

test('guessing is stopped for the name and for the network, also when all guesses come at once', async () => {
  const { name } = await newPerson(password);
  const attempt = [{ kind: 'sign-in name', key: name }] as const;
  const counted = await Promise.allSettled(Array.from({ length: 30 }, () => countAttempts(database, attempt)));
  assert.equal(counted.filter(({ status }) => status === 'fulfilled').length, 20);
  assert.equal(await guess(name, '203.0.113.1'), tooMany);
  assert.equal(await guess(name.toUpperCase(), '203.0.113.2'), tooMany);
  // The window passes.
  await database.query(sql`UPDATE throttle SET since = since - interval '16 minutes'`);
  for (const outcome of ['wrong', 'wrong']) assert.equal(await guess(name, '203.0.113.1'), outcome);
  assert.equal(await guess(name, '203.0.113.1', password), 'in');
  const again = await Promise.allSettled(Array.from({ length: 20 }, () => countAttempts(database, attempt)));
  const passed = again.filter(({ status }) => status === 'fulfilled').length;
  assert.equal(passed, 18, 'the right password takes none of what guesses under this name have left');
});

test('how many guesses are left tells nothing of whether somebody has the name', async () => {
  await addPerson(database, operator, {
    ...{ name: 'Zoë Ørsted', email: 'zoe@library.example', password },
    ...{ roles: [], state: 'active', origin: 'operator' },
  });
  /** One guess under each spelling, eighteen more under all of them, and what is said then. */
  const afterMany = async (spellings: readonly string[]): Promise<readonly string[]> => {
    await database.query(sql`DELETE FROM throttle`);
    for (const typed of spellings) assert.equal(await guess(typed, '203.0.113.3'), 'wrong');
    await database.query(sql`UPDATE throttle SET attempts = attempts + 18 WHERE kind <> 'sign-in network'`);
    return Promise.all(spellings.map((typed) => guess(typed, '203.0.113.3')));
  };
  const variants = await afterMany(['Zoë Ørsted', 'ZOE ørsted']);
  assert.deepEqual(variants, [tooMany, tooMany]);
  assert.deepEqual(await afterMany(['Chloë Ørsted', 'CHLOE ørsted']), variants);
  const address = await afterMany(['Zoë Ørsted', 'zoe@library.example']);
  assert.deepEqual(address, ['wrong', 'wrong']);
  assert.deepEqual(await afterMany(['Chloë Ørsted', 'chloe@library.example']), address);
});

test('an account has one set of guesses under all its spellings, and then not even its password is right', async () => {
  const { id, name } = await newPerson(password);
  const email = `person${made}@library.example`;
  assert.equal(await guess(name, '203.0.113.4'), 'wrong');
  assert.equal(await guess(email, '203.0.113.5'), 'wrong');
  const attempt = { kind: 'sign-in account', key: `#${id}` } as const;
  for (let i = 0; i < 18; i++) assert.equal(await countAttempt(database, attempt), undefined);
  for (const typed of [name, email]) assert.equal(await guess(typed, '203.0.113.6', password), 'wrong');
  await database.query(sql`UPDATE throttle SET since = since - interval '16 minutes'`);
  assert.equal(await guess(name, '203.0.113.7', password), 'in');
  for (let i = 0; i < 20; i++) assert.equal(await countAttempt(database, attempt), undefined, 'it starts anew');
});

test('networks are addresses, and of IPv6 the half that a household has', () => {
  assert.equal(networkOf('192.0.2.1'), '192.0.2.1');
  assert.equal(networkOf('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(networkOf('2001:db8::1'), '2001:db8:0:0');
  assert.equal(networkOf('2001:0db8:0:0:7::1'), '2001:db8:0:0');
  assert.equal(networkOf('::1'), '0:0:0:0');
  assert.equal(networkOf('fe80::1%eth0'), 'fe80:0:0:0');
});

test('two people of one name, or with one address, are refused, also when both come at once', async () => {
  const person = { password: undefined, roles: [], state: 'active', origin: 'operator' } as const;
  const add = (name: string, email: string) => addPerson(database, operator, { ...person, name, email });
  const both = await Promise.allSettled([add('Émile', 'emile@a.example'), add('EMILE', 'emile@b.example')]);
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
  await assert.rejects(
    add('Other', 'EMILE@a.example').then(() => add('Another', 'emile@B.example')),
    { code: 'REPERIO_EMAIL_THERE' },
  );
  for (const name of ['', ' ', 'a@b', 'x\ny', '-x', 'x'.repeat(65)])
    await assert.rejects(add(name, 'n@c.example'), { code: 'REPERIO_PERSON_NAME' }, name);
  await assert.rejects(
    addPerson(database, operator, { ...person, name: 'Fine name', email: '', origin: 'registration' }),
    { code: 'REPERIO_EMAIL_WRONG' },
  );
  for (const email of ['x', 'x@', 'a@b@c', 'a b@c.example', 'a@b.example\r\nBcc: c@d.example'])
    await assert.rejects(add('Fine name', email), { code: 'REPERIO_EMAIL_WRONG' }, email);
  for (const wrong of ['short', 'Fine name', 'aaaaaaaaaaa'])
    await assert.rejects(
      addPerson(database, operator, { ...person, name: 'Fine name', email: 'f@c.example', password: wrong }),
      { code: 'REPERIO_PASSWORD_WRONG' },
      wrong,
    );
});

test('the operator may add somebody without an address, whom no empty name or address finds', async () => {
  const secret = 'correct horse battery';
  const person = { password: secret, roles: [], state: 'active', origin: 'operator' } as const;
  await addPerson(database, operator, { ...person, name: 'Addressless', email: '' });
  await addPerson(database, operator, { ...person, name: 'Addressless too', email: '' });
  const request = { remember: false, address: '198.51.100.77', agent: '', session: undefined };
  const asked = (name: string) => signIn(database, { ...request, name, password: secret });
  assert.equal((await asked('')).kind, 'wrong');
  assert.equal((await asked('addressless')).kind, 'in');
  assert.deepEqual(await lostPassword(database, ' ', '198.51.100.77'), []);
});

test('people are listed by part of a name, by role and by state', async () => {
  const person = await newPerson();
  await giveRole(database, operator, person, 'rare role', new Date(Date.now() + 3_600_000));
  const { people, total } = await listPeople(database, { text: 'PERSON', role: 'rare role', offset: 0, limit: 10 });
  assert.deepEqual([people.map(({ name }) => name), total], [[person.name], 1]);
  assert.equal((await listPeople(database, { text: '%', offset: 0, limit: 10 })).total, 0);
  await assert.rejects(requireAccount(database, 'Persom 1'), {
    code: 'REPERIO_PERSON_UNKNOWN',
    hint: /Did you mean "Person 1/,
  });
});

test('what was done to people is in the log, and no secret is', async () => {
  const person = await newPerson('a secret of mine');
  await endSessions(database, person.id, { except: undefined });
  const rows = await database.query<{ text: string }>(
    sql`SELECT audit::text AS text FROM audit WHERE subject = ${person.name}`,
  );
  assert.equal(rows.length, 1);
  const [all] = await database.query<{ found: number }>(
    sql`SELECT count(*)::integer AS found FROM audit WHERE audit::text LIKE '%secret of mine%' OR audit::text LIKE '%scrypt%'`,
  );
  assert.equal(all!.found, 0);
});
