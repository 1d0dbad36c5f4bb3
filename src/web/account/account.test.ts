import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { field } from '../../formats/test-records.ts';
import { type Mailer, openMailer } from '../../mail/mailer.ts';
import { startSmtp, type TestSmtp } from '../../mail/test-smtp.ts';
import { operator } from '../../people/audit.ts';
import { addPerson } from '../../people/people.ts';
import { createRole } from '../../people/role-changes.ts';
import { testSite } from '../../search/testing/library.ts';
import { createApp } from '../app.ts';
import { createAfterAnswer } from '../exchange/after-answer.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { memoryLibrary } from '../test-library.ts';
import { anyRole, testPeople } from '../test-people.ts';
import { createReader, type Reader } from '../test-reader.ts';

const password = 'a quiet library';
const other = 'a louder library';
const folder = mkdtempSync(join(tmpdir(), 'reperio-account-'));
const site = { ...testSite, languages: ['en', 'fr'], admin: 'admin@library.example' };
const books = Array.from({ length: 30 }, (_, i) => ({
  leader: '',
  fields: [field('245__', `$aBook ${i}`), field('980__', '$aBOOK')],
}));

let store: TestDatabase;
let smtp: TestSmtp;
let mailer: Mailer;
let people: WebPeople;
let app: FastifyInstance;
const others: FastifyInstance[] = [];
const later = createAfterAnswer();
let made = 0;

