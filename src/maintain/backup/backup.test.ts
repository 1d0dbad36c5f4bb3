import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { waitFor } from '../../../test/support/wait.ts';
import { loadSettings } from '../../config/settings.ts';
import { openContentStore } from '../../files/open.ts';
import { isHeld } from '../../store/lease.ts';
import { blockBytes } from './blocks.ts';
import { placedContent } from './contents.ts';
import { beginArchiving, keepArchiving } from './continuous.ts';
import { folderPlace } from './folder-place.ts';
import { holdPlace } from './hold-place.ts';
import { afterBackup } from './keep.ts';
import { readManifests } from './manifest.ts';
import { backupState, forgetArchive, noteArchive, noteVerified } from './state.ts';
import { truth } from './tables.ts';
import { type BackupLibrary, openBackupLibrary } from './test-library.ts';
import { verifySets } from './verify.ts';

let library: BackupLibrary;
before(async () => {
  library = await openBackupLibrary();
});
after(() => library.close());

const context = () => ({ database: library.store.database, url: library.store.url, place: library.place });
const setFolder = (set: string) => join(library.folder, 'backups', 'sets', set);

test('a backup has every table of truth with its rows, and each document once for all backups', async () => {
  const { database } = library.store;
  const first = await library.addDocument('thesis.pdf', 'The bytes of a thesis.');
  const one = await library.dump();
  assert.deepEqual(
    one.manifest.files.flatMap(({ table }) => (table === undefined ? [] : [table.name])),
    truth,
  );
  for (const { table } of one.manifest.files) {
    if (table === undefined) continue;
    const [row] = await database.query<{ rows: number }>(
      sql`SELECT (xpath('/row/c/text()', query_to_xml('SELECT count(*) AS c FROM ' || ${table.name}, false, true, '')))[1]::text::integer AS rows`,
    );
    assert.equal(table.rows, row!.rows, table.name);
  }
  assert.equal(one.manifest.records, 2_940);
  assert.deepEqual(one.newContents, { count: 1, bytes: 22 });
  assert.equal(readFileSync(join(library.folder, 'backups', placedContent(first)), 'utf8'), 'The bytes of a thesis.');

  const second = await library.addDocument('data.csv', 'a,b');
  const two = await library.dump();
  assert.deepEqual([two.manifest.contents.count, two.newContents], [2, { count: 1, bytes: 3 }]);
  assert.deepEqual((await library.place.sets()).toReversed(), [two.manifest.set, one.manifest.set].sort().toReversed());
  assert.ok(existsSync(join(library.folder, 'backups', placedContent(second))));
  const report = await verifySets({ place: library.place, sets: await library.place.sets() });
  assert.deepEqual([report.findings, report.documents], [[], 2]);
});

test('secrets are in a backup only when that is asked, and are named otherwise', async () => {
  const smtp = 'smtp://library:hunter2@mail.example:587';
  const environment = { REPERIO_DATA: library.folder, REPERIO_SMTP_URL: smtp, REPERIO_PORT: '8099' };
  Object.assign(process.env, environment);
  try {
    const settings = loadSettings(environment);
    const read = async (withSecrets: boolean) => {
      const { makeDump } = await import('./dump.ts');
      const { manifest } = await makeDump({ ...context(), settings, withSecrets });
      const [text, cluster] = ['settings.yaml', 'cluster.yaml'].map((name) =>
        readFileSync(join(setFolder(manifest.set), name), 'utf8'),
      );
      return { manifest, text: text!, cluster: cluster! };
    };
    const cluster = 'passwords:\n  library: {literal: hunter3} # ours\n  rewind: {literal: "hunter4, \\"x"}\n';
    writeFileSync(join(library.folder, 'cluster.yaml'), cluster);
    const without = await read(false);
    assert.match(without.text, /port: "?8099/);
    assert.doesNotMatch(JSON.stringify(without), /hunter/);
    assert.match(without.cluster, /library: \{literal: "left out"\} # ours\n {2}rewind: \{literal: "left out"\}\n$/);
    const names = ['smtp-url', 'passwords in cluster.yaml'];
    assert.deepEqual(without.manifest.secrets, { kept: false, names });
    const all = await read(true);
    assert.match(all.text, /hunter2/);
    assert.equal(all.cluster, cluster);
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name];
  }
});

test('damage is named with its place: a flipped byte, a cut file, a missing one, a document, a manifest', async () => {
  const { manifest } = await library.dump();
  const { set } = manifest;
  const digest = await library.addDocument('more.txt', 'More bytes of a document.');
  const other = (await library.dump()).manifest;
  const record = join(setFolder(set), 'tables', 'record.copy.zst');
  const bytes = readFileSync(record);
  bytes[1_000]! ^= 1;
  writeFileSync(record, bytes);
  truncateSync(join(setFolder(set), 'tables', 'person.copy.zst'), 10);
  rmSync(join(setFolder(set), 'tables', 'role.copy.zst'));
  writeFileSync(join(library.folder, 'backups', placedContent(digest)), 'More bytes of a documenT.');
  const report = await verifySets({ place: library.place, sets: [set, other.set] });
  const found = report.findings.map(({ set: of, file, offset }) => [of, file, offset]);
  assert.deepEqual(found, [
    [set, 'tables/person.copy.zst', 10],
    [set, 'tables/record.copy.zst', 0],
    [set, 'tables/role.copy.zst', 0],
    [undefined, placedContent(digest), 0],
  ]);
  const manifestPath = join(setFolder(other.set), 'manifest.json');
  writeFileSync(manifestPath, readFileSync(manifestPath, 'utf8').replace('"records": 2940', '"records": 2941'));
  const wrong: string[] = [];
  await readManifests(library.place, (_, problem) => wrong.push(problem));
  assert.match(wrong.join(), /its bytes are not those that were written/);
  rmSync(setFolder(set), { recursive: true });
  rmSync(setFolder(other.set), { recursive: true });
  rmSync(join(library.folder, 'backups', placedContent(digest)));
});

test('in a large file the damaged block is named', async () => {
  const { writePlain } = await import('./write-file.ts');
  const { verified, Damage } = await import('./blocks.ts');
  async function* chunks(length: number): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < length; at += 100_000) yield Buffer.alloc(Math.min(100_000, length - at), at);
  }
  const length = 3 * blockBytes + 5;
  const hashed = await writePlain(library.place, 'large', chunks(length));
  assert.deepEqual([hashed.bytes, hashed.blocks.length], [length, 4]);
  const path = join(library.folder, 'backups', 'large');
  const bytes = readFileSync(path);
  bytes[2 * blockBytes + 17]! ^= 0x80;
  writeFileSync(path, bytes);
  const read = async () => {
    for await (const _ of verified(await library.place.read('large'), hashed));
  };
  await assert.rejects(read(), (error) => error instanceof Damage && error.offset === 2 * blockBytes);
  rmSync(path);
});

