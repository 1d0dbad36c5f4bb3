import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../test/support/wait.ts';
import { UserError } from '../errors/errors.ts';
import { contentPath } from './content.ts';
import { fileErrors } from './errors.ts';
import { localStore, markerName } from './local-store.ts';
import { receive } from './receive.ts';

const umask = process.umask(0o077);
const root = mkdtempSync(join(tmpdir(), 'reperio-local-store-'));
after(() => {
  process.umask(umask);
  rmSync(root, { recursive: true });
});

const bytes = Buffer.from('a document');
const digest = createHash('sha256').update(bytes).digest('hex');
const bring = (store: ReturnType<typeof localStore>) => receive(store, [bytes] as never, 1_000);
const isA =
  (kind: { readonly code: string }) =>
  (error: unknown): boolean =>
    error instanceof UserError && error.code === kind.code;

test('a folder of files that is not mounted is said to be away, nothing is written into its place, and nothing is lost', async () => {
  const folder = join(root, 'mounted');
  let isNew = true;
  const store = localStore(folder, async () => isNew);
  await bring(store);
  isNew = false;
  assert.ok(existsSync(join(folder, markerName)));
  await assert.rejects(store.read('0'.repeat(64)), isA(fileErrors.lost), 'the folder is there, the file is not');

  renameSync(folder, join(root, 'elsewhere'));
  mkdirSync(folder);
  for (const one of [store, localStore(folder, async () => isNew)]) {
    await assert.rejects(one.read(digest), isA(fileErrors.away));
    await assert.rejects(one.size(digest), isA(fileErrors.away));
    await assert.rejects(bring(one), isA(fileErrors.away));
  }
  assert.deepEqual(readdirSync(folder), []);

  rmSync(folder, { recursive: true });
  renameSync(join(root, 'elsewhere'), folder);
  assert.equal(await store.size(digest), bytes.length);
});

test('a folder of before there was a mark is taken, and marked', async () => {
  const folder = join(root, 'older');
  const path = join(folder, contentPath(digest));
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, bytes);
  const store = localStore(folder, async () => false);
  assert.equal(await store.size(digest), bytes.length);
  await bring(store);
  assert.ok(existsSync(join(folder, markerName)));
});

test('what is in the place of the folder is named with the setting', async () => {
  const folder = join(root, 'a file');
  writeFileSync(folder, '');
  const store = localStore(folder, async () => true);
  await assert.rejects(
    bring(store),
    (error) => isA(fileErrors.away)(error) && error instanceof UserError && error.hint.includes('`files`'),
  );
});

test('who may read documents is what the mode of their folder says', async () => {
  const mode = (path: string): string => (statSync(path).mode & 0o7777).toString(8);
  // The first as docs/cluster.md makes it for a web server in the group, which new folders inherit.
  for (const [given, folders, file] of [
    [0o2750, '2750', '640'],
    [0o700, '700', '600'],
  ] as const) {
    const folder = join(root, given.toString(8));
    mkdirSync(folder);
    chmodSync(folder, given);
    const store = localStore(folder, async () => true);
    const path = store.path((await bring(store)).digest)!;
    assert.equal(mode(path), file);
    for (const each of [dirname(path), dirname(dirname(path))]) assert.equal(mode(each), folders, each);
  }
});

test('a file server that does not answer keeps neither askers nor the rest of the process waiting', async () => {
  const folder = join(root, 'hanging');
  const patient = localStore(folder, async () => true);
  await bring(patient);
  const store = localStore(folder, async () => true, { most: 2, patience: 50 });
  const path = join(folder, contentPath(digest));
  rmSync(path);
  // Whoever opens it waits in a thread until somebody writes into it.
  execFileSync('mkfifo', [path]);
  const asked = await Promise.allSettled(Array.from({ length: 40 }, () => store.read(digest)));
  for (const one of asked)
    assert.ok(
      one.status === 'rejected' && isA(fileErrors.away)(one.reason) && /has not answered/.test(one.reason.message),
    );
  // Threads are left for others.
  assert.ok((await readFile(join(folder, markerName))).length > 0);
  // It answers again.
  const writing = await open(path, 'r+');
  rmSync(path);
  writeFileSync(path, bytes);
  await waitFor('its threads', async () => (await store.size(digest).catch(() => undefined)) === bytes.length);
  await writing.close();
  assert.deepEqual(await buffer(await patient.read(digest)), bytes);
  assert.deepEqual(await buffer(await patient.read(digest, { start: 2, end: 4 })), bytes.subarray(2, 5));
});

/** How many of its files this process has open. */
function openFiles(folder: string): number {
  return readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(join('/proc/self/fd', fd)).startsWith(folder);
    } catch {
      return false;
    }
  }).length;
}

test('a file is closed when its reader goes away, also before the first byte', async () => {
  const folder = join(root, 'left');
  const store = localStore(folder, async () => true);
  await receive(store, [Buffer.alloc(2_000_000)] as never, 1e9);
  const { digest: large } = await receive(store, [Buffer.alloc(2_000_000, 1)] as never, 1e9);
  for (let i = 0; i < 20; i++) {
    (await store.read(large)).destroy();
    const begun = await store.read(large, { start: 10, end: 1_999_999 });
    await begun[Symbol.asyncIterator]().next();
    begun.destroy();
    assert.equal((await buffer(await store.read(large, { start: 5, end: 9 }))).length, 5);
  }
  await waitFor('all to be closed', () => openFiles(folder) === 0);
});

test('a file that is opened after its reader was told that it is away is closed', async () => {
  const folder = join(root, 'late');
  await bring(localStore(folder, async () => true));
  const store = localStore(folder, async () => true, { most: 2, patience: 50 });
  const path = join(folder, contentPath(digest));
  rmSync(path);
  execFileSync('mkfifo', [path]);
  await assert.rejects(store.read(digest), isA(fileErrors.away));
  const writing = await open(path, 'r+');
  // On a busy machine its thread may come to open it only now.
  await sleep(500);
  await writing.close();
  await waitFor('it to be closed', () => openFiles(folder) === 0);
  // Or later still: it would wait for a writer, and the process for its thread, for ever.
  openSync(path, 'r+');
});

test('who removes is not told that the folder is away while the removal may still happen', async () => {
  const folder = join(root, 'removing');
  mkdirSync(folder);
  const answer = Promise.withResolvers<boolean>();
  const store = localStore(folder, () => answer.promise, { most: 8, patience: 50 });
  let outcome = 'none';
  const removing = store.remove(digest).then(
    () => (outcome = 'removed'),
    () => (outcome = 'away'),
  );
  await assert.rejects(store.incoming(), isA(fileErrors.away), 'it was asked later, and has been told');
  assert.equal(outcome, 'none');
  answer.resolve(true);
  assert.equal(await removing, 'removed');
});

test('a folder belongs to one library: another one neither reads what is there as its own nor removes it', async () => {
  const folder = join(root, 'shared by mistake');
  const of = (id: string) =>
    localStore(
      folder,
      async () => true,
      undefined,
      async () => id,
    );
  await bring(localStore(folder, async () => true));
  await bring(of('one'));
  assert.match(await readFile(join(folder, markerName), 'utf8'), /^library: one$/m);
  const other = of('two');
  await assert.rejects(bring(other), (error) => isA(fileErrors.away)(error) && /another library/.test(String(error)));
  await assert.rejects(other.remove(digest), isA(fileErrors.away));
  assert.equal(await of('one').size(digest), bytes.length);
});
