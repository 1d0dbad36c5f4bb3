import assert from 'node:assert/strict';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { after, describe, test } from 'node:test';
import { waitFor } from '../../test/support/wait.ts';
import type { ContentStore } from '../files/content.ts';
import { localStore } from '../files/local-store.ts';
import { receive } from '../files/receive.ts';
import type { Drawing } from './draw-apart.ts';
import { openThumbnails, type Thumbnails, type Wanted } from './kept.ts';
import { type MakerOptions, makeThumbnails } from './maker.ts';
import { pdf, png } from './test-pictures.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-thumbnails-'));
after(() => rmSync(folder, { recursive: true, force: true }));
let nodes = 0;

interface Node {
  readonly thumbnails: Thumbnails;
  readonly store: ContentStore;
  readonly troubles: (string | undefined)[];
  readonly add: (bytes: Buffer, format: string) => Promise<Wanted>;
  /** Draws until what `until` looks at is there. */
  readonly run: (until: () => Promise<boolean>, options?: Partial<MakerOptions>) => Promise<void>;
}

function newNode(): Node {
  const data = join(folder, String(++nodes));
  const store = localStore(join(data, 'files'), async () => true);
  const thumbnails = openThumbnails(data);
  const troubles: (string | undefined)[] = [];
  return {
    ...{ thumbnails, store, troubles },
    add: async (bytes, format) => {
      const { digest } = await receive(store, Readable.from([bytes]), 1e9);
      return { digest, format, size: 'small' };
    },
    run: async (until, options = {}) => {
      const ending = new AbortController();
      const made = makeThumbnails({
        ...{ thumbnails, store, limit: 1e9, signal: ending.signal, onTrouble: (reason) => troubles.push(reason) },
        ...options,
      });
      try {
        await waitFor('thumbnails', until);
      } finally {
        ending.abort();
        await made;
      }
    },
  };
}

const drawn = (text: string): Drawing => ({ kind: 'drawn', bytes: Buffer.from(text) });

