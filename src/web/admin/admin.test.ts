import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { field } from '../../formats/test-records.ts';
import type { Email, Mailer } from '../../mail/mailer.ts';
import { operator } from '../../people/audit.ts';
import { addPerson, giveRole } from '../../people/people.ts';
import { createRole } from '../../people/role-changes.ts';
import { testSite } from '../../search/testing/library.ts';
import { createApp } from '../app.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { memoryLibrary } from '../test-library.ts';
import { anyRole, testPeople } from '../test-people.ts';
import { createReader, type Reader } from '../test-reader.ts';

const password = 'a quiet library';
const records = [
  { leader: '', fields: [field('245__', '$aClosed paper'), field('980__', '$aSECRET')] },
  { leader: '', fields: [field('245__', '$aOpen book'), field('980__', '$aBOOK')] },
];
const posted: Email[] = [];
let sends = true;
const mailer: Mailer = {
  get sends() {
    return sends;
  },
  post: (letter) => void posted.push(letter),
  settled: async () => {},
  close: async () => {},
};

let store: TestDatabase;
let people: WebPeople;
let app: FastifyInstance;
/** May do everything; may look after people only; may nothing. */
let boss: Reader;
let keeper: Reader;
let nobody: Reader;
/** May do everything, in French. */
let french: Reader;
const ids = new Map<string, number>();

async function add(name: string, roles: readonly string[] = []): Promise<number> {
  const id = await addPerson(store.database, operator, {
    ...{ name, email: `${name.replaceAll(' ', '.')}@home.example`, password, roles },
    ...{ state: 'active', origin: 'operator' },
  });
  ids.set(name, id);
  return id;
}

async function signedIn(name: string, to = app): Promise<Reader> {
  const reader = createReader(to);
  await reader.open('/account/sign-in');
  assert.equal((await reader.send('/account/sign-in', { name, password })).statusCode, 303);
  return reader;
}

before(async () => {
  store = await openTestDatabase();
  people = await testPeople(store, { mailer });
  await createRole(
    store.database,
    operator,
    'keepers',
    {
      description: 'They look after people.',
      may: [{ action: 'cfgwebaccess', arguments: {} }],
      rules: '',
    },
    anyRole,
  );
  await people.access.refresh();
  app = createApp(memoryLibrary({ ...testSite, languages: ['en', 'fr'] }, records), { people });
  await add('boss', ['boss']);
  await add('keeper', ['keepers']);
  await add('nobody');
  [boss, keeper, nobody] = (await Promise.all(['boss', 'keeper', 'nobody'].map((name) => signedIn(name)))) as [
    Reader,
    Reader,
    Reader,
  ];
  french = createReader(app);
  french.steal(boss);
  await french.open('/?ln=fr');
});
after(async () => {
  await app.close();
  await people.access.close();
  await store.release();
});

const here = (name: string): string => `/admin/people/${ids.get(name)}`;
const seesSecret = async (reader: Reader): Promise<boolean> => (await reader.open('/record/1')).statusCode === 200;
async function log(): Promise<readonly string[]> {
  const rows = await store.database.query<{ line: string }>(
    sql`SELECT actor || ' ' || action || ' ' || subject AS line FROM audit ORDER BY id DESC LIMIT 3`,
  );
  return rows.map(({ line }) => line);
}
const problem = (answer: LightMyRequestResponse): string => /role="alert">([^<]*)</.exec(answer.body)?.[1] ?? '';

test('administration begins with how things stand', async () => {
  const { body, statusCode } = await boss.open('/admin');
  assert.equal(statusCode, 200);
  assert.match(body, /aria-current="page">Overview</);
  assert.match(body, /open to readers/);
  assert.match(body, /href="\/admin\/people"/);
  sends = false;
  try {
    assert.match((await boss.open('/admin')).body, /kept in the outbox/);
  } finally {
    sends = true;
  }
  assert.equal((await nobody.open('/admin')).statusCode, 403);
});