before(async () => {
  [store, smtp] = await Promise.all([openTestDatabase(), startSmtp()]);
  mailer = openMailer({ smtpUrl: smtp.url, outbox: folder, tell: () => {} });
  people = await testPeople(store, { mailer });
  app = createApp(memoryLibrary(site, books), { people, later });
});
afterEach(async () => {
  // Each test is a new network and a new quarter of an hour.
  await store.database.query(sql`DELETE FROM throttle`);
  await letters();
});
after(async () => {
  await Promise.all([app, ...others].map((one) => one.close()));
  await mailer.close();
  await people.access.close();
  await Promise.all([store.release(), smtp.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

async function newPerson(): Promise<{ name: string; email: string; id: number }> {
  const name = `reader${++made}`;
  const email = `${name}@home.example`;
  const person = { name, email, password, roles: [], state: 'active', origin: 'operator' } as const;
  return { name, email, id: await addPerson(store.database, operator, person) };
}

async function signedIn(name: string, given = password, to = app): Promise<Reader> {
  const reader = createReader(to);
  await reader.open('/account/sign-in');
  const answer = await reader.send('/account/sign-in', { name, password: given });
  assert.equal(answer.statusCode, 303, answer.body);
  return reader;
}

/** The letters that came meanwhile: to whom, and the address in each. */
async function letters(): Promise<readonly { to: string; text: string; link: string }[]> {
  await later.settled();
  await mailer.settled();
  return smtp.received.splice(0).map(({ to, text }) => ({
    to: to.join(),
    text,
    link: /https:\/\/library\.example(\/\S+)/.exec(text)?.[1] ?? '',
  }));
}

/** Without what is the reader's own. */
const plain = (body: string): string => body.replace(/name="form" value="[^"]*"/g, '');

const isSignedIn = async (reader: Reader): Promise<boolean> => (await reader.open('/account')).statusCode === 200;

test('one registers, follows the link of the letter, and signs in', async () => {
  const reader = createReader(app);
  await reader.open('/account/register');
  const values = { name: 'Émile Zola', email: 'emile@home.example', password };
  const told = await reader.send('/account/register', values);
  assert.match(told.body, /sending a link to emile@home\.example/);
  const [letter] = await letters();
  assert.deepEqual([letter!.to, /Dear Émile Zola/.test(letter!.text)], ['emile@home.example', true]);

  await reader.open('/account/sign-in');
  assert.match((await reader.send('/account/sign-in', values)).body, /Follow the link that we e-mailed/);
  // A program that looks into mail follows the link, and nothing happens.
  await createReader(app).open(letter!.link);
  assert.equal((await reader.open(letter!.link)).statusCode, 200);
  const page = (await reader.open(letter!.link)).body;
  for (const part of ['Émile Zola', 'emile@home.example']) assert.ok(page.includes(part), part);
  const wrong = await reader.send('/account/confirm', { password: other });
  assert.equal(wrong.statusCode, 422);
  assert.match(wrong.body, /not the password that was chosen/);
  assert.match((await reader.sendAndFollow('/account/confirm', { password })).body, /Your account is active/);
  await reader.sendAndFollow('/account/sign-in', { name: 'emile zola', password });
  assert.match((await reader.open('/account')).body, /<h1>Émile Zola<\/h1>/);
  assert.equal((await reader.open(letter!.link)).statusCode, 410, 'the link was good once');
});

test('registering says the same whether or not an address is known', async () => {
  const known = await newPerson();
  const ask = async (email: string): Promise<string> => {
    const reader = createReader(app);
    await reader.open('/account/register');
    const answer = await reader.send('/account/register', { name: `new${++made}`, email, password });
    return `${answer.statusCode} ${plain(answer.body).replaceAll(email, 'EMAIL')}`;
  };
  assert.equal(await ask(known.email.toUpperCase()), await ask('unknown@home.example'));
  const got = await letters();
  assert.match(got.find(({ to }) => to === known.email)!.text, new RegExp(`your name is ${known.name}`));
  assert.equal(got.length, 2);
});

test('registering one name twice tells nothing of the address that came first', async () => {
  const known = await newPerson();
  const ask = async (name: string, email: string): Promise<string> => {
    const reader = createReader(app);
    await reader.open('/account/register');
    const answer = await reader.send('/account/register', { name, email, password });
    return `${answer.statusCode} ${plain(answer.body).replaceAll(email, 'EMAIL').replaceAll(name, 'NAME')}`;
  };
  const twice = async (first: string): Promise<readonly string[]> => {
    const name = `suspect${++made}`;
    return [await ask(name, first), await ask(name, `second${made}@home.example`)];
  };
  const [told, again] = await twice(known.email);
  assert.match(again!, /^409 /);
  assert.deepEqual([told, again], await twice('stranger@home.example'));
});

test('a name that is taken, a short password and an address that is none are told in the form', async () => {
  const { name } = await newPerson();
  const reader = createReader(app);
  await reader.open('/account/register?ln=fr');
  const send = (values: Readonly<Record<string, string>>) =>
    reader.send('/account/register', { name: 'somebody else', email: 'else@home.example', password, ...values });
  for (const [values, field, text] of [
    [{ name: name.toUpperCase() }, 'name', /est déjà pris/],
    [{ name: 'a@b' }, 'name', /Un nom a de 1 à 64/],
    [{ password: 'short' }, 'password', /Ce mot de passe ne convient pas/],
    [{ email: 'x\r\nBcc: y@z.example' }, 'email', /pas une adresse électronique/],
  ] as const) {
    const answer = await send(values);
    const [, told] = new RegExp(`id="${field}-problem" role="alert">([^<]*)<`).exec(answer.body)!;
    assert.match(told!, text);
    const [input] = new RegExp(`<input id="${field}"[^>]*>`).exec(answer.body)!;
    assert.match(input, new RegExp(`aria-describedby="${field}-problem ${field}-hint" aria-invalid="true" autofocus`));
    assert.equal(answer.body.match(/aria-invalid|autofocus/g)!.length, 2, 'of this field only');
    assert.ok(answer.statusCode >= 400 && answer.statusCode < 500);
    assert.doesNotMatch(answer.body, new RegExp(password));
  }
  assert.deepEqual(await letters(), []);
});

test('a name that rules speak of is told as one that somebody has', async () => {
  const { name } = await newPerson();
  const rules = 'allow nickname "chief"';
  await createRole(store.database, operator, 'by name', { description: '', may: 'everything', rules }, anyRole);
  await people.access.refresh();
  const ask = async (wanted: string): Promise<string> => {
    const reader = createReader(app);
    await reader.open('/account/register');
    const answer = await reader.send('/account/register', { name: wanted, email: 'x@home.example', password });
    return `${answer.statusCode} ${plain(answer.body).replaceAll(wanted, 'NAME')}`;
  };
  assert.match(await ask('Chief'), /^409 /);
  assert.equal(await ask('Chief'), await ask(name));
});

test('when registration is closed there is none; with approval an administrator is written to', async () => {
  const closed = createApp(memoryLibrary(site, []), { people: { ...people, registration: 'closed' } });
  const approval = createApp(memoryLibrary(site, []), { people: { ...people, registration: 'approval' } });
  others.push(closed, approval);
  assert.equal((await createReader(closed).open('/account/register')).statusCode, 404);
  assert.doesNotMatch((await createReader(closed).open('/account/sign-in')).body, /account\/register/);

  const reader = createReader(approval);
  await reader.open('/account/register');
  await reader.send('/account/register', { name: 'Waiting One', email: 'waiting@home.example', password });
  await reader.open((await letters())[0]!.link);
  assert.match((await reader.send('/account/confirm', { password })).body, /must approve your account/);
  const [letter] = await letters();
  assert.deepEqual([letter!.to, letter!.link], ['admin@library.example', '/admin/people?state=waiting']);
  await reader.open('/account/sign-in');
  const refused = await reader.send('/account/sign-in', { name: 'Waiting One', password });
  assert.match(refused.body, /must approve your account/);
});

test('signing in leads back to where one was, and nowhere else', async () => {
  const { name } = await newPerson();
  const lead = async (back: string): Promise<string> => {
    const reader = createReader(app);
    await reader.open(`/account/sign-in?${new URLSearchParams({ back })}`);
    return String((await reader.send('/account/sign-in', { name, password })).headers.location);
  };
  assert.equal(await lead('/search?p=a&cc=Secret'), '/search?p=a&cc=Secret');
  for (const back of [
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/a\r\nx: y',
    '/é',
  ])
    assert.equal(await lead(back), '/', back);
});

test('signing in gives another session than before, and signing out ends it', async () => {
  const { name } = await newPerson();
  const reader = await signedIn(name);
  const first = reader.cookies.get('reperio');
  const thief = createReader(app);
  thief.steal(reader);
  await reader.open('/account');
  await reader.send('/account/sign-out');
  assert.equal(reader.cookies.has('reperio'), false);
  assert.equal(await isSignedIn(thief), false);
  await reader.open('/account/sign-in');
  await reader.send('/account/sign-in', { name, password });
  assert.notEqual(reader.cookies.get('reperio'), first);
});

test('a session that somebody planted is not taken over', async () => {
  const { name } = await newPerson();
  const planted = 'P'.repeat(43);
  const reader = createReader(app);
  await reader.open('/account/sign-in');
  (reader.cookies as Map<string, string>).set('reperio', planted);
  await reader.open('/account/sign-in');
  await reader.send('/account/sign-in', { name, password });
  assert.notEqual(reader.cookies.get('reperio'), planted);
  assert.ok(await isSignedIn(reader));
});

test('who is remembered keeps the cookie a year, who is not loses it with the browser', async () => {
  const { name } = await newPerson();
  const cookie = async (values: Readonly<Record<string, string>>): Promise<string> => {
    const reader = createReader(app);
    await reader.open('/account/sign-in');
    const answer = await reader.send('/account/sign-in', { name, password, ...values });
    return String([answer.headers['set-cookie']].flat().find((line) => line?.startsWith('reperio=')));
  };
  assert.doesNotMatch(await cookie({}), /Max-Age/);
  assert.match(await cookie({ remember: '1' }), /Max-Age=31536000/);
});

test('no form is taken without the token of its own session', async () => {
  const [mine, theirs] = [await newPerson(), await newPerson()];
  const reader = await signedIn(mine.name);
  const evil = await signedIn(theirs.name);
  const stolen = /name="form" value="([^"]+)"/.exec((await evil.open('/account')).body)![1]!;
  await reader.open('/account/tokens');
  for (const form of ['', 'x', stolen]) {
    for (const [page, action] of [
      ['/account', '/account/password'],
      ['/account', '/account/email'],
      ['/account', '/account/preferences'],
      ['/account', '/account/sign-out'],
      ['/account', '/preferences'],
      ['/account/tokens', '/account/tokens'],
    ] as const) {
      await reader.open(page);
      const answer = await reader.send(action, { form, name: 'x' });
      assert.equal(answer.statusCode, 403, action);
      assert.match(answer.body, /belongs to another session/);
    }
  }
  assert.ok(await isSignedIn(reader));
  // A guest's form is good with the cookie it came with only.
  const guest = createReader(app);
  await guest.open('/account/sign-in');
  (guest.cookies as Map<string, string>).clear();
  assert.equal((await guest.send('/account/sign-in', { name: mine.name, password })).statusCode, 403);
  // In the reader's language, and there is nothing to search for.
  const french = await app.inject({
    ...{ method: 'POST', url: '/account/sign-in?ln=fr', payload: 'form=x&name=x&password=x' },
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  });
  assert.match(french.body, /<h1>Ce formulaire a expiré</);
  assert.match(french.body, /rechargez-la, puis renvoyez le formulaire/);
  assert.doesNotMatch(french.body, /Go back|Vérifiez l’adresse/);
});

test('a lost password is set anew by a letter, which says to a stranger nothing', async () => {
  const { name, email } = await newPerson();
  const before = await signedIn(name);
  const ask = async (address: string): Promise<string> => {
    const reader = createReader(app);
    await reader.open('/account/lost-password');
    return plain((await reader.send('/account/lost-password', { email: address })).body).replaceAll(address, 'EMAIL');
  };
  assert.equal(await ask('nobody@home.example'), await ask(email));
  const [letter, ...more] = await letters();
  assert.deepEqual([letter!.to, more.length], [email, 0]);

  const reader = createReader(app);
  await reader.open(letter!.link);
  assert.equal((await reader.send('/account/new-password', { password: 'short' })).statusCode, 400);
  assert.match((await reader.sendAndFollow('/account/new-password', { password: other })).body, /Your password is set/);
  assert.match((await letters())[0]!.text, /Your password at Test Library was changed/);
  assert.equal(await isSignedIn(before), false, 'other sessions end');
  assert.ok(await isSignedIn(await signedIn(name, other)));
  assert.equal((await reader.open(letter!.link)).statusCode, 410);
});

test('the answer to a lost password waits for nothing that hangs on the address', async () => {
  const { email } = await newPerson();
  const reader = createReader(app);
  await reader.open('/account/lost-password');
  // Nobody can write a link meanwhile, nor look who it is.
  const told = await store.database.transaction(async (transaction) => {
    await transaction.query(sql`LOCK TABLE person, one_time IN ACCESS EXCLUSIVE MODE`);
    return reader.send('/account/lost-password', { email });
  });
  assert.equal(told.statusCode, 200);
  assert.equal((await letters()).length, 1);
});

test('nobody’s mailbox is flooded, and nobody learns that it would be', async () => {
  const { email } = await newPerson();
  const answers = new Set<string>();
  for (let i = 0; i < 6; i++) {
    const reader = createReader(app);
    await reader.open('/account/lost-password');
    answers.add(plain((await reader.send('/account/lost-password', { email })).body));
  }
  assert.equal(answers.size, 1);
  assert.equal((await letters()).length, 3);
});

test('letters lead to the library, whatever a request calls it', async () => {
  const { email } = await newPerson();
  const page = await app.inject({ url: '/account/lost-password', headers: { host: 'evil.example' } });
  const cookie = String(page.headers['set-cookie']).split(';')[0]!;
  const form = /name="form" value="([^"]+)"/.exec(page.body)![1]!;
  await app.inject({
    method: 'POST',
    url: '/account/lost-password',
    headers: {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      cookie,
      'content-type': 'application/x-www-form-urlencoded',
    },
    payload: new URLSearchParams({ form, email }).toString(),
  });
  const [letter] = await letters();
  assert.doesNotMatch(letter!.text, /evil/);
});