test('a document that the store has lost or damaged is told, and the rest is kept', async () => {
  const digest = await library.addDocument('lost.txt', 'These bytes will be lost.');
  const path = openContentStore(library.store.database, library.settings).path(digest)!;
  renameSync(path, `${path}.away`);
  const { manifest } = await library.dump();
  assert.deepEqual(manifest.lost, [digest]);
  writeFileSync(path, 'These bytes will be LOST.');
  assert.deepEqual((await library.dump()).manifest.lost, [digest]);
  assert.equal(existsSync(join(library.folder, 'backups', placedContent(digest))), false);
  renameSync(`${path}.away`, path);
  assert.deepEqual((await library.dump()).manifest.lost, []);
});

test('two at once: the second says who makes one and since when', async () => {
  const held = await holdPlace(context(), 'backup of the first');
  await assert.rejects(library.dump(), (error: Error & { code?: string }) => {
    assert.equal(error.code, 'REPERIO_BACKUP_RUNNING');
    assert.match(error.message, new RegExp(`reperio ${process.pid}@.* backup.*since 20\\d\\d-`));
    return true;
  });
  await held.lease.release();
  await waitFor('the end of the lease', async () => !(await isHeld(library.store.database, 'backup')));
});

test('a full place is told before anything is written, and earlier backups stay', async () => {
  const sets = await library.place.sets();
  const full = { ...library.place, free: async () => 1_000 };
  await assert.rejects(library.dump({ place: full }), { code: 'REPERIO_BACKUP_SPACE' });
  // Room for the tables, none for a document.
  let asked = 0;
  const filling = { ...library.place, free: async () => (asked++ === 0 ? 1e12 : 3) };
  await library.addDocument('large.bin', 'x'.repeat(1_000));
  await assert.rejects(library.dump({ place: filling }), /needs about 1 MB, and .* has 0 MB free/);
  assert.deepEqual(await library.place.sets(), sets);
  assert.deepEqual(readdirSync(join(library.folder, 'backups', 'sets')).sort(), sets);
});

test('kill -9 in the middle leaves nothing that is listed, and the next backup sweeps what it left', async () => {
  const program = `
    const url = ${JSON.stringify(library.store.url)};
    const { connect } = await import(${JSON.stringify(new URL('../../store/database.ts', import.meta.url).href)});
    const { folderPlace } = await import(${JSON.stringify(new URL('folder-place.ts', import.meta.url).href)});
    const { makeDump } = await import(${JSON.stringify(new URL('dump.ts', import.meta.url).href)});
    const { loadSettings } = await import(${JSON.stringify(new URL('../../config/settings.ts', import.meta.url).href)});
    const settings = loadSettings({ REPERIO_DATA: ${JSON.stringify(library.folder)} });
    const database = connect(url, { poolSize: 2, connectTimeout: 10000, statementTimeout: 60000, lockTimeout: 0 });
    const place = folderPlace(${JSON.stringify(join(library.folder, 'backups'))});
    const write = async (path, bytes) => {
      await place.write(path, bytes);
      if (path.endsWith('tables/' + process.env.STOP_AT)) { console.log('there'); await new Promise((end) => setTimeout(end, 600000)); }
    };
    await makeDump({ database, url, settings, withSecrets: false, place: { ...place, write } });`;
  const sets = await library.place.sets();
  for (const table of ['audit.copy.zst', 'record.copy.zst']) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, STOP_AT: table },
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    assert.deepEqual(await library.place.sets(), sets);
    await waitFor('the end of the lease', async () => !(await isHeld(library.store.database, 'backup')));
  }
  const parts = () => readdirSync(join(library.folder, 'backups', 'sets')).filter((name) => name.endsWith('.part'));
  assert.equal(parts().length, 1, 'the second has swept what the first left');
  const { manifest } = await library.dump();
  assert.deepEqual(parts(), []);
  assert.deepEqual(
    (await library.place.sets()).filter((set) => !sets.includes(set)),
    [manifest.set],
  );
});

