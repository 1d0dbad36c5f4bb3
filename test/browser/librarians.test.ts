import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { addBase, setPlaces } from '../../src/knowledge/bases.ts';
import { importEntries } from '../../src/knowledge/entries.ts';
import { readRecord } from '../../src/records/history.ts';
import { conflict } from '../../src/web/uploads/test-held.ts';
import { field, openTestUploads, type TestUploads } from '../../src/web/uploads/test-uploads.ts';
import { launchChromium, withoutChromium } from '../support/chromium.ts';
import { checkLooks } from '../support/looks.ts';
import { isWhole } from '../support/scale.ts';

describe('pages of librarians, in Chromium', { skip: withoutChromium }, () => {
  let world: TestUploads;
  let browser: Browser;
  let base: string;
  let cookies: Exclude<BrowserContextOptions['storageState'], string>;
  let first = 0;
  let second = 0;

  before(async () => {
    world = await openTestUploads();
    const long = 'A title that goes on '.repeat(20);
    first = await world.write(field('245', `${long}lamp`), field('500', 'PRL'), field('980', 'BOOK'));
    second = await world.write(field('245', 'عنوان lamp'), field('500', 'x'.repeat(400)), field('980', 'BOOK'));
    const { database } = world.store;
    await database.transaction(async (transaction) => {
      const none = { knowledge: {}, libraryBases: [] };
      await addBase(transaction, none, 'journals', { description: 'Names of journals', by: 'ada' });
      const entries = Array.from({ length: 230 }, (_, n) => ({
        key: `key ${n}`,
        value: `Journal ${n} ${'v'.repeat(n)}`,
      }));
      await importEntries(
        transaction,
        { base: 'journals', by: 'ada' },
        [...entries, { key: 'PRL', value: 'Phys. Rev. Lett.' }],
        {
          replace: false,
        },
      );
      await setPlaces(transaction, 'journals', ['500a']);
      await addBase(transaction, none, 'titles', { kind: 'dynamic', path: '245__a', question: '', by: undefined });
    });
    const task = 'actions: [{ on: 500, do: map-by-knowledge, subfield: a, base: journals }]';
    const payload = { numbers: [first, second], task };
    await world.app.inject({ method: 'POST', url: '/api/change-sets', headers: world.token('boss'), payload });
    base = await world.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await launchChromium();
    const value = world.session('boss')['cookie']!.slice('reperio='.length);
    const cookie = { name: 'reperio', value, domain: '127.0.0.1', path: '/', expires: -1 };
    cookies = { cookies: [{ ...cookie, httpOnly: true, secure: false, sameSite: 'Lax' }], origins: [] };
  });
  after(async () => {
    await browser?.close();
    await world?.close();
  });

  const pages: Readonly<Record<string, () => string>> = {
    'a knowledge base': () => '/kb/journals?key=PRL',
    'marked hits': () => '/search?p=lamp',
    'a merge': () => `/merge/${first}/${second}`,
    ...(isWhole && {
      'knowledge bases': () => '/kb?ln=fr',
      'a new knowledge base': () => '/kb/new',
      'a dynamic base': () => '/kb/titles?ln=fr',
      'a part of a base': () => '/kb/journals?q=key+2&page=2',
      'two to merge': () => '/merge?id=1&ln=fr',
      'changing many': () => '/edit/many?p=lamp',
      'a change set': () => '/edit/many/1?ln=fr',
      'the overview': () => '/edit',
      'lines and their versions': () => `/record/${first}/history?lines=1`,
      'what waits': () => '/held',
    }),
  };
  for (const [name, path] of Object.entries(pages))
    test(`${name}: for everybody, and fits`, () => checkLooks({ browser, base, path: path(), cookies }));

  test('by keys alone an entry is changed, and what waits is opened in the editor', async () => {
    const { id, held } = await conflict(world);
    const context = await browser.newContext({ storageState: cookies });
    const page = await context.newPage();
    await page.goto(`${base}/kb/journals?key=PRL`);
    assert.equal(await page.evaluate('document.activeElement.id'), 'value');
    await page.keyboard.press('Control+A');
    await page.keyboard.type('Physical Review Letters');
    await page.keyboard.press('Enter');
    await page.waitForURL(/done=saved/);
    await page.goto(`${base}/kb/journals?q=prl`);
    assert.match((await page.textContent('table')) ?? '', /Physical Review Letters/);
    await page.goto(`${base}/held/${held}`);
    await page.keyboard.press('e');
    await page.waitForURL(new RegExp(`/record/${id}/edit\\?held=${held}`));
    await page.waitForSelector('.cm-content');
    assert.match((await page.textContent('.cm-content')) ?? '', /Ours/);
    // The base comes first, by its key.
    await page.click('.cm-content');
    await page.keyboard.press('Control+End');
    await page.keyboard.type('\n500__ $$aPRL', { delay: 20 });
    // Tags are suggested before, while one is typed.
    await page.waitForSelector('.cm-tooltip-autocomplete li:first-child:has-text("Physical Review Letters")');
    assert.match((await page.textContent('.cm-tooltip-autocomplete li')) ?? '', /PRL · journals/);
    await context.close();
    const { revision } = await readRecord(world.store.database, id);
    assert.equal(revision, 2, 'nothing was saved');
  });
});
