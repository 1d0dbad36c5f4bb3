import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import type { Email, Mailer } from '../../mail/mailer.ts';
import { operator } from '../../people/audit.ts';
import { addPerson } from '../../people/people.ts';
import { testSite } from '../../search/testing/library.ts';
import type { SignInProvider, Site } from '../../site/site.ts';
import { createApp } from '../app.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { memoryLibrary } from '../test-library.ts';
import { testPeople } from '../test-people.ts';
import { startProvider, type TestProvider } from '../test-provider.ts';
import { createReader, type Reader } from '../test-reader.ts';

const base = 'https://library.example';
const password = 'a quiet library';
const posted: Email[] = [];
const mailer: Mailer = {
  sends: true,
  post: (letter) => void posted.push(letter),
  settled: async () => {},
  close: async () => {},
};

let store: TestDatabase;
/** Tells addresses it has seen; tells names only, as ORCID does. */
let university: TestProvider;
let orcid: TestProvider;
let people: WebPeople;
let app: FastifyInstance;
const others: FastifyInstance[] = [];

function entry(code: string, name: string, issuer: string, scopes: readonly string[]): SignInProvider {
  return { code, names: { en: name }, issuer, client: 'reperio', scopes };
}
let site: Site;

before(async () => {
  store = await openTestDatabase();
  const start = (code: string, claims: (who: string) => Readonly<Record<string, unknown>>) =>
    startProvider({
      client: 'reperio',
      secret: 'shared secret',
      redirectUri: `${base}/account/with/${code}/callback`,
      claims,
    });
  university = await start('university', (who) => ({
    ...{ email: `${who}@university.example`, email_verified: who !== 'mallory', preferred_username: who },
  }));
  orcid = await start('orcid', (who) => ({ name: `Dr ${who}` }));
  const secrets = new Map([
    ['university', 'shared secret'],
    ['orcid', 'shared secret'],
  ]);
  people = await testPeople(store, { mailer, secrets });
  site = {
    ...testSite,
    signIn: [
      entry('university', 'University', university.issuer, ['openid', 'email', 'profile']),
      entry('orcid', 'ORCID', orcid.issuer, ['openid']),
      entry('gone', 'Gone', 'http://127.0.0.1:1', ['openid']),
    ],
  };
  app = createApp(memoryLibrary(site, []), { people });
});
after(async () => {
  await Promise.all([app, ...others].map((one) => one.close()));
  await Promise.all([university.stop(), orcid.stop(), people.access.close()]);
  await store.release();
});

/**
 * Goes to a provider and comes back, as far as the address that the provider sent the browser to.
 */
async function comeBack(reader: Reader, code: 'university' | 'orcid', who: string, back = '/'): Promise<string> {
  const out = await reader.open(`/account/with/${code}?${new URLSearchParams({ back })}`);
  assert.equal(out.statusCode, 303, out.body);
  const returned = await (code === 'orcid' ? orcid : university).signIn(String(out.headers.location), who);
  return returned.slice(base.length);
}

async function signedIn(name: string): Promise<Reader> {
  const reader = createReader(app);
  await reader.open('/account/sign-in');
  assert.equal((await reader.send('/account/sign-in', { name, password })).statusCode, 303);
  return reader;
}

const add = (name: string, email = `${name}@home.example`) =>
  addPerson(store.database, operator, { name, email, password, roles: [], state: 'active', origin: 'operator' });
const whoIs = async (reader: Reader): Promise<string | undefined> =>
  /<h1>([^<]+)<\/h1>/.exec((await reader.open('/account')).body)?.[1];

test('what is sent to a provider has state, nonce and a PKCE challenge, and the way back', async () => {
  const reader = createReader(app);
  assert.match(
    (await reader.open('/account/sign-in?back=/search')).body,
    /href="\/account\/with\/orcid\?back=%2Fsearch"/,
  );
  const { headers } = await reader.open('/account/with/university?back=/search');
  const { origin, searchParams } = new URL(String(headers.location));
  assert.equal(origin, university.issuer);
  assert.equal(searchParams.get('redirect_uri'), `${base}/account/with/university/callback`);
  assert.equal(searchParams.get('code_challenge_method'), 'S256');
  for (const name of ['state', 'nonce', 'code_challenge']) assert.ok((searchParams.get(name) ?? '').length >= 40, name);
});

