import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as ask, createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { makeDump } from './dump.ts';
import { readManifests } from './manifest.ts';
import { openPlace } from './open-place.ts';
import type { Place } from './place.ts';
import { type BackupLibrary, openBackupLibrary } from './test-library.ts';
import { verifySets } from './verify.ts';

const S3rver = createRequire(import.meta.url)('s3rver') as new (
  options: object,
) => {
  run(): Promise<{ readonly port: number }>;
  close(): Promise<void>;
};
let server: InstanceType<typeof S3rver>;
let library: BackupLibrary;
let place: Place;
let port: number;

function placeAt(at: number): Place {
  return openPlace({
    ...library.settings,
    ...{ backup: 's3://backups/of/library', s3Endpoint: `http://127.0.0.1:${at}` },
    ...{ s3Key: 'S3RVER', s3Secret: 'S3RVER' },
  });
}

before(async () => {
  library = await openBackupLibrary();
  server = new S3rver({
    ...{ address: '127.0.0.1', port: 0, silent: true, directory: join(library.folder, 's3') },
    configureBuckets: [{ name: 'backups', configs: [] }],
  });
  ({ port } = await server.run());
  place = placeAt(port);
});
after(async () => {
  await server.close();
  await library.close();
});

const dump = (to = place) => {
  const { store, settings } = library;
  return makeDump({ database: store.database, url: store.url, place: to, settings, withSecrets: false });
};

test('a backup goes to an S3-compatible store, and what is damaged there is named', async () => {
  const digest = await library.addDocument('thesis.pdf', 'The bytes of a thesis.');
  const { manifest } = await dump();
  assert.deepEqual(await place.sets(), [manifest.set]);
  assert.deepEqual(await readManifests(place), [manifest]);
  assert.deepEqual((await dump()).newContents, { count: 0, bytes: 0 });
  assert.deepEqual((await verifySets({ place, sets: [manifest.set] })).findings, []);
  async function* other(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('Other bytes.');
  }
  await place.write(`sets/${manifest.set}/tables/person.copy.zst`, other());
  await place.remove(`content/${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest}`);
  const { findings } = await verifySets({ place, sets: [manifest.set] });
  assert.deepEqual(
    findings.map(({ file }) => file),
    ['tables/person.copy.zst', `content/${digest.slice(0, 2)}/${digest.slice(2, 4)}/${digest}`],
  );
});

test('one that was not finished there is not listed, and the next one removes it', async () => {
  const sets = await place.sets();
  const cut: Place = { ...place, finish: () => new Promise(() => undefined) };
  const aborted = new AbortController();
  const { store, settings } = library;
  const written = new Promise<void>((resolve) => {
    const write: Place['write'] = async (path, bytes) => {
      await place.write(path, bytes);
      if (path.endsWith('tables/person.copy.zst')) resolve();
    };
    void makeDump({
      ...{ database: store.database, url: store.url, settings, withSecrets: false, signal: aborted.signal },
      // A process that was killed removes nothing.
      place: { ...cut, write, remove: async () => undefined },
    }).catch(() => undefined);
  });
  await written;
  aborted.abort();
  const until = Date.now() + 60_000;
  let made: Awaited<ReturnType<typeof dump>> | undefined;
  while (made === undefined) {
    assert.ok(Date.now() < until);
    made = await dump().catch((error: Error & { code?: string }) => {
      if (error.code === 'REPERIO_BACKUP_RUNNING') return undefined;
      throw error;
    });
  }
  assert.deepEqual(await place.sets(), [...sets, made.manifest.set].sort());
  const names = new Set<string>();
  for await (const { path } of place.walk('sets')) names.add(path.split('/')[1]!);
  assert.deepEqual([...names].sort(), await place.sets());
});

test('a store that goes away in the middle costs the backup that is being made, or removed, and no other', async () => {
  const sets = await place.sets();
  let left = 20;
  const failing = createServer((request, response) => {
    if (left-- <= 0) {
      request.socket.destroy();
      return;
    }
    const { method, url: path, headers } = request;
    const onward = ask({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  failing.listen(0, '127.0.0.1');
  await once(failing, 'listening');
  try {
    const through = placeAt((failing.address() as AddressInfo).port);
    await assert.rejects(dump(through), { code: 'REPERIO_BACKUP_AWAY' });
    assert.deepEqual(await place.sets(), sets);
    left = 4;
    await assert.rejects(through.discard(sets[0]!), { code: 'REPERIO_BACKUP_AWAY' });
    // Half of it is there, and nobody takes it for a backup.
    assert.deepEqual(await place.sets(), sets.slice(1));
    const { manifest } = await dump();
    assert.deepEqual(await place.sets(), [...sets.slice(1), manifest.set].sort());
    for await (const { path } of place.walk('sets')) assert.ok(!path.includes(sets[0]!), path);
  } finally {
    failing.closeAllConnections();
    failing.close();
  }
});

test('an S3-compatible store that does not answer is named', async () => {
  const away = openPlace({
    ...{ ...library.settings, backup: 's3://backups', s3Endpoint: 'http://127.0.0.1:9' },
    ...{ s3Key: 'S3RVER', s3Secret: 'S3RVER' },
  });
  await assert.rejects(dump(away), { code: 'REPERIO_BACKUP_AWAY' });
  assert.throws(() => openPlace({ ...library.settings, backup: 's3://' }), /names no bucket/);
  assert.throws(() => openPlace({ ...library.settings, backup: 'here' }), /begins with a slash/);
  assert.equal(await place.read('nothing').then(text, ({ code }: { code?: string }) => code), 'ENOENT');
});