test('changing the password needs the present one, ends other sessions and gives this one a new id', async () => {
  const { name } = await newPerson();
  const [reader, elsewhere] = [await signedIn(name), await signedIn(name)];
  const thief = createReader(app);
  thief.steal(reader);
  await reader.open('/account');
  const wrong = await reader.send('/account/password', { current: 'not it at all', password: other });
  assert.equal(wrong.statusCode, 403);
  assert.match(wrong.body, /not your current password/);
  assert.match(
    (await reader.sendAndFollow('/account/password', { current: password, password: other })).body,
    /All other sessions have ended; links sent by e-mail and API tokens no longer work/,
  );
  assert.ok(await isSignedIn(reader));
  for (const gone of [thief, elsewhere]) assert.equal(await isSignedIn(gone), false);
  await letters();
});

test('a new address counts when its link was followed, and the old one is told', async () => {
  const person = await newPerson();
  const taken = await newPerson();
  const reader = await signedIn(person.name);
  const ask = async (email: string): Promise<string> => {
    await reader.open('/account');
    return (await reader.send('/account/email', { email, 'current-for-email': password })).body.replaceAll(
      email,
      'EMAIL',
    );
  };
  assert.equal(await ask(taken.email), await ask('new@home.example'));
  const [letter, ...more] = await letters();
  assert.deepEqual([letter!.to, more.length], ['new@home.example', 0]);
  assert.match((await reader.open('/account')).body, new RegExp(person.email));
  // Whoever has the letter and no session of the one who asked gets nowhere; another one who is
  // signed in neither.
  const guest = createReader(app);
  const led = await guest.open(letter!.link);
  assert.equal(led.headers.location, `/account/sign-in?${new URLSearchParams({ back: letter!.link })}`);
  await guest.open('/account/sign-in');
  const token = letter!.link.split('token=')[1]!;
  assert.equal((await guest.force('/account/email/confirm', { token })).statusCode, 303);
  const stranger = await signedIn(taken.name);
  assert.equal((await stranger.open(letter!.link)).statusCode, 410);
  await stranger.open('/account');
  assert.equal((await stranger.force('/account/email/confirm', { token })).statusCode, 410);

  await reader.open(letter!.link);
  assert.match((await reader.send('/account/email/confirm')).body, /is now new@home\.example/);
  assert.match((await reader.open('/account')).body, /new@home\.example/);
  assert.equal((await letters())[0]!.to, person.email);
});