describe('thumbnails of a node', () => {
  test('are drawn when they are asked for, also while it runs, and found from then on', async () => {
    const { thumbnails, add, run, troubles } = newNode();
    const picture = await add(png(400, 400), 'png');
    const text = await add(pdf(), 'pdf');
    assert.deepEqual(await thumbnails.find(picture), { kind: 'missing' });
    assert.ok(await thumbnails.ask(picture));
    assert.ok(await thumbnails.ask(picture), 'twice is once');
    let isAsked = false;
    await run(async () => {
      if ((await thumbnails.find(picture)).kind !== 'there') return false;
      // Asked again while it is drawn, it would be drawn for nobody, or wait when this ends.
      if (!isAsked) await thumbnails.ask(text);
      isAsked = true;
      return (await thumbnails.find(text)).kind === 'there';
    });
    const found = await thumbnails.find(text);
    assert.ok(found.kind === 'there' && found.bytes.toString('latin1', 8, 12) === 'WEBP');
    assert.deepEqual(await thumbnails.asked(), []);
    assert.deepEqual([...new Set(troubles)], [undefined]);
  });

  test('what cannot be drawn is tried once, and again after a day', async () => {
    const { thumbnails, add, run } = newNode();
    const broken = await add(Buffer.from('no picture'), 'png');
    await thumbnails.ask(broken);
    await run(async () => (await thumbnails.find(broken)).kind === 'none');
    const [marker = ''] = globSync(join(thumbnails.folder, '1/*/*/*.none'));
    assert.match(readFileSync(marker, 'utf8'), /another format/);
    const long = new Date(Date.now() - 2 * 86_400_000);
    utimesSync(marker, long, long);
    assert.deepEqual(await thumbnails.find(broken), { kind: 'missing' });
    await thumbnails.ask(broken);
    await run(async () => (await thumbnails.find(broken)).kind === 'there', { draw: async () => drawn('now') });
    assert.equal(existsSync(marker), false);
  });

  test('that bytes are no picture says nothing of the same bytes as a PDF', async () => {
    const { thumbnails, add, run } = newNode();
    const text = await add(pdf(), 'pdf');
    const wrong = { ...text, format: 'jpg' };
    await thumbnails.ask(wrong);
    await run(async () => (await thumbnails.find(wrong)).kind === 'none');
    assert.deepEqual(await thumbnails.find(text), { kind: 'missing' });
    await thumbnails.ask(text);
    await run(async () => (await thumbnails.find(text)).kind === 'there');
  });

  test('requests that nobody can read are cleared away, so that they keep nobody from asking', async () => {
    const { thumbnails, add } = newNode();
    const picture = await add(png(9, 9), 'png');
    const asked = join(thumbnails.folder, 'wanted');
    mkdirSync(asked, { recursive: true });
    for (let number = 0; number < 500; number++) writeFileSync(join(asked, `${number}.huge`), '');
    assert.equal(await thumbnails.ask(picture), false);
    assert.deepEqual(await thumbnails.asked(), []);
    assert.ok(await thumbnails.ask(picture));
    assert.deepEqual(await thumbnails.asked(), [picture]);
  });

  test('a network that asks for hundreds keeps no other waiting, and has a fifth of the places', async () => {
    const { thumbnails } = newNode();
    const wanted = (number: number): Wanted => ({
      ...{ digest: number.toString(16).padStart(64, '0'), format: 'png', size: 'small' },
    });
    const taken = [];
    for (let number = 0; number < 120; number++) taken.push(await thumbnails.ask(wanted(number), '192.0.2.0/24'));
    assert.equal(taken.filter(Boolean).length, 100);
    assert.ok(await thumbnails.ask(wanted(200), '198.51.100.0/24'));
    assert.ok(await thumbnails.ask(wanted(201), '198.51.100.0/24'));
    const order = (await thumbnails.asked()).map(({ digest }) => Number.parseInt(digest, 16));
    assert.equal(order.length, 102);
    assert.deepEqual([order.indexOf(200) < 2, order.indexOf(201) < 4], [true, true]);
  });

  test('what is wrong with its folders ends it for a while only', async () => {
    const { thumbnails, add, run, troubles } = newNode();
    const [odd, picture] = [await add(png(8, 9), 'png'), await add(png(9, 9), 'png')];
    mkdirSync(join(thumbnails.folder, 'wanted', `${odd.digest}.small.png`), { recursive: true });
    await thumbnails.ask(picture);
    let refusals = 1;
    const refusing: Thumbnails = {
      ...thumbnails,
      forget: async (wanted) => {
        if (refusals-- > 0) throw new Error('no space is left');
        await thumbnails.forget(wanted);
      },
    };
    const isThere = async (wanted: Wanted) => (await thumbnails.find(wanted)).kind === 'there';
    await run(async () => (await isThere(picture)) && (await isThere(odd)), { thumbnails: refusing });
    assert.equal(troubles[0], 'no space is left');
    assert.deepEqual(await thumbnails.asked(), []);
  });

  test('trouble of the node is told and is nothing against the document', async () => {
    const { thumbnails, add, run, troubles } = newNode();
    const picture = await add(png(9, 9), 'png');
    await thumbnails.ask(picture);
    await run(async () => troubles.length > 0, { draw: async () => ({ kind: 'stopped', reason: 'no library' }) });
    assert.deepEqual(troubles, ['thumbnails cannot be drawn: no library']);
    assert.deepEqual(await thumbnails.find(picture), { kind: 'missing' });
    assert.deepEqual(await thumbnails.asked(), [], 'it is not met again by itself');
  });

  test('one at a time, the oldest first, each once', async () => {
    const { thumbnails, add, run } = newNode();
    const all = [await add(png(1, 1), 'png'), await add(png(2, 1), 'png'), await add(png(3, 1), 'png')];
    for (const [i, one] of all.entries()) {
      await thumbnails.ask(one);
      const path = join(thumbnails.folder, 'wanted', `${one.digest}.small.png`);
      const when = new Date(Date.now() - (i === 2 ? 60_000 : 10_000 - i * 1000));
      utimesSync(path, when, when);
    }
    let atOnce = 0;
    const order: string[] = [];
    await run(async () => order.length === 3, {
      draw: async ({ path }) => {
        assert.equal(++atOnce, 1);
        order.push(path.slice(-64));
        await new Promise((resolve) => setImmediate(resolve));
        atOnce--;
        return drawn('x');
      },
    });
    assert.deepEqual(
      order,
      [all[2]!, all[0]!, all[1]!].map(({ digest }) => digest),
    );
  });

  test('a file that is lost, of a format without thumbnails, or is no request, is passed over', async () => {
    const { thumbnails, add, run, troubles } = newNode();
    const good = await add(png(9, 9), 'png');
    await thumbnails.ask({ ...good, digest: 'a'.repeat(64) });
    await thumbnails.ask({ ...good, format: 'svg' });
    writeFileSync(join(thumbnails.folder, 'wanted', 'nonsense'), '');
    await thumbnails.ask(good);
    await run(async () => (await thumbnails.find(good)).kind === 'there', { draw: async () => drawn('x') });
    assert.equal(
      troubles.every((reason) => reason === undefined),
      true,
    );
  });

  test('of an object store, where it has no path: fetched, drawn, removed', async () => {
    const { thumbnails, store, add, run } = newNode();
    const picture = await add(png(50, 50), 'png');
    await thumbnails.ask(picture);
    const remote: ContentStore = { ...store, path: () => undefined };
    await run(async () => (await thumbnails.find(picture)).kind === 'there', { store: remote });
    assert.deepEqual(globSync(join(thumbnails.folder, '*.part')), []);
  });
});