test('administration is for who may look after people, page by page', async () => {
  const paths = [
    'people',
    'people/new',
    here('boss').slice(7),
    'roles',
    'roles/new',
    'roles/keepers',
    'groups',
    'sessions',
    'tokens',
    'log',
  ];
  for (const path of paths) {
    const url = `/admin/${path}`;
    const guest = await createReader(app).open(url);
    assert.deepEqual(
      [guest.statusCode, guest.headers.location],
      [303, `/account/sign-in?${new URLSearchParams({ back: url })}`],
    );
    assert.equal((await nobody.open(url)).statusCode, 403, url);
    for (const reader of [keeper, boss]) {
      const answer = await reader.open(url);
      assert.equal(answer.statusCode, 200, url);
      assert.equal(answer.headers['cache-control'], 'no-store');
    }
  }
  assert.doesNotMatch((await nobody.open('/')).body, /\/admin/);
  assert.match((await keeper.open('/')).body, /href="\/admin"/);
});

test('nothing is changed by somebody who may not', async () => {
  const token = /name="form" value="([^"]+)"/.exec((await nobody.open('/account')).body)![1]!;
  const cookie = `reperio=${nobody.cookies.get('reperio')}`;
  const before = await store.database.query(sql`SELECT * FROM audit`);
  for (const path of [
    'state',
    'role',
    'role/take',
    'group',
    'group/take',
    'sessions',
    'password/none',
    'password-link',
    'remove',
  ]) {
    const answer = await app.inject({
      method: 'POST',
      url: `${here('boss')}/${path}`,
      headers: { cookie, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ form: token, state: 'disabled', role: 'boss', sure: 'yes' }).toString(),
    });
    assert.equal(answer.statusCode, 403, path);
  }
  assert.deepEqual(await store.database.query(sql`SELECT * FROM audit`), before);
});

test('people are found, added with a letter, and given roles that count at once', async () => {
  await boss.open('/admin/people/new');
  const added = await boss.sendAndFollow('/admin/people', { name: 'Grace Hopper', email: 'grace@home.example' });
  assert.match(added.body, /<h1>Grace Hopper<\/h1>/);
  assert.match(posted.at(-1)!.text, /https:\/\/library\.example\/account\/new-password\?token=/);
  assert.match((await boss.open('/admin/people?q=grace')).body, /Grace Hopper/);
  assert.doesNotMatch((await boss.open('/admin/people?q=nothing')).body, /Grace Hopper/);
  assert.doesNotMatch((await boss.open('/admin/people?state=disabled')).body, /Grace Hopper/);
  assert.match((await boss.open('/admin/people?role=boss')).body, />boss</);

  await add('ida');
  const ida = await signedIn('ida');
  assert.equal(await seesSecret(ida), false);
  await boss.open(here('ida'));
  assert.match(
    (await boss.sendAndFollow(`${here('ida')}/role`, { role: 'insider', until: '2999-01-01' })).body,
    /The role was assigned/,
  );
  assert.ok(await seesSecret(ida));
  assert.deepEqual((await log())[0], 'boss role given ida');
  await boss.open(here('ida'));
  await boss.send(`${here('ida')}/role/take`, { role: 'insider' });
  assert.equal(await seesSecret(ida), false);
});