test('a link for another address, and a token, that a thief had made are nothing after a new password', async () => {
  const { name } = await newPerson();
  const [thief, owner] = [await signedIn(name), await signedIn(name)];
  await thief.open('/account');
  await thief.send('/account/email', { email: 'evil@home.example', 'current-for-email': password });
  const [letter] = await letters();
  await thief.open('/account/tokens');
  const secret = /id="token">([\w-]{43})</.exec((await thief.send('/account/tokens', { name: 'x' })).body)![1]!;
  await owner.open('/account');
  const told = await owner.sendAndFollow('/account/password', { current: password, password: other });
  assert.match(told.body, /links sent by e-mail and API tokens no longer work/);
  const bearer = await app.inject({ url: '/search?of=id', headers: { authorization: `Bearer ${secret}` } });
  assert.equal(bearer.statusCode, 401);
  for (const reader of [thief, await signedIn(name, other)])
    assert.notEqual((await reader.open(letter!.link)).statusCode, 200);
  assert.match((await owner.open('/account')).body, new RegExp(`${name}@home`));
});

test('preferences hold on the pages', async () => {
  const { name } = await newPerson();
  const reader = await signedIn(name);
  assert.match((await reader.open('/search')).body, /1 – 10|start="1"/);
  await reader.open('/account');
  await reader.send('/account/preferences', { language: 'fr', size: '25', theme: 'dark' });
  const elsewhere = await signedIn(name);
  for (const each of [reader, elsewhere]) {
    const page = (await each.open('/search?p=book')).body;
    assert.match(page, /<html lang="fr" dir="ltr" data-theme="dark">/);
    assert.equal(page.match(/<li class="hit">/g)?.length, 25);
    assert.equal((await each.open('/search?p=book&rg=10')).body.match(/<li class="hit">/g)?.length, 10);
  }
  await reader.send('/preferences', { theme: 'auto' });
  assert.match((await reader.open('/search?p=book')).body, /<html lang="fr" dir="ltr">/);
});

