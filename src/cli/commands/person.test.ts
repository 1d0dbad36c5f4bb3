import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { applySite } from '../../library/apply-site.ts';
import { signIn } from '../../people/sign-in.ts';
import { defaultSiteText } from '../../site/default.ts';
import { runCommandLine } from '../run.ts';

let store: TestDatabase;
before(async () => {
  store = await openTestDatabase();
  await applySite(
    store.database,
    `${defaultSiteText()}
roles:
  superadmin: {may: everything}
  readers:
    may: [{action: viewrestrcoll, collection: Books}]
    rules: |
      # in the house
      allow remote_ip "192.0.2.0/24"
users:
  - {name: jekyll, email: j@library.example, password: "j123", roles: [readers], groups: ["Night shift"]}
  - {name: admin, email: a@library.example, password: "", roles: [superadmin]}
`,
  );
});
after(() => store.release());

async function type(words: readonly string[], input = ''): Promise<{ status: number; stdout: string; stderr: string }> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCommandLine(words, {
    environment: { DATABASE_URL: store.url },
    stdin: Readable.from([input]),
    ...{ stdout, stderr, colour: false, signal: new AbortController().signal, onHangup: () => undefined },
  });
  stdout.end();
  stderr.end();
  return { status, stdout: await text(stdout), stderr: await text(stderr) };
}

async function signsIn(name: string, password: string): Promise<boolean> {
  const request = { name, password, remember: false, address: '127.0.0.1', agent: '', session: undefined };
  return (await signIn(store.database, request)).kind === 'in';
}

test('people of the site file have its roles, groups and passwords, however short; an empty one lets nobody in', async () => {
  assert.ok(await signsIn('jekyll', 'j123'));
  assert.ok(!(await signsIn('admin', '')));
  const { stdout } = await type(['person', 'show', 'jekyll', '--json']);
  const { roles, groups, origin } = JSON.parse(stdout);
  assert.deepEqual([roles, groups, origin], [[{ role: 'readers', until: null }], ['Night shift'], 'site']);
});

test('the operator gives the first administrator a password, by standard input only', async () => {
  assert.equal((await type(['person', 'password', 'admin', '--password-stdin'], 'short\n')).status, 1);
  assert.equal((await type(['person', 'password', 'admin', '--password-stdin'], '')).status, 1);
  const done = await type(['person', 'password', 'admin', '--password-stdin'], 'a quiet library\nnot this\n');
  assert.deepEqual(
    [done.status, done.stdout],
    [0, 'admin has a new password. All sessions have ended; links sent by e-mail and API tokens no longer work.\n'],
  );
  assert.ok(await signsIn('admin', 'a quiet library'));
  assert.equal((await type(['person', 'password', 'admin'])).status, 1);
});

test('people are added with roles that there are', async () => {
  const add = ['person', 'add', 'ada', '--email', 'ada@library.example'];
  const wrong = await type([...add, '--role', 'superadmn']);
  assert.equal(wrong.status, 1);
  assert.match(wrong.stderr, /no role "superadmn"[\s\S]*Did you mean "superadmin"/);
  assert.match(
    (await type([...add, '--role', 'superadmin'])).stdout,
    /^Added ada as person \d+\.\nTo set a password: /,
  );
  assert.match((await type(add)).stderr, /already a person with the name "ada"/);
  assert.match(
    (await type(['person', 'list', '--role', 'superadmin'])).stdout,
    /^NAME +E-MAIL +STATE +ROLES\nada +ada@library.example +active +superadmin\nadmin /,
  );
  assert.ok(!(await signsIn('ada', '')));
  assert.equal((await type(['person', 'add', 'x'])).status, 0, 'an address is not needed');
  assert.match((await type(['person', 'add', 'y', '--email', 'nonsense'])).stderr, /is not an e-mail address/);
});

test('a role is given until a day and taken away', async () => {
  const said = await type(['person', 'role', 'ada', 'readers', '--until', '2999-12-31']);
  assert.equal(said.stdout, 'ada has the role readers until 2999-12-31T23:59:59.999Z.\n');
  assert.match((await type(['person', 'show', 'ada'])).stdout, /role +readers, until 2999-12-31/);
  assert.match((await type(['person', 'role', 'ada', 'readers', '--remove'])).stdout, /no longer has the role readers/);
  assert.match((await type(['person', 'role', 'ada', 'readers', '--remove'])).stdout, /did not have the role readers/);
  assert.equal((await type(['person', 'role', 'ada', 'readers', '--until', 'soon'])).status, 1);
});

test('why somebody may do something is explained by what decided', async () => {
  const why = (...words: readonly string[]) => type(['access', 'why', ...words]);
  const yes = await why('jekyll', 'viewrestrcoll', 'collection=Books');
  assert.equal(yes.status, 0);
  assert.match(
    yes.stdout,
    /^yes: jekyll may viewrestrcoll collection=Books\.\n.*readers \(from the site file\).*\n.*as a member/,
  );
  const house = await why('guest', 'viewrestrcoll', 'collection=Books', '--address', '192.0.2.9');
  assert.match(house.stdout, /^yes: guest .*\n.*readers.*\n.*by line 2 of its rules \(allow remote_ip/);
  const no = await why('jekyll', 'cfgwebaccess');
  assert.deepEqual([no.status, no.stdout.split('\n').length], [3, 4]);
  assert.match(no.stdout, /None of the roles[\s\S]*readers, as a member/);
  assert.equal((await why('guest', 'viewrestrcoll', 'collection=Books')).status, 3);
  assert.match((await why('guest', 'viewrestcoll')).stderr, /Did you mean "viewrestrcoll"/);
  assert.match((await why('guest', 'viewrestrcoll', 'colection=Books')).stderr, /Did you mean "collection"/);
  const gone = await why('jekyll', 'viewrestrcoll', 'collection=Boks');
  assert.deepEqual([gone.status, gone.stdout], [1, '']);
  assert.match(gone.stderr, /there is no collection 'Boks'[\s\S]*Did you mean "Books"/);
  assert.match((await why('nobody', 'viewrestrcoll')).stderr, /no person "nobody"/);
  assert.equal(JSON.parse((await why('admin', 'cfgwebaccess', '--json')).stdout).role, 'superadmin');
  assert.match((await type(['access', 'roles'])).stdout, /superadmin \(from the site file\)\n {2}may everything\n/);
});

test('who is disabled cannot sign in until that is undone', async () => {
  await type(['person', 'disable', 'jekyll']);
  assert.ok(!(await signsIn('jekyll', 'j123')));
  await type(['person', 'disable', 'jekyll', '--undo']);
  assert.ok(await signsIn('jekyll', 'j123'));
});

test('a password that is typed is asked for, and does not show', async () => {
  const typed = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const running = runCommandLine(['person', 'add', 'typist', '--password-stdin'], {
    environment: { DATABASE_URL: store.url },
    stdin: typed,
    ...{ stdout, stderr, colour: false, signal: new AbortController().signal, onHangup: () => undefined },
  });
  const [asked] = await once(stderr, 'data');
  assert.match(String(asked), /^Password/);
  typed.write('a quiet secrex\x7ft\r');
  assert.equal(await running, 0);
  for (const stream of [stdout, stderr]) stream.end();
  assert.doesNotMatch((await text(stdout)) + (await text(stderr)), /quiet/);
  assert.ok(await signsIn('typist', 'a quiet secret'));
});
