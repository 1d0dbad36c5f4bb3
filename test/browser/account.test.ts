import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import sql from 'sql-template-tag';
import { createDemoLibrary } from '../../src/demo/library.ts';
import { enqueueJob } from '../../src/jobs/queue/enqueue.ts';
import { appendToLog } from '../../src/jobs/queue/log.ts';
import { addSchedule } from '../../src/jobs/queue/schedules.ts';
import { readCron } from '../../src/jobs/queue/when.ts';
import { operator } from '../../src/people/audit.ts';
import { addToGroup, createGroup } from '../../src/people/groups.ts';
import { addPerson } from '../../src/people/people.ts';
import { createRole } from '../../src/people/role-changes.ts';
import { createToken } from '../../src/people/tokens.ts';
import { noneDone } from '../../src/records/load/coordinator.ts';
import { beginRun, endRun } from '../../src/records/load/runs.ts';
import { testSite } from '../../src/search/testing/library.ts';
import { createApp } from '../../src/web/app.ts';
import type { WebPeople } from '../../src/web/exchange/web-people.ts';
import { memoryLibrary } from '../../src/web/test-library.ts';
import { anyRole, testPeople } from '../../src/web/test-people.ts';
import { launchChromium, withoutChromium } from '../support/chromium.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { checkLooks } from '../support/looks.ts';

// `npm test` says loudly what is missing, and fails for it in CI.
const password = 'a quiet library';

const orcid = { code: 'orcid', names: { en: 'ORCID' }, issuer: 'https://orcid.org', client: 'x', scopes: ['openid'] };
const site = { ...testSite, languages: ['en', 'fr'], signIn: [orcid] };

const guestPages: Readonly<Record<string, string>> = {
  'sign in': '/account/sign-in',
  'sign in, in French': '/account/sign-in?ln=fr',
  register: '/account/register',
  'lost password': '/account/lost-password',
  'a link that is no longer good': '/account/confirm?token=x',
  'record that may be shown after signing in': '/record/9999',
};
const ownPages: Readonly<Record<string, string>> = {
  home: '/',
  profile: '/account',
  'profile, saved': '/account?done=saved',
  sessions: '/account/sessions',
  'linked accounts': '/account/identities',
  tokens: '/account/tokens',
  administration: '/admin',
  'people of the library': '/admin/people',
  'adding a person': '/admin/people/new',
  'one person': '/admin/people/1?done=role_given',
  roles: '/admin/roles',
  'a role': '/admin/roles/night%20readers',
  'a role of the site file': '/admin/roles/boss',
  groups: '/admin/groups',
  'a group': '/admin/groups/1',
  'sessions of all': '/admin/sessions',
  'tokens of all': '/admin/tokens',
  loads: '/admin/loads',
  'own jobs': '/jobs?done=job_delete',
  'an own job': '/jobs/1',
  jobs: '/admin/jobs',
  'a job': '/admin/jobs/1',
  'a job, in French': '/admin/jobs/1?ln=fr',
  log: '/admin/log',
  'versions of a record': '/record/1/history',
  'a version of a record': '/record/1/history/2?with=1',
  'a version of a record, in French': '/record/1/history/2?with=1&ln=fr',
  failures: '/admin/failures?all=1',
};

async function addJobs(database: TestDatabase['database']): Promise<void> {
  await database.transaction(async (transaction) => {
    const kind = { name: 'load' };
    const person = 'Ada Lovelace';
    const id = await enqueueJob(transaction, { kind, name: `${'a-long-name-'.repeat(8)}.xml`, person });
    await transaction.query(sql`
      UPDATE job SET state = 'running', began = now() - interval '5 minutes', node = 'web1',
        progress = '{"done": 50, "total": 100, "sentence": "12,000 inserted, half of it"}' WHERE id = ${id}`);
    await appendToLog(transaction, id, [
      { level: 'warn', text: `Refused: ${'0123456789'.repeat(20)}`, at: new Date() },
    ]);
    await enqueueJob(transaction, {
      kind,
      name: 'next.xml',
      person,
      sequence: 's',
      at: new Date(Date.now() + 3_600_000),
    });
    await transaction.query(sql`
      INSERT INTO job (kind, name, person, state, ended, problem) VALUES ('load', 'bad.xml', ${person}, 'failed', now(), 'The disk is full.')`);
    await addSchedule(transaction, { kind, name: 'feed.xml', person, rhythm: readCron('30 2 * * Mon-Fri', undefined) });
  });
}