test('a newcomer whose address the provider has seen is in at once, and comes in again', async () => {
  const reader = createReader(app);
  const asked = await reader.open(await comeBack(reader, 'university', 'nora'));
  assert.match(asked.body, /signed in with University as nora@university\.example/);
  const made = await reader.sendAndFollow('/account/with/university/register', { name: 'Nora' });
  assert.match(made.body, /<h1>Nora<\/h1>/);
  assert.match(made.body, /nora@university\.example/);
  const again = createReader(app);
  const home = await again.open(await comeBack(again, 'university', 'nora', '/search?p=x'));
  assert.deepEqual([home.statusCode, home.headers.location], [303, '/search?p=x']);
  assert.equal(await whoIs(again), 'Nora');
  assert.match((await again.open('/account/identities')).body, /nora@university\.example/);
});

test('without an address that was seen, a letter goes out first', async () => {
  for (const [code, who, name] of [
    ['orcid', '0000-0002-1825-0097', 'Josiah'],
    ['university', 'mallory', 'Mallory'],
  ] as const) {
    const reader = createReader(app);
    await reader.open(await comeBack(reader, code, who));
    const email = `${name.toLowerCase()}@home.example`;
    const answer = await reader.send(`/account/with/${code}/register`, { name, email });
    assert.match(answer.body, /sending a link/);
    assert.equal(await whoIs(reader), undefined);
    const refused = createReader(app);
    const early = await refused.open(await comeBack(refused, code, who));
    assert.match(early.body, /Follow the link that we e-mailed/);
    const link = /https:\/\/library\.example(\S+)/.exec(posted.at(-1)!.text)![1]!;
    const page = await createReader(app).open(link);
    for (const part of [name, email]) assert.ok(page.body.includes(part), part);
    // Nobody else's coming back from there makes it theirs: not of whom the provider has signed in
    // as another.
    const stranger = createReader(app);
    await stranger.open(await comeBack(stranger, 'orcid', `not ${who}`, link));
    assert.equal(await whoIs(stranger), undefined);
    const back = /href="\/account\/with\/\w+\?back=([^"]+)"/.exec(page.body)![1]!;
    const owner = createReader(app);
    const confirmed = await owner.open(await comeBack(owner, code, who, decodeURIComponent(back)));
    assert.equal(confirmed.headers.location, '/account/sign-in?done=confirmed');
    const later = createReader(app);
    await later.open(await comeBack(later, code, who));
    assert.equal(await whoIs(later), name);
  }
});

test('registering with an address that nobody has seen tells nothing of it, and who has it may link', async () => {
  await add('yolanda');
  const register = async (who: string, email: string): Promise<readonly string[]> => {
    const name = `Newcomer ${who}`;
    const reader = createReader(app);
    await reader.open(await comeBack(reader, 'orcid', who));
    const first = await reader.send('/account/with/orcid/register', { name, email });
    const again = await reader.open(await comeBack(reader, 'orcid', who));
    const second = createReader(app);
    await second.open(await comeBack(second, 'orcid', `${who} too`));
    const taken = await second.send('/account/with/orcid/register', { name, email: `${who}.two@home.example` });
    return [first, again, taken].map(({ statusCode, body }) =>
      `${statusCode} ${/<main[\s\S]*<\/main>/.exec(body)![0]}`
        .replaceAll(email, 'EMAIL')
        .replaceAll(who, 'WHO')
        .replaceAll(/name="(form|identity)" value="[^"]*"/g, ''),
    );
  };
  const known = await register('yol-orcid', 'yolanda@home.example');
  assert.deepEqual(
    known.map((text) => text.slice(0, 3)),
    ['200', '403', '409'],
  );
  assert.deepEqual(known, await register('zoe-orcid', 'zoe@home.example'));

  const yolanda = await signedIn('yolanda');
  await yolanda.open(await comeBack(yolanda, 'orcid', 'yol-orcid'));
  assert.match((await yolanda.sendAndFollow('/account/with/orcid/link')).body, /The account is now linked/);
  const later = createReader(app);
  await later.open(await comeBack(later, 'orcid', 'yol-orcid'));
  assert.equal(await whoIs(later), 'yolanda');
});

test('an address that somebody has here is linked after signing in only', async () => {
  await add('victor', 'victor@university.example');
  const reader = createReader(app);
  await reader.open(await comeBack(reader, 'university', 'victor'));
  const refused = await reader.send('/account/with/university/register', { name: 'Another' });
  assert.equal(refused.statusCode, 409);
  assert.equal(await whoIs(reader), undefined);

  const victor = await signedIn('victor');
  const page = await victor.open(await comeBack(victor, 'university', 'victor', '/account/identities'));
  assert.match(page.body, /Should victor be able to sign in with it/);
  assert.match((await victor.sendAndFollow('/account/with/university/link')).body, /The account is now linked/);
  const later = createReader(app);
  await later.open(await comeBack(later, 'university', 'victor'));
  assert.equal(await whoIs(later), 'victor');
});