test('outdated backups go after a new one, with the documents that only they had', async () => {
  for (const set of await library.place.sets()) await library.place.remove(`sets/${set}`);
  const { database } = library.store;
  const gone = await library.addDocument('old.txt', 'Only in the old one.');
  const old = (await library.dump()).manifest;
  await database.query(sql`DELETE FROM file WHERE digest = decode(${gone}, 'hex')`);
  const recent = (await library.dump()).manifest;
  // As if two years had passed since.
  const aged = { ...old, set: '2020-01-01T020000Z-0000', taken: '2020-01-01T02:00:00.000Z' };
  renameSync(setFolder(old.set), setFolder(aged.set));
  const { writeManifest } = await import('./manifest.ts');
  await writeManifest(library.place, `sets/${aged.set}`, aged);
  const settings = { ...library.settings, backupKeep: '1 daily' };
  const list = join(setFolder(recent.set), 'contents.zst');
  const bytes = readFileSync(list);
  writeFileSync(list, Buffer.alloc(bytes.length));
  const kept = await afterBackup(context(), settings, recent);
  assert.deepEqual([kept.sets, /contents\.zst/.test(kept.problem ?? '')], [[], true], 'what it names is not known');
  writeFileSync(list, bytes);
  const pruned = await afterBackup(context(), settings, recent);
  assert.deepEqual([pruned.sets, pruned.contents >= 1], [[aged.set], true]);
  assert.deepEqual(await library.place.sets(), [recent.set]);
  assert.equal(existsSync(join(library.folder, 'backups', placedContent(gone))), false);
  assert.deepEqual((await verifySets({ place: library.place, sets: [recent.set] })).findings, []);
});

test('the place of another library, and one that has lost its disk, are refused', async () => {
  const other = await openBackupLibrary();
  try {
    await assert.rejects(other.dump({ place: library.place }), { code: 'REPERIO_BACKUP_OTHER' });
    const { database, url } = other.store;
    const archiving = { database, url, place: library.place, settings: { ...other.settings, databaseUrl: url } };
    await assert.rejects(beginArchiving(archiving), { code: 'REPERIO_BACKUP_OTHER' });
    assert.equal(await library.place.owner(), (await library.dump()).manifest.library, 'it is whose it was');
  } finally {
    await other.close();
  }
  const unmounted = join(library.folder, 'backups');
  renameSync(unmounted, `${unmounted}.away`);
  mkdirSync(unmounted);
  await noteArchive(library.store.database, library.place.name, new Date(0), undefined);
  const archiving = { ...context(), settings: { ...library.settings, databaseUrl: library.store.url } };
  await assert.rejects(keepArchiving(archiving), { code: 'REPERIO_BACKUP_AWAY' });
  assert.match((await backupState(library.store.database)).archiveProblem ?? '', /none of the backups/);
  await forgetArchive(library.store.database);
  await assert.rejects(library.dump(), { code: 'REPERIO_BACKUP_AWAY' });
  assert.deepEqual(readdirSync(unmounted), []);
  rmSync(unmounted, { recursive: true });
  renameSync(`${unmounted}.away`, unmounted);
  const file = join(library.folder, 'a-file');
  writeFileSync(file, '');
  await assert.rejects(library.dump({ place: folderPlace(file) }), { code: 'REPERIO_BACKUP_AWAY' });
});

test('the state of backups is of the newest one', async () => {
  const { database } = library.store;
  const { manifest } = await library.dump();
  await afterBackup(context(), library.settings, manifest);
  const state = await backupState(database);
  assert.deepEqual([state.set, state.kind, state.problem, state.drillAge], [manifest.set, 'dump', null, null]);
  assert.ok(state.age !== null && state.age >= 0);
  await noteVerified(database, manifest.set, '1 files are damaged');
  assert.equal((await backupState(database)).problem, '1 files are damaged');
});

test('the command of the operator gets the name of the backup and the place, and its failure is told', async () => {
  const { manifest } = await library.dump();
  const file = join(library.folder, 'hook.txt');
  await afterBackup(context(), { ...library.settings, backupHook: `echo "$1 $2" > ${file}` }, manifest);
  assert.equal(readFileSync(file, 'utf8'), `${manifest.set} ${library.place.name}\n`);
  await assert.rejects(afterBackup(context(), { ...library.settings, backupHook: 'exit 3' }, manifest), {
    code: 'REPERIO_BACKUP_HOOK',
  });
});