describe('the cache', () => {
  test('is cleaned of those read longest ago, and of what a killed process left', async () => {
    const { thumbnails } = newNode();
    const name = (letter: string): Wanted => ({ digest: letter.repeat(64), format: 'png', size: 'small' });
    for (const letter of ['a', 'b', 'c']) await thumbnails.keep(name(letter), Buffer.alloc(100_000));
    const pathOf = (letter: string): string =>
      globSync(join(thumbnails.folder, `1/${letter}${letter}/*/${letter.repeat(64)}-small.webp`))[0] ?? '';
    const old = new Date(Date.now() - 10 * 86_400_000);
    for (const letter of ['a', 'b']) utimesSync(pathOf(letter), old, old);
    const left = join(dirname(pathOf('c')), 'x.part');
    writeFileSync(left, 'half');
    utimesSync(left, old, old);
    assert.equal((await thumbnails.find(name('a'))).kind, 'there', 'which is reading it');
    assert.deepEqual(await thumbnails.clean(250_000), { bytes: 200_000, deleted: 1 });
    assert.deepEqual(
      ['a', 'b', 'c'].map((letter) => pathOf(letter) !== ''),
      [true, false, true],
    );
    assert.equal(existsSync(left), false);
  });

  test('is held to its limit while it grows', async () => {
    const { thumbnails, add, run } = newNode();
    const asked: Wanted[] = [];
    for (let width = 1; width <= 12; width++) asked.push(await add(png(width, 1), 'png'));
    for (const one of asked) await thumbnails.ask(one);
    let count = 0;
    await run(async () => count === 12 && (await thumbnails.asked()).length === 0, {
      limit: 100_000,
      draw: async () => {
        count++;
        return { kind: 'drawn', bytes: Buffer.alloc(20_000) };
      },
    });
    const kept = globSync(join(thumbnails.folder, '1/*/*/*.webp')).length;
    assert.ok(kept >= 1 && kept <= 6, `${kept} are kept`);
  });

  test('takes no more requests than could be drawn', async () => {
    const { thumbnails } = newNode();
    const wanted = join(thumbnails.folder, 'wanted');
    mkdirSync(wanted, { recursive: true });
    for (let i = 0; i < 500; i++) writeFileSync(join(wanted, String(i)), '');
    assert.equal(await thumbnails.ask({ digest: 'a'.repeat(64), format: 'png', size: 'small' }), false);
  });
});
