import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type Browser, type BrowserContextOptions, chromium } from 'playwright-core';
import { readRecord } from '../../src/records/history.ts';
import { conflict } from '../../src/web/uploads/test-held.ts';
import { openTestUploads, type TestUploads } from '../../src/web/uploads/test-uploads.ts';
import { checkLooks } from '../support/looks.ts';
import { findChromium } from '../support/packages.ts';

const executablePath = findChromium();
const skip = executablePath === undefined ? 'Chromium is not installed' : false;

describe('uploads that wait, in Chromium', { skip }, () => {
  let world: TestUploads;
  let browser: Browser;
  let base: string;
  let cookies: Exclude<BrowserContextOptions['storageState'], string>;
  let held: { readonly id: number; readonly held: number };

  before(async () => {
    world = await openTestUploads();
    held = await conflict(world);
    base = await world.app.listen({ host: '127.0.0.1', port: 0 });
    browser = await chromium.launch({ executablePath: executablePath!, args: ['--no-sandbox'] });
    const value = world.session('bob')['cookie']!.slice('reperio='.length);
    const cookie = { name: 'reperio', value, domain: '127.0.0.1', path: '/', expires: -1 };
    cookies = { cookies: [{ ...cookie, httpOnly: true, secure: false, sameSite: 'Lax' }], origins: [] };
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