test('nothing is said to be on its way to a person without an address, or without a mail server', async () => {
  await add('reachable');
  await boss.open(here('reachable'));
  assert.match((await boss.sendAndFollow(`${here('reachable')}/password-link`)).body, /The e-mail is being sent/);
  sends = false;
  try {
    await boss.open(here('reachable'));
    const kept = await boss.sendAndFollow(`${here('reachable')}/password-link`);
    assert.match(kept.body, /kept in the outbox: no smtp-url is set/);
    const form = (await boss.open('/admin/people/new')).body;
    assert.match(form, /No mail server is set \(smtp-url\), so nothing is sent/);
    assert.doesNotMatch(form, />E-mail a link|sent by e-mail/);
    assert.doesNotMatch((await boss.open(here('reachable'))).body, />E-mail a link/);
    await boss.open('/admin/people/new');
    const added = await boss.sendAndFollow('/admin/people', { name: 'far', email: 'far@home.example' });
    assert.match(added.body, /The person was added\. The e-mail was kept in the outbox/);
    const lost = createReader(app);
    await lost.open('/account/lost-password');
    const told = (await lost.send('/account/lost-password', { email: 'reachable@home.example' })).body;
    assert.match(told, /does not send e-mail\. Please ask an administrator/);
    assert.doesNotMatch(told, /sending|link to/);
  } finally {
    sends = true;
  }
  const id = await addPerson(store.database, operator, {
    ...{ name: 'nowhere', email: '', password, roles: [], state: 'active', origin: 'operator' },
  });
  const page = await boss.open(`/admin/people/${id}`);
  assert.doesNotMatch(page.body, new RegExp(`action="/admin/people/${id}/password-link"`));
  const before = posted.length;
  const forced = await boss.force(`/admin/people/${id}/password-link`, {});
  assert.equal(forced.statusCode, 400);
  assert.match(forced.body, /not an e-mail address/);
  assert.equal(posted.length, before);
});

test('somebody is let in, closed, and removed for good after being asked once more', async () => {
  const id = await add('waiting one');
  await store.database.query(sql`UPDATE person SET state = 'waiting' WHERE id = ${id}`);
  assert.match((await boss.open('/admin/people?state=waiting')).body, /waiting one/);
  await boss.open(here('waiting one'));
  await boss.send(`${here('waiting one')}/state`, { state: 'active' });
  assert.match(posted.at(-1)!.subject, /your account is active/);
  const reader = await signedIn('waiting one');
  await boss.open(here('waiting one'));
  await boss.send(`${here('waiting one')}/state`, { state: 'disabled' });
  assert.equal((await reader.open('/account')).statusCode, 303);
  await boss.open(here('waiting one'));
  assert.match((await boss.send(`${here('waiting one')}/remove`)).body, /permanently deleted/);
  assert.equal((await boss.open(here('waiting one'))).statusCode, 200);
  await boss.send(`${here('waiting one')}/remove`);
  await boss.send(`${here('waiting one')}/remove`, { sure: 'yes' });
  assert.equal((await boss.open(here('waiting one'))).statusCode, 404);
  assert.match((await boss.open('/admin/log?q=waiting+one')).body, /person deleted/);
});

test('nobody locks themselves out', async () => {
  await boss.open(here('boss'));
  await boss.send(`${here('boss')}/state`, { state: 'disabled' });
  await boss.open(here('boss'));
  await boss.send(`${here('boss')}/password/none`);
  assert.equal((await boss.open('/admin/people')).statusCode, 200);
  assert.equal((await signedIn('boss')).cookies.has('reperio'), true);
});

