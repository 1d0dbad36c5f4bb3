import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { applySite } from '../../src/library/apply-site.ts';
import { lookByRules, lookForDuplicates } from '../../src/library/walk-jobs.ts';
import { readRecord } from '../../src/records/history.ts';
import { currentSource } from '../../src/site/versions.ts';
import { conflict } from '../../src/web/uploads/test-held.ts';
import { field, openTestUploads, type TestUploads } from '../../src/web/uploads/test-uploads.ts';
import { launchChromium, withoutChromium } from '../support/chromium.ts';
import { checkLooks } from '../support/looks.ts';

describe('uploads that wait, in Chromium', { skip: withoutChromium }, () => {
  let world: TestUploads;
  let browser: Browser;
  let base: string;
  let cookies: Exclude<BrowserContextOptions['storageState'], string>;
  let bossCookies: typeof cookies;
  let held: { readonly id: number; readonly held: number };

  before(async () => {
    world = await openTestUploads();
    held = await conflict(world);
    const { source } = await currentSource(world.store.database);
    const rule =
      'checks: [{name: blanks, what: trailing-space, fix: propose, on: [nightly], says: {en: Take them away.}}]';
    await applySite(world.store.database, `${source}\n${rule}\n`);
    for (const title of ['The étude of boats ', 'The etude of boats'])
      await world.write(field('100', 'Doe, Jane'), field('245', title), field('024', '10.1/x'), field('980', 'BOOK'));
    await lookByRules(world.library, {});
    await lookForDuplicates(world.library, {});
    base = await world.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await launchChromium();
    const cookiesOf = (name: 'bob' | 'boss'): typeof cookies => {
      const value = world.session(name)['cookie']!.slice('reperio='.length);
      const cookie = { name: 'reperio', value, domain: '127.0.0.1', path: '/', expires: -1 };
      return { cookies: [{ ...cookie, httpOnly: true, secure: false, sameSite: 'Lax' }], origins: [] };
    };
    cookies = cookiesOf('bob');
    bossCookies = cookiesOf('boss');
  });
  after(async () => {
    await browser?.close();
    await world?.close();
  });

  const pages: Readonly<Record<string, () => string>> = {
    'the list': () => '/held',
    'the list, in French': () => '/held?ln=fr',
    'an upload': () => `/held/${held.held}`,
    'an upload, in French': () => `/held/${held.held}?ln=fr`,
    'sending records': () => '/upload',
    'sending records, in French': () => '/upload?ln=fr',
  };
  for (const [name, path] of Object.entries(pages))
    test(`${name}: for everybody, and fits`, () => checkLooks({ browser, base, path: path(), cookies }));

  for (const path of ['/duplicates', '/duplicates?ln=fr', '/checks', '/checks/blanks', '/checks/blanks?ln=fr', '/edit'])
    test(`${path}: for everybody, and fits`, () => checkLooks({ browser, base, path, cookies: bossCookies }));

  test('duplicates and findings are decided by keyboard alone', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false, storageState: bossCookies });
    const page = await context.newPage();
    const tabTo = async (text: string): Promise<void> => {
      for (let tabs = 0; tabs < 100; tabs++) {
        await page.keyboard.press('Tab');
        const focused = page.locator('button:focus, input:focus');
        if ((await focused.count()) === 0) continue;
        const [said, label] = [await focused.textContent(), await focused.getAttribute('aria-label')];
        if (said?.includes(text) === true || label?.includes(text) === true) return;
      }
      assert.fail(`nobody comes to ${text} by Tab`);
    };
    await page.goto(`${base}/duplicates`);
    await tabTo('Not the same');
    await page.keyboard.press('Enter');
    await page.waitForURL(/done=not_same/);
    assert.match((await page.textContent('main'))!, /are not the same\./);
    await tabTo('Take it back');
    await page.keyboard.press('Enter');
    await page.waitForURL(/done=same/);
    await page.goto(`${base}/checks/blanks`);
    await tabTo('begins or ends with a blank');
    await page.keyboard.press('Space');
    await tabTo('Ignore');
    await page.keyboard.press('Enter');
    await page.waitForURL(/changed=1/);
    await context.close();
  });

  test('it is decided by keys: j to the conflict, 2 chooses what was sent, a writes', async () => {
    const { id, held: number } = await conflict(world);
    const context = await browser.newContext({ storageState: cookies });
    const page = await context.newPage();
    await page.goto(`${base}/held/${number}`);
    await page.keyboard.press('j');
    await page.keyboard.press('2');
    assert.ok(await page.isChecked('[name=choice-245][value=ours]'));
    await page.keyboard.press('1');
    assert.ok(await page.isChecked('[name=choice-245][value=theirs]'));
    await page.keyboard.press('2');
    await page.keyboard.press('a');
    await page.waitForURL(/done=held_accept/);
    const { record } = await readRecord(world.store.database, id);
    assert.equal(record.fields.find(({ tag }) => tag === '245')?.subfields[0]?.value, 'Ours');
    await context.close();
  });

  test('without scripts a form does all of it', async () => {
    const { id, held: number } = await conflict(world);
    const context = await browser.newContext({ javaScriptEnabled: false, storageState: cookies });
    const page = await context.newPage();
    await page.goto(`${base}/held/${number}`);
    await page.check('[name=choice-245][value=ours]');
    await page.click('button:has-text("Write as chosen")');
    await page.waitForURL(/done=held_accept/);
    const { revision } = await readRecord(world.store.database, id);
    assert.equal(revision, 3);
    await context.close();
  });
});