test('an identity that waits is linked to nobody but whom it waits for', async () => {
  await add('wanda');
  await add('xaver');
  const [wanda, xaver] = [await signedIn('wanda'), await signedIn('xaver')];
  const page = await wanda.open(await comeBack(wanda, 'orcid', 'wanda-orcid'));
  const identity = /name="identity" value="([^"]+)"/.exec(page.body)![1]!;
  await xaver.open(await comeBack(xaver, 'orcid', 'xaver-orcid'));
  assert.equal((await xaver.send('/account/with/orcid/link', { identity })).statusCode, 410);
  // What is somebody's already is nobody else's.
  await xaver.open(await comeBack(xaver, 'orcid', 'xaver-orcid'));
  await xaver.send('/account/with/orcid/link');
  const taken = await wanda.open(await comeBack(wanda, 'orcid', 'xaver-orcid'));
  assert.equal(taken.statusCode, 409);
  assert.equal(await whoIs(wanda), 'wanda');
});

test('the answer of a provider is good once, and for the browser that asked', async () => {
  const [mine, theirs] = [createReader(app), createReader(app)];
  const answer = await comeBack(mine, 'university', 'nora');
  assert.equal((await theirs.open(answer)).statusCode, 502);
  assert.equal(await whoIs(theirs), undefined);
  const state = mine.cookies.get('reperio-with')!;
  assert.equal((await mine.open(answer)).statusCode, 303);
  assert.equal(await whoIs(mine), 'Nora');
  const thief = createReader(app);
  (thief.cookies as Map<string, string>).set('reperio-with', state);
  assert.equal((await thief.open(answer)).statusCode, 502);
});

test('an answer that was changed is none', async () => {
  for (const change of ['state', 'code', 'iss']) {
    const reader = createReader(app);
    const answer = new URL(await comeBack(reader, 'university', 'nora'), base);
    if (change === 'iss') answer.searchParams.set('iss', orcid.issuer);
    else answer.searchParams.set(change, `${answer.searchParams.get(change)}x`);
    assert.equal((await reader.open(answer.pathname + answer.search)).statusCode, 502, change);
    assert.equal(await whoIs(reader), undefined);
  }
  const reader = createReader(app);
  const other = (await comeBack(reader, 'university', 'nora')).replace('/university/', '/orcid/');
  assert.equal((await reader.open(other)).statusCode, 502, 'another provider');
  const denied = createReader(app);
  await denied.open('/account/with/university');
  const state = denied.cookies.get('reperio-with');
  const answer = await denied.open(`/account/with/university/callback?error=access_denied&state=${state}`);
  assert.equal(answer.statusCode, 502);
});

test('the last way in stays', async () => {
  const reader = createReader(app);
  await reader.open(await comeBack(reader, 'university', 'nora'));
  await reader.open('/account/identities');
  const answer = await reader.send('/account/identities', { subject: 'nora' });
  assert.equal(answer.statusCode, 409);
  assert.match(answer.body, /Set a password first/);
  const victor = await signedIn('victor');
  await victor.open('/account/identities');
  assert.match((await victor.sendAndFollow('/account/identities', { subject: 'victor' })).body, /no longer linked/);
});

test('a provider that does not answer, or is none, is told in words', async () => {
  const reader = createReader(app);
  const answer = await reader.open('/account/with/gone');
  assert.equal(answer.statusCode, 502);
  assert.match(answer.body, /Signing in with Gone failed/);
  assert.equal((await reader.open('/account/with/nobody')).statusCode, 404);
  assert.equal((await reader.open('/account/with/nobody/callback?state=x')).statusCode, 404);
});

test('where registration is closed, newcomers are told so', async () => {
  const closed = createApp(memoryLibrary(site, []), { people: { ...people, registration: 'closed' } });
  others.push(closed);
  const reader = createReader(closed);
  const page = await reader.open(await comeBack(reader, 'university', 'someone'));
  assert.doesNotMatch(page.body, /with\/university\/register/);
});

test('without providers there is no page about them', async () => {
  const plain = createApp(memoryLibrary(testSite, []), { people });
  others.push(plain);
  assert.doesNotMatch((await createReader(plain).open('/account/sign-in')).body, /account\/with/);
});
