import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { Browser, Page } from 'playwright-core';
import { addFile } from '../../src/files/documents.ts';
import { localStore } from '../../src/files/local-store.ts';
import { splitFileName } from '../../src/files/names.ts';
import { receive } from '../../src/files/receive.ts';
import { field } from '../../src/formats/test-records.ts';
import { parseSite } from '../../src/site/parse.ts';
import { openThumbnails } from '../../src/thumbnails/kept.ts';
import { makeThumbnails } from '../../src/thumbnails/maker.ts';
import { pdf, png } from '../../src/thumbnails/test-pictures.ts';
import { createApp } from '../../src/web/app.ts';
import { memoryLibrary } from '../../src/web/test-library.ts';
import { launchChromium, withoutChromium } from '../support/chromium.ts';
import { openTestDatabase, type TestDatabase } from '../support/database.ts';
import { checkLooks } from '../support/looks.ts';
import { waitFor } from '../support/wait.ts';

const { site } = parseSite(`
extends: default
site: {name: Pictures, admin: admin@library.example}
collections:
  - name: Pictures
    children:
      - {name: Photographs, query: '980__a:PICTURE', view: gallery}
      - {name: Papers, query: '980__a:ARTICLE'}
`);
const records = ['PICTURE', 'PICTURE', 'ARTICLE', 'ARTICLE'].map((kind, i) => ({
  leader: '',
  fields: [field('245__', `$aHarbour ${'and town '.repeat(i * 4)}${i}`), field('980__', `$a${kind}`)],
}));

describe('thumbnails in Chromium', { skip: withoutChromium }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'reperio-browser-thumbnails-'));
  const ending = new AbortController();
  let drawing: Promise<void> | undefined;
  let store: TestDatabase;
  let app: FastifyInstance;
  let browser: Browser;
  let base: string;

  before(async () => {
    store = await openTestDatabase();
    const { database } = store;
    const content = localStore(join(folder, 'files'), async () => true);
    const add = async (record: number, name: string, bytes: Buffer, description: string): Promise<void> => {
      const kept = await receive(content, Readable.from([bytes]), 1e9);
      const file = { record, ...splitFileName(name), ...kept, status: '', description, person: undefined };
      await database.transaction((transaction) => addFile(transaction, content, file, () => true));
    };
    await add(1, 'wide.png', png(900, 300), 'The harbour from the sea');
    await add(1, 'high.png', png(200, 500, { grey: 160 }), '');
    await add(3, 'paper.pdf', pdf(), '');
    const thumbnails = openThumbnails(folder);
    const { signal } = ending;
    drawing = makeThumbnails({ thumbnails, store: content, limit: 1e9, signal, onTrouble: () => undefined });
    app = createApp(memoryLibrary(site!, records), {
      files: {
        ...{ database, store: content, delivery: 'stream', accelPrefix: '', limit: 1e6 },
        ...{ thumbnails, thumbnailPatience: 60_000 },
      },
    });
    base = await app.listen({ host: '127.0.0.1', port: 0 });
    browser = await launchChromium();
  });
  after(async () => {
    await browser?.close();
    await app?.close();
    ending.abort();
    await drawing;
    await store?.release();
    rmSync(folder, { recursive: true, force: true });
  });

  const pages = {
    list: '/search?p=harbour',
    gallery: '/search?cc=Photographs',
    pictures: '/record/1',
    pdf: '/record/3',
  };
  for (const [name, path] of Object.entries(pages))
    test(`${name}: accessible in light and dark, fits a phone, within the content policy`, async () => {
      await checkLooks({ browser, base, path });
    });

  const places = (page: Page): Promise<string> =>
    page.evaluate<string>(
      `JSON.stringify([...document.querySelectorAll('.hit, .gallery li, .panel, h2')].map((one) => { const { x, y, width, height } = one.getBoundingClientRect(); return [x, y, width, height].map(Math.round); }))`,
    );

  for (const width of [390, 1280])
    test(`nothing moves when they come, at ${width} px`, async () => {
      for (const path of Object.values(pages)) {
        const page = await browser.newPage({ viewport: { width, height: 4000 } });
        const comes = Promise.withResolvers<void>();
        await page.route('**/thumbnails/**', async (route) => {
          await comes.promise;
          await route.continue();
        });
        await page.goto(base + path, { waitUntil: 'domcontentloaded' });
        await page.evaluate('document.fonts.ready.then(() => undefined)');
        const before = await places(page);
        comes.resolve();
        await waitFor('thumbnails', () =>
          page.evaluate<boolean>('[...document.images].every((one) => one.complete && one.naturalWidth > 0)'),
        );
        assert.ok((await page.locator('img').count()) > 0, path);
        assert.equal(await places(page), before, path);
        await page.close();
      }
    });

  test('a picture opens the whole of it, the first page its PDF; hits have one stop of the keyboard each', async () => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.goto(`${base}/record/1`);
    assert.equal(await page.getByAltText('The harbour from the sea').count(), 1);
    await page.locator('.pictures figure a').click();
    assert.match(page.url(), /\/record\/1\/files\/high\.png$/);
    await page.goto(`${base}/record/3`);
    assert.equal(await page.locator('.first-page').getAttribute('href'), '/record/3/files/paper.pdf');
    await page.goto(`${base}/search?p=harbour`);
    assert.equal(await page.locator('.hit:not(.with-thumbnail) .thumbnail').count(), 0);
    assert.equal(await page.locator('.hit .thumbnail:not([tabindex="-1"])').count(), 0);
    await page.close();
  });
});