test('sessions are seen and ended, one or all others, and only one’s own', async () => {
  const [mine, theirs] = [await newPerson(), await newPerson()];
  const [one, two, three, stranger] = await Promise.all([
    signedIn(mine.name),
    signedIn(mine.name),
    signedIn(mine.name),
    signedIn(theirs.name),
  ]);
  const page = (await one.open('/account/sessions')).body;
  assert.equal(page.match(/Firefox, Linux/g)?.length, 3);
  const [number] = await store.database.query<{ number: number }>(
    sql`SELECT max(number) AS number FROM session WHERE person_id = ${theirs.id}`,
  );
  await one.send('/account/sessions', { end: String(number!.number) });
  assert.ok(await isSignedIn(stranger), 'a stranger’s session goes on');
  await one.open('/account/sessions');
  await one.send('/account/sessions', { end: 'others' });
  assert.deepEqual(await Promise.all([one, two, three].map(isSignedIn)), [true, false, false]);
});

test('a token is shown once, works, and ends', async () => {
  const { name } = await newPerson();
  const reader = await signedIn(name);
  await reader.open('/account/tokens');
  const wrong: readonly Readonly<Record<string, string>>[] = [
    { name: '' },
    { name: 'x', scope: 'nonsense' },
    { name: 'x', expires: '2001-01-01' },
    { name: 'x', expires: 'soon' },
  ];
  for (const values of wrong)
    assert.equal((await reader.send('/account/tokens', values)).statusCode, 422, JSON.stringify(values));
  const secret = /id="token">([\w-]{43})</.exec(
    (await reader.send('/account/tokens', { name: 'nightly <b>' })).body,
  )![1]!;
  const list = (await reader.open('/account/tokens')).body;
  assert.ok(!list.includes(secret));
  assert.match(list, /nightly &lt;b&gt;/);
  const asked = () => app.inject({ url: '/search?of=id&rg=1', headers: { authorization: `Bearer ${secret}` } });
  assert.equal((await asked()).statusCode, 200);
  const account = await app.inject({ url: '/account', headers: { authorization: `Bearer ${secret}` } });
  assert.equal(account.statusCode, 303, 'a token cannot change the account');
  await reader.send('/account/tokens/end', { id: /name="id" value="(\d+)"/.exec(list)![1]! });
  assert.equal((await asked()).statusCode, 401);
});