test('who may only look after people cannot become, make, or take over somebody who may do everything', async () => {
  const needs = /Only people who may do everything/;
  await keeper.open(here('keeper'));
  assert.match(problem(await keeper.send(`${here('keeper')}/role`, { role: 'boss' })), needs);
  for (const [action, values] of [
    ['state', { state: 'disabled' }],
    ['password-link', {}],
    ['role/take', { role: 'boss' }],
    ['sessions', {}],
  ] as const) {
    await boss.open(here('boss'));
    await keeper.open(here('boss'));
    const form = /name="form" value="([^"]+)"/.exec((await keeper.open(here('boss'))).body)![1]!;
    const answer = await app.inject({
      method: 'POST',
      url: `${here('boss')}/${action}`,
      headers: {
        cookie: `reperio=${keeper.cookies.get('reperio')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      payload: new URLSearchParams({ form, ...values }).toString(),
    });
    assert.match(problem(answer), needs, action);
  }
  await keeper.open('/admin/people/new');
  assert.match(
    problem(await keeper.send('/admin/people', { name: 'x1', email: 'x1@home.example', role: 'boss' })),
    needs,
  );
  await keeper.open('/admin/roles/new');
  assert.match(
    problem(await keeper.send('/admin/roles', { name: 'mine', may: 'everything', rules: 'allow any' })),
    needs,
  );
  await keeper.open('/admin/roles/keepers');
  assert.match(problem(await keeper.send('/admin/roles/keepers', { may: 'everything' })), needs);

  // By a name that rules of such a role ask for.
  await createRole(
    store.database,
    operator,
    'by name',
    {
      description: '',
      may: 'everything',
      rules:
        'allow nickname "chief", "head librarian"\nallow from "2999-01-01"\nallow nickname "heir"\nallow email "Heir.Apparent@home.example"',
    },
    anyRole,
  );
  await people.access.refresh();
  for (const name of ['chief', 'Head  Librarian', 'heir']) {
    await keeper.open('/admin/people/new');
    assert.match(problem(await keeper.send('/admin/people', { name, email: 'chief@home.example' })), needs, name);
  }

  await keeper.open('/admin/people/new');
  const heir = { name: 'somebody', email: 'heir.apparent@HOME.example' };
  assert.match(problem(await keeper.send('/admin/people', heir)), needs);

  // By a group that rules of such a role ask for.
  await createRole(
    store.database,
    operator,
    'by group',
    {
      description: '',
      may: 'everything',
      rules: 'allow group "wheel"',
    },
    anyRole,
  );
  await people.access.refresh();
  await keeper.open('/admin/groups');
  assert.match(problem(await keeper.send('/admin/groups', { name: 'wheel' })), needs);
  await keeper.open('/admin/roles/by%20group');
  assert.match(problem(await keeper.send('/admin/roles/by%20group', { may: '', rules: '' })), needs);
  await boss.open('/admin/roles/by%20group');
  await boss.send('/admin/roles/by%20group/remove');
  assert.equal((await boss.send('/admin/roles/by%20group/remove', { sure: 'yes' })).statusCode, 303);
  assert.equal((await boss.open('/account')).statusCode, 200);
});

test('a role is made and changed, with what is wrong named line by line, and holds at once', async () => {
  const guest = createReader(app);
  assert.equal(await seesSecret(guest), false);
  await boss.open('/admin/roles/new');
  const wrong = await boss.send('/admin/roles', {
    name: 'in the house',
    may: 'viewrestrcoll collection=Secret\nviewrestcoll\nviewrestrcoll colection=Secret\nviewrestrcoll collection=Secrets\nviewrestrcoll Secret',
    rules: 'allow remote_ip "10.0.0.0/99"\ndeny any\nalow any',
  });
  assert.equal(wrong.statusCode, 422);
  for (const words of [
    /Line 2:<?[^<]*There is no action &#39;viewrestcoll&#39;\. Did you mean &#39;viewrestrcoll&#39;/,
    /Line 3:[^<]*takes no &#39;colection&#39;/,
    /Line 4:[^<]*no collection &#39;Secrets&#39;\. Did you mean &#39;Secret&#39;/,
    /Line 5:[^<]*are written as/,
    /Line 1:[^<]*not a network address/,
    /Line 3:[^<]*begins with allow or deny/,
  ])
    assert.match(wrong.body, words);
  assert.match(wrong.body, /alow any<\/textarea>/, 'what was typed is still there');
  await french.open('/admin/roles/new');
  const faux = await french.send('/admin/roles', { name: 'x', may: 'viewrestcoll', rules: 'alow any' });
  assert.match(
    faux.body,
    /Ligne 1\s: Il n’y a pas d’action «\sviewrestcoll\s»\. Vouliez-vous dire «\sviewrestrcoll\s»\s\?/,
  );
  assert.match(faux.body, /Ligne 1\s: Une règle commence par allow ou deny, pas par «\salow\s»\./);
  const saved = await boss.sendAndFollow('/admin/roles', {
    name: 'in the house',
    may: 'viewrestrcoll collection=Secret',
    rules: 'allow remote_ip "127.0.0.0/8"',
  });
  assert.match(saved.body, /The role was saved/);
  assert.ok(await seesSecret(guest), 'a guest of this network is in it by rule');
  await boss.send('/admin/roles/in%20the%20house', { rules: 'allow remote_ip "192.0.2.0/24"' });
  assert.equal(await seesSecret(guest), false);
  assert.match(
    (await boss.open('/admin/log?q=in+the+house')).body,
    /before: [\s\S]*127\.0\.0\.0\/8[\s\S]*after: [\s\S]*192\.0\.2\.0/,
  );
  assert.equal((await boss.open('/admin/roles/insider')).body.includes('comes from the site file'), true);
  await boss.open('/admin/roles/new');
  assert.equal((await boss.send('/admin/roles', { name: 'insider', may: '' })).statusCode, 409);
  assert.equal((await boss.send('/admin/roles', { name: 'a/b', may: '' })).statusCode, 400);
});

test('the page of a role says which names in its rules nobody has', async () => {
  await add('Ängström');
  await boss.open('/admin/roles/new');
  const rules = 'allow nickname "ÄNGSTRÖM", "Angstrom", "nobody", /x.*/\ndeny not nickname "the late one"';
  const saved = await boss.sendAndFollow('/admin/roles', { name: 'by names', may: '', rules });
  assert.match(saved.body, /Nobody has these names, which the rules mention: angstrom, the late one\./);
  await boss.send('/admin/roles/by%20names', { rules: 'allow nickname "nobody"' });
  assert.doesNotMatch((await boss.open('/admin/roles/by%20names')).body, /Nobody has these names/);
});

test('the log is read and searched in the language of the page, and in the words that it keeps', async () => {
  const id = await add('lucie');
  await giveRole(store.database, operator, { id, name: 'lucie' }, 'keepers', undefined);
  const rows = async (question: string): Promise<string> =>
    /<table[\s\S]*<\/table>/.exec(
      (await french.open(`/admin/log?${new URLSearchParams({ q: question })}`)).body,
    )?.[0] ?? '';
  for (const question of ['Rôle attribué', 'role given', 'lucie']) {
    const found = await rows(question);
    assert.match(found, /rôle attribué[\s\S]*lucie[\s\S]*rôle: keepers/, question);
    assert.doesNotMatch(found, /role given/, question);
  }
  // What a release of before told, in words that nobody knows any more.
  await store.database.query(sql`INSERT INTO audit (actor, action, subject) VALUES ('x', 'hat lifted', 'lucie')`);
  assert.match(await rows('hat lifted'), /hat lifted/);
  assert.equal(await rows('rien de tel'), '');
});

test('a role made anew does not wake up those who had one of its name', async () => {
  const id = await add('sleeper');
  await giveRole(store.database, operator, { id, name: 'sleeper' }, 'old name', undefined);
  await boss.open('/admin/roles/new');
  await boss.send('/admin/roles', { name: 'old name', may: 'viewrestrcoll' });
  assert.equal(await seesSecret(await signedIn('sleeper')), false);
});

test('groups have members, who come and go by name', async () => {
  await add('gina');
  await boss.open('/admin/groups');
  const made = await boss.sendAndFollow('/admin/groups', { name: 'Night shift', description: 'They read at night.' });
  assert.match(made.body, /<h1>Night shift<\/h1>/);
  const address = /action="(\/admin\/groups\/\d+)\/give"/.exec(made.body)![1]!;
  assert.match(problem(await boss.send(`${address}/give`, { name: 'gino' })), /no person with this name/);
  assert.match((await boss.sendAndFollow(`${address}/give`, { name: 'Gina' })).body, />gina<\/a>/);
  assert.match((await boss.open('/admin/people?q=gina')).body, /Night shift/);
  await boss.open('/admin/groups');
  assert.equal((await boss.send('/admin/groups', { name: 'NIGHT SHIFT' })).statusCode, 409);
  await boss.open(address);
  await boss.send(`${address}/take`, { person: String(ids.get('gina')) });
  assert.doesNotMatch((await boss.open('/admin/people?q=gina')).body, /Night shift/);
  await boss.open(address);
  await boss.send(`${address}/remove`);
  await boss.send(`${address}/remove`, { sure: 'yes' });
  assert.equal((await boss.open(address)).statusCode, 404);
});

test('sessions and tokens of others are seen and ended', async () => {
  await add('tess');
  const tess = await signedIn('tess');
  await tess.open('/account/tokens');
  const secret = /id="token">([\w-]{43})</.exec((await tess.send('/account/tokens', { name: 'harvester' })).body)![1]!;
  const tokens = (await boss.open('/admin/tokens?q=harvester')).body;
  assert.match(tokens, /tess/);
  await boss.send('/admin/tokens', { end: /name="end" value="(\d+)"/.exec(tokens)![1]! });
  const asked = await app.inject({ url: '/search', headers: { authorization: `Bearer ${secret}` } });
  assert.equal(asked.statusCode, 401);
  const sessions = (await boss.open('/admin/sessions?q=tess')).body;
  await boss.send('/admin/sessions', { end: /name="end" value="(\d+)"/.exec(sessions)![1]! });
  assert.equal((await tess.open('/account')).statusCode, 303);
  assert.deepEqual(await log(), ['boss sessions ended tess', 'boss token ended tess', 'tess token made tess']);
});

test('long lists come in parts', async () => {
  await store.database.query(sql`
    INSERT INTO person (name, email, origin) SELECT 'many ' || n, 'many' || n || '@home.example', 'operator' FROM generate_series(1, 120) n`);
  const first = (await boss.open('/admin/people?q=many')).body;
  assert.match(first, /120 in all/);
  assert.equal(first.match(/href="\/admin\/people\/\d+"/g)!.length, 50);
  assert.match(first, /href="\/admin\/people\?q=many&amp;page=3"/);
  assert.equal((await boss.open('/admin/people?q=many&page=3')).body.match(/href="\/admin\/people\/\d+"/g)!.length, 20);
  for (const odd of ['-1', '0', 'x', '1e99', '99999999999999'])
    assert.equal((await boss.open(`/admin/people?page=${odd}`)).statusCode, 200, odd);
  for (const odd of ['x', '99999999999', '-1'])
    assert.equal((await boss.open(`/admin/people/${odd}`)).statusCode, 404, odd);
});

test('a role that only looks like another one in blanks or forms of letters is that one, and its members stay', async () => {
  const name = 'équipe de tête';
  const roles = [...testSite.roles, { name, may: 'everything', rules: '' } as const];
  const other = createApp(memoryLibrary({ ...testSite, roles }, records), { people });
  const chief = await add('chief of all', [name]);
  const limited = await signedIn('keeper', other);
  await limited.open('/admin/roles/new');
  for (const typed of [`  ${name} `, 'équipe  de tête', 'équipe\u00a0de tête', name.normalize('NFD')]) {
    const answer = await limited.force('/admin/roles', {
      name: typed,
      may: 'viewhiddenpaths',
      rules: '',
      description: '',
    });
    assert.equal(answer.statusCode, 409, typed);
  }
  const members = await store.database.query(
    sql`SELECT FROM role_member WHERE role = ${name} AND person_id = ${chief}`,
  );
  assert.equal(members.length, 1);
  await other.close();
});

test('who had a role that is forgotten loses it by whoever may do everything only', async () => {
  const old = await add('old chief', ['forgotten']);
  const make = async (reader: Reader) => {
    await reader.open('/admin/roles/new');
    return reader.send('/admin/roles', { name: 'forgotten', may: 'viewhiddenpaths', rules: '', description: '' });
  };
  const members = () => store.database.query(sql`SELECT FROM role_member WHERE person_id = ${old}`);
  assert.equal((await make(keeper)).statusCode, 403);
  assert.equal((await members()).length, 1);
  assert.equal((await make(boss)).statusCode, 303);
  assert.equal((await members()).length, 0);
});
