import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import type { Content, ContentStore } from './content.ts';
import { addFile } from './documents.ts';
import { checkContents, type FixityOptions } from './fixity.ts';
import { localStore } from './local-store.ts';
import { parseFileName } from './names.ts';
import { receive } from './receive.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-fixity-'));
const store: ContentStore = localStore(folder, async () => true);
const day = 86_400_000;
let library: TestDatabase;
const contents: Content[] = [];

before(async () => {
  library = await openTestDatabase();
  for (let at = 0; at < 4; at++) contents.push(await add(`file ${at}.txt`, `These are the bytes of file ${at}.`));
});
after(async () => {
  await library.release();
  rmSync(folder, { recursive: true, force: true });
});

async function add(name: string, text: string): Promise<Content> {
  async function* input(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text);
  }
  const content = await receive(store, input(), 1_000_000_000);
  await library.database.transaction((transaction) =>
    addFile(
      transaction,
      store,
      { ...parseFileName(name), ...content, record: 1, status: '', description: '', person: undefined },
      () => true,
    ),
  );
  return content;
}

const check = (options: Partial<FixityOptions> = {}) =>
  checkContents({
    database: library.database,
    store,
    every: 30 * day,
    within: 60_000,
    pace: 1e9,
    signal: new AbortController().signal,
    ...options,
  });
const older = (interval: string) =>
  library.database.query(sql`UPDATE content_check SET checked = checked - ${interval}::interval`);

test('all are read once, and again when their time has come', async () => {
  assert.deepEqual(await check(), { files: 4, bytes: 4 * 30, wrong: 0 });
  assert.deepEqual(await check(), { files: 0, bytes: 0, wrong: 0 });
  await older('29 days');
  assert.equal((await check()).files, 0);
  await older('1 day');
  assert.equal((await check()).files, 4);
});

test('what is damaged, cut or missing is known until it was brought back, and nothing else is wrong', async () => {
  const [damaged, cut, missing] = contents.map(({ digest }) => store.path(digest)!);
  const before = { damaged: 'These are the bytes of file 0.', cut: 'These are the bytes of file 1.' };
  writeFileSync(damaged!, 'These are the bytes of filE 0.');
  truncateSync(cut!, 5);
  rmSync(missing!);
  await older('40 days');
  assert.equal((await check()).wrong, 3);
  const problems = await library.database.query<{ digest: string; problem: string }>(
    sql`SELECT encode(digest, 'hex') AS digest, problem FROM content_check WHERE problem IS NOT NULL`,
  );
  assert.deepEqual(Object.fromEntries(problems.map(({ digest, problem }) => [digest, problem])), {
    [contents[0]!.digest]: 'its bytes have changed',
    [contents[1]!.digest]: 'it has 5 bytes instead of 30',
    [contents[2]!.digest]: 'it is not in the store',
  });
  assert.deepEqual(await check(), { files: 0, bytes: 0, wrong: 3 }, 'not again at once');
  writeFileSync(damaged!, before.damaged);
  writeFileSync(cut!, before.cut);
  await older('61 minutes');
  assert.deepEqual(await check(), { files: 3, bytes: 60, wrong: 1 });
  // A document that is gone is no longer missed.
  await library.database.query(sql`DELETE FROM file WHERE digest = decode(${contents[2]!.digest}, 'hex')`);
  assert.equal((await check()).wrong, 0);
});

test('one that the disk does not give is wrong alone', async () => {
  const first = store.path(contents[0]!.digest)!;
  const broken: ContentStore = {
    ...store,
    read: async (digest, range) => {
      const stream = await store.read(digest, range);
      if (store.path(digest) === first)
        stream.destroy(Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }));
      return stream;
    },
  };
  await older('40 days');
  assert.deepEqual(await check({ store: broken }), { files: 3, bytes: 60, wrong: 1 });
  await older('61 minutes');
  assert.equal((await check()).wrong, 0);
});

test('it keeps to its time, and goes on where it was ended at its pace', async () => {
  const text = 'x'.repeat(3_000_000);
  for (const name of ['a', 'b', 'c']) await add(`large ${name}.txt`, `${name}${text}`);
  let reads = 0;
  const counted: ContentStore = {
    ...store,
    read: (digest, range) => {
      reads++;
      return store.read(digest, range);
    },
  };
  const first = await check({ store: counted, within: 450, now: () => reads * 300 });
  assert.deepEqual(first, { files: 2, bytes: 2 * 3_000_001, wrong: 0 });
  const began = performance.now();
  assert.equal((await check({ pace: 10_000_000 })).files, 1);
  const took = performance.now() - began;
  assert.ok(took >= 250, `${took} ms for 3 MB at 10 MB/s`);
});

test('it gives up in the middle of a file when it is told to, and says nothing of that file', async () => {
  const content = await add('slow.txt', 'y'.repeat(2_000_000));
  const stop = new AbortController();
  setTimeout(() => stop.abort(), 50);
  await assert.rejects(check({ pace: 1_000_000, signal: stop.signal }), { name: 'AbortError' });
  assert.deepEqual(
    await library.database.query(sql`SELECT FROM content_check WHERE digest = decode(${content.digest}, 'hex')`),
    [],
  );
  assert.equal(statSync(store.path(content.digest)!).size, 2_000_000);
});

test('a store that cannot be asked makes no file wrong', async () => {
  await older('40 days');
  const away: ContentStore = {
    ...store,
    size: async () => {
      throw new Error('the store is away');
    },
  };
  await assert.rejects(check({ store: away }), /the store is away/);
  assert.equal((await check()).wrong, 0);
});