test('no page of an account is kept by anybody', async () => {
  const { name } = await newPerson();
  const reader = await signedIn(name);
  for (const url of ['/account', '/account/sessions', '/account/tokens', '/account/lost-password'])
    assert.equal((await reader.open(url)).headers['cache-control'], 'no-store', url);
  assert.equal((await createReader(app).open('/account/sign-in')).headers['cache-control'], 'no-store');
});

test('guests of the pages that everybody reads get no cookie', async () => {
  for (const url of ['/', '/search?p=book', '/record/1', '/help/search'])
    assert.equal((await app.inject({ url })).headers['set-cookie'], undefined, url);
});

test('without a mail server no form promises an e-mail, in any language', async () => {
  const mute: Mailer = { sends: false, post: () => {}, settled: async () => {}, close: async () => {} };
  const kept = createApp(memoryLibrary(site, []), { people: { ...people, mailer: mute } });
  others.push(kept);
  const { name } = await newPerson();
  const reader = await signedIn(name, password, kept);
  const promises = { en: /We will e-mail|Send the link/, fr: /nous (?:y )?enverrons|Envoyer le lien/i };
  const says = {
    en: /This library does not send e-mail: ask an administrator/,
    fr: /Cette bibliothèque n’envoie pas de courriels\u00a0: demandez/,
  };
  for (const language of ['en', 'fr'] as const)
    for (const path of ['/account/lost-password', '/account/register', '/account']) {
      const address = `${path}?ln=${language}`;
      const { body } = await (path === '/account' ? reader : createReader(kept)).open(address);
      assert.doesNotMatch(body, promises[language], address);
      assert.match(body, says[language], address);
      const sending = await (path === '/account' ? await signedIn(name) : createReader(app)).open(address);
      assert.match(sending.body, promises[language], address);
      assert.doesNotMatch(sending.body, says[language], address);
    }

  const newcomer = createReader(kept);
  await newcomer.open('/account/register');
  await newcomer.send('/account/register', { name: 'Unconfirmed', email: 'unconfirmed@home.example', password });
  await newcomer.open('/account/sign-in');
  const refused = await newcomer.send('/account/sign-in', { name: 'Unconfirmed', password });
  assert.equal(refused.statusCode, 422);
  assert.match(refused.body, says.en);
  assert.doesNotMatch(refused.body, /we e-mailed/);
});