describe('pages of accounts in Chromium', { skip: withoutChromium }, () => {
  let store: TestDatabase;
  let people: WebPeople;
  let app: FastifyInstance;
  let browser: Browser;
  let base: string;
  let cookies: Exclude<BrowserContextOptions['storageState'], string>;

  before(async () => {
    store = await openTestDatabase();
    people = await testPeople(store);
    const id = await addPerson(store.database, operator, {
      ...{ name: 'Ada Lovelace', email: 'ada.lovelace@a-rather-long-name-of-a-library.example', password },
      ...{ roles: ['boss', 'insider'], state: 'active', origin: 'operator' },
    });
    const token = { name: 'nightly export', scopes: ['read', 'edit'], expires: undefined } as const;
    await createToken(store.database, operator, { id, name: 'Ada Lovelace' }, token);
    await createRole(
      store.database,
      operator,
      'night readers',
      {
        description: 'They read at night.',
        may: [{ action: 'viewrestrcoll', arguments: { collection: 'Secret' } }],
        rules: '# in the house only\nallow until "2999-06-30"\nallow remote_ip "192.0.2.0/24", "2001:db8::/32"\n',
      },
      anyRole,
    );
    const group = await createGroup(store.database, operator, 'Night shift', 'Who works at night');
    await addToGroup(store.database, operator, { id: group, name: 'Night shift' }, { id, name: 'Ada Lovelace' });
    await people.access.refresh();
    const demo = createDemoLibrary();
    const records = Array.from({ length: 40 }, (_, i) => demo.record(i + 1));
    const { leader, fields } = records[0]!;
    const earlier = { leader, fields: fields.filter((_, i) => i % 4 !== 1).toReversed() };
    const run = await beginRun(store.database, { name: 'nightly.mrc', mode: 'insert-or-replace', person: 'ada' });
    await endRun(store.database, run, { ...noneDone, inserted: 12_345, refused: 3 });
    const name = `/srv/deliveries/2026/${'a-long-name-of-a-folder-'.repeat(3)}/nightly.mrc`;
    const stopped = await beginRun(store.database, { name, mode: 'insert-or-replace', person: 'ada' });
    await endRun(store.database, stopped, noneDone, 'REPERIO_RECORD_CONTROL_NUMBER_UNKNOWN');
    await addJobs(store.database);
    app = createApp(memoryLibrary(site, records, 'accounts', [[earlier]]), { people });
    base = await app.listen({ host: '127.0.0.1', port: 0 });
    browser = await launchChromium();
    // By the form, without scripts.
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(`${base}/account/sign-in?back=/account/sessions`);
    await page.fill('#name', 'ada lovelace');
    await page.fill('#password', password);
    await page.keyboard.press('Enter');
    await page.waitForURL(`${base}/account/sessions`);
    cookies = await context.storageState();
    await context.close();
  });
  after(async () => {
    await browser?.close();
    await app?.close();
    await people?.access.close();
    await store?.release();
  });

  for (const [name, path] of Object.entries(guestPages))
    test(`${name}: for everybody, and fits`, () => checkLooks({ browser, base, path }));
  for (const [name, path] of Object.entries(ownPages))
    test(`${name}, signed in: for everybody, and fits`, () => checkLooks({ browser, base, path, cookies }));

  test('no column of past loads is cut, on a desk or on a phone, where each number has its name', async () => {
    for (const width of [1280, 390]) {
      const context = await browser.newContext({ viewport: { width, height: 900 }, storageState: cookies });
      const page = await context.newPage();
      await page.goto(`${base}/admin/loads`);
      const [inside, outside] = (await page.evaluate(
        `(({ scrollWidth, clientWidth }) => [scrollWidth, clientWidth])(document.querySelector('.table'))`,
      )) as [number, number];
      assert.ok(inside <= outside, `${width}: ${inside} in ${outside}`);
      const label = await page.evaluate(
        `getComputedStyle(document.querySelector('.table td.number:not(:empty)'), '::before').content`,
      );
      assert.equal(label, width === 390 ? '"Inserted"' : 'none');
      await context.close();
    }
  });

  test('a list of jobs follows what happens, but for what somebody has the focus in', async () => {
    const context = await browser.newContext({ storageState: cookies });
    const page = await context.newPage();
    await page.clock.install();
    await page.goto(`${base}/jobs`);
    assert.match(String(await page.textContent('#jobs')), /half of it/);
    await page.focus('#jobs a >> nth=0');
    const told = (text: string) =>
      store.database.query(
        sql`UPDATE job SET progress = jsonb_build_object('done', 75, 'total', 100, 'sentence', ${text}::text) WHERE id = 1`,
      );
    await told('most of it');
    await page.clock.runFor(10_000);
    assert.match(String(await page.textContent('#jobs')), /half of it/);
    await page.evaluate('document.activeElement.blur()');
    await page.clock.runFor(10_000);
    await page.waitForSelector('#jobs:has-text("most of it")');
    assert.equal(await page.getAttribute('#jobs progress', 'value'), '75');
    await told('half of it');
    await context.close();
  });

  test('a mistake in rules is told line by line where the rules are', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, storageState: cookies });
    const page = await context.newPage();
    await page.goto(`${base}/admin/roles/night%20readers`);
    await page.fill('#rules', 'allow any\nalow any');
    await page.click('button:has-text("Save")');
    assert.match(String(await page.textContent('#rules-problems')), /Line 2:.*Did you mean 'allow'/);
    assert.equal(await page.inputValue('#rules'), 'allow any\nalow any');
    await context.close();
  });

  test('everything of an account works by keyboard and without scripts', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, storageState: cookies });
    const page = await context.newPage();
    await page.goto(`${base}/account/tokens`);
    await page.fill('#name', 'from a browser');
    await page.keyboard.press('Enter');
    assert.match(await page.textContent('.secret').then(String), /^[\w-]{43}$/);
    await page.click('text=Revoke >> nth=1');
    assert.match(page.url(), /done=token_ended/);
    await page.goto(`${base}/account`);
    await page.selectOption('#theme', 'dark');
    await page.click('button:has-text("Save")');
    assert.equal(await page.getAttribute('html', 'data-theme'), 'dark');
    await page.selectOption('#theme', '');
    await page.click('button:has-text("Save")');
    assert.equal(await page.getAttribute('html', 'data-theme'), null);
    await context.close();
  });
});
