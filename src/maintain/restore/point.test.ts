import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import sql from 'sql-template-tag';
import { waitFor } from '../../../test/support/wait.ts';
import { loadSettings, type Settings } from '../../config/settings.ts';
import { field } from '../../formats/test-records.ts';
import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import { libraryTasks } from '../../library/jobs.ts';
import { openLibrary } from '../../library/open.ts';
import { writeRecords } from '../../records/write.ts';
import { defaultSite } from '../../site/default.ts';
import { openStore, type Store } from '../../store/open.ts';
import { pruneLog, walFiles } from '../backup/archive.ts';
import { archiverState } from '../backup/archiver.ts';
import { makeBase } from '../backup/base.ts';
import { archivingOf, beginArchiving, endArchiving, keepArchiving } from '../backup/continuous.ts';
import { folderPlace } from '../backup/folder-place.ts';
import { claimPlace } from '../backup/hold-place.ts';
import { type Manifest, readManifests } from '../backup/manifest.ts';
import type { Place } from '../backup/place.ts';
import { backupState } from '../backup/state.ts';
import { verifyLog } from '../backup/verify.ts';
import { restoreBase } from './base.ts';
import { parseTime, pointAt, pointOf } from './point.ts';

const root = mkdtempSync(join(tmpdir(), 'reperio-point-'));
/** Whatever its name has, a shell and the server read it as it is. */
const backups = join(root, `it's "all" $HOME of 100%p`);
const settings = loadSettings({ REPERIO_DATA: join(root, 'live'), REPERIO_BACKUP: backups });
let store: Store;
let place: Place;
let base: Manifest;
/** Times between two commits, and how many records there were. */
const marks: { readonly time: Date; readonly records: number }[] = [];
let written = 0;

before(async () => {
  store = await openStore(settings);
  place = folderPlace(backups);
  await write(3);
});
after(async () => {
  await store.release();
  rmSync(root, { recursive: true, force: true });
});

const options = () => ({ database: store.database, url: store.url, place, settings });

async function write(count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    const record = { leader: '', fields: [field('245__', `$aRecord ${written}`), field('980__', '$aARTICLE')] };
    await writeRecords(store.database, compileAnalyzer(defaultSite()), [{ record, mode: 'insert', reason: 'test' }]);
    written++;
  }
}

async function mark(): Promise<void> {
  const [row] = await store.database.query<{ time: Date }>(sql`SELECT clock_timestamp() AS time`);
  // A time in milliseconds is after what was committed in the same one.
  marks.push({ time: new Date(row!.time.getTime() + 1), records: written });
  const later = (): Promise<boolean> =>
    store.database
      .query<{ time: Date }>(sql`SELECT clock_timestamp() AS time`)
      .then(([now]) => now!.time.getTime() > row!.time.getTime() + 2);
  await waitFor('the next millisecond', later);
}

async function archiveNow(): Promise<void> {
  const before = (await walFiles(place)).length;
  await store.database.query(sql`SELECT pg_logical_emit_message(false, 'test', 'something')`);
  await store.database.query(sql`SELECT pg_switch_wal()`);
  await waitFor('a file of the log', async () => (await walFiles(place)).length > before);
}

async function recordsOf(of: Settings): Promise<number> {
  const library = await openLibrary(of);
  try {
    const [row] = await library.database.query<{ count: number; timeline: number }>(
      sql`SELECT count(*) AS count, (SELECT timeline FROM library) FROM record`,
    );
    assert.equal(library.snapshot().records, row!.count, 'the index is of the same moment');
    assert.ok(row!.timeline > 1);
    assert.equal((await archiverState(library.database)).isOn, false, 'what is restored archives nothing');
    return row!.count;
  } finally {
    await library.close();
  }
}

const into = (name: string): Settings => loadSettings({ REPERIO_DATA: join(root, name) });

test('archiving begins without a restart, proven by a file of the log, and a base is made online', async () => {
  await beginArchiving(options());
  assert.ok((await walFiles(place)).length >= 1);
  const made = await makeBase({ ...options(), url: store.url, withSecrets: false });
  base = made.manifest;
  assert.deepEqual(
    base.files.map(({ path }) => path).filter((path) => /base|backup_manifest/.test(path)),
    ['base.tar.zst', 'backup_manifest'],
  );
  assert.deepEqual(await store.database.query(sql`SELECT FROM pg_stat_replication`), []);
});

test('a restore to a moment has every commit before it and none after it', async () => {
  await write(2);
  await mark();
  await write(3);
  await mark();
  await store.database.query(sql`DELETE FROM record`);
  // Times of files go by steps of some milliseconds, and may be before what was committed a moment
  // ago.
  await sleep(50);
  await archiveNow();
  const manifests = await readManifests(place);
  for (const [at, { time, records }] of marks.entries()) {
    const point = await pointAt(place, manifests, time, new Date());
    const target = into(`point-${at}`);
    const restored = await restoreBase({ place, settings: target, replace: false }, point);
    assert.equal(restored.records, records);
    assert.equal(await recordsOf(target), records);
    assert.ok(Date.parse(restored.at) <= time.getTime());
  }
});

test('without a time it goes as far as the log, and nothing committed after the time asked for is no error', async () => {
  const target = into('latest');
  const restored = await restoreBase({ place, settings: target, replace: false }, await pointOf(place, base));
  assert.equal(restored.records, 0, 'the deletion is archived');
  const files = await walFiles(place);
  const time = new Date(files.at(-1)!.archived.getTime());
  const quiet = into('quiet');
  const point = await pointAt(place, [base], time, new Date());
  assert.equal((await restoreBase({ place, settings: quiet, replace: false }, point)).records, 0);
});

test('times that cannot be are refused with those that can, and a time needs its zone', async () => {
  const manifests = [base];
  const refused = async (time: string, problem: RegExp): Promise<void> => {
    await assert.rejects(pointAt(place, manifests, new Date(time), new Date()), (error: Error & { hint?: string }) => {
      assert.match(error.message, problem);
      assert.match(error.hint ?? '', /Possible are times from 20\d\d-.* to 20\d\d-/);
      return true;
    });
  };
  await refused('2040-01-01T00:00:00Z', /in the future/);
  const now = new Date(Date.now() + 60_000);
  await assert.rejects(pointAt(place, manifests, new Date(now.getTime() - 1_000), now), {
    message: /not archived up to it/,
    hint: /Try again in a minute\.$/,
  });
  // Its log does not go as far yet as it does itself.
  const late = { ...base, base: { ...base.base!, stopped: now.toISOString() } };
  await assert.rejects(pointAt(place, [late], now, now), {
    hint: new RegExp(`from ${late.base.stopped} to ${late.base.stopped}`),
  });
  await refused('2001-01-01T00:00:00Z', /the first base is later/);
  await assert.rejects(
    pointAt(place, manifests, new Date(Date.now()), new Date(Date.now() + 1)),
    /not archived up to it/,
  );
  await assert.rejects(pointAt(place, [], new Date(), new Date()), /there is no base/);
  assert.equal(parseTime('2026-11-29 11:43:34+00').toISOString(), '2026-11-29T11:43:34.000Z');
  assert.equal(parseTime('2026-11-29T11:43:34.5+0530').toISOString(), '2026-11-29T06:13:34.500Z');
  assert.equal(parseTime('2026-11-29 11:43Z').toISOString(), '2026-11-29T11:43:00.000Z');
  assert.throws(() => parseTime('2026-10-25 02:30:00'), /does not say in which time zone/);
  assert.equal(parseTime('2026-11-29 11:43:34 +0000').toISOString(), '2026-11-29T11:43:34.000Z');
  for (const text of ['yesterday', '2026-13-45', '', '2026-11-31 10:00Z', '2027-02-29 10:00Z'])
    assert.throws(() => parseTime(text), /it is not a time/);
});

test('a gap in the log is named, and a restore to before it is offered, never half a library', async () => {
  await archiveNow();
  await write(1);
  await archiveNow();
  const files = await walFiles(place);
  const gone = files.at(-2)!;
  const path = join(backups, gone.path);
  renameSync(path, `${path}.away`);
  await assert.rejects(pointOf(place, base), (error: Error & { code?: string; hint?: string }) => {
    assert.equal(error.code, 'REPERIO_RESTORE_GAP');
    assert.ok(error.message.includes(gone.name), error.message);
    assert.match(error.hint ?? '', /last possible time before the gap is 20\d\d-/);
    return true;
  });
  await assert.rejects(pointAt(place, [base], new Date(), new Date(Date.now() + 1_000)), {
    code: 'REPERIO_RESTORE_GAP',
  });
  const { findings } = await verifyLog({ place }, [base]);
  assert.deepEqual(
    findings.map(({ set, file }) => [set, file]),
    [[base.set, gone.path.replace('.gz', '')]],
  );
  renameSync(`${path}.away`, path);
  await pointOf(place, base);
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, bytes.length - 30));
  assert.deepEqual(
    (await verifyLog({ place }, [base])).findings.map(({ file }) => file),
    [gone.path],
  );
  // As large as its page needs, and not as a file of the log is.
  writeFileSync(path, gzipSync(Buffer.alloc(8_192)));
  assert.deepEqual(
    (await verifyLog({ place }, [base])).findings.map(({ file }) => file),
    [gone.path],
  );
  writeFileSync(path, bytes);
  assert.deepEqual((await verifyLog({ place }, [base])).findings, []);
});

test('a file of the log that is damaged is not taken for its end; what was committed before it can be restored', async () => {
  const files = await walFiles(place);
  const damaged = files.at(-1)!;
  const path = join(backups, damaged.path);
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, bytes.length - 30));
  const target = into('damaged-log');
  try {
    const all = await pointOf(place, base);
    await assert.rejects(restoreBase({ place, settings: target, replace: false }, all), (error: Error) => {
      assert.ok(error.message.includes(`${damaged.name} is damaged`), error.message);
      return true;
    });
    // Nothing was committed between that time and the damaged file, which the server asks for.
    const point = await pointAt(place, [base], files.at(-2)!.archived, new Date());
    await restoreBase({ place, settings: target, replace: false }, point);
  } finally {
    writeFileSync(path, bytes);
  }
});

test('while the place is away the server goes on, and what it kept arrives afterwards', async () => {
  const folder = join(backups, 'wal');
  renameSync(folder, `${folder}.away`);
  await write(1);
  await store.database.query(sql`SELECT pg_switch_wal()`);
  await waitFor('a failure', async () => (await archiverState(store.database)).failing !== null);
  await write(1);
  const task = libraryTasks(store.database, settings).find(({ name }) => name === 'backup-archive')!;
  assert.match((await task.run(new AbortController().signal, () => undefined)).problem ?? '', /cannot archive 0000/);
  assert.match((await backupState(store.database)).archiveProblem ?? '', /cannot archive/);
  renameSync(`${folder}.away`, folder);
  await waitFor('the archive', async () => (await archiverState(store.database)).failing === null);
  await pointOf(place, base);
  assert.equal((await task.run(new AbortController().signal, () => undefined)).problem, undefined);
  assert.equal((await backupState(store.database)).archiveProblem, null);
});

test('after an upgrade the server archives by the script of the release that runs', async () => {
  const { database } = store;
  const file = join(root, 'live', 'postgres', 'continuous.conf');
  const ours = readFileSync(file, 'utf8');
  writeFileSync(file, ours.replace(/sh ''[^ ]*archive-wal\.sh''/, "sh ''/gone/archive-wal.sh''"));
  await database.query(sql`SELECT pg_reload_conf()`);
  const command = async (): Promise<string> =>
    (await database.query<{ archive_command: string }>(sql`SHOW archive_command`))[0]!.archive_command;
  await waitFor('the reload', async () => (await command()).includes('/gone/'));
  await keepArchiving(options());
  assert.equal(readFileSync(file, 'utf8'), ours);
  await waitFor('the reload', async () => !(await command()).includes('/gone/'));
});

test('a setting that names another place is told: the log still goes to the one before', async () => {
  const other = { ...settings, backup: join(root, 'other') };
  const elsewhere = folderPlace(other.backup);
  const { database } = store;
  assert.match(
    (await archivingOf({ database, place: elsewhere, settings: other })).problem ?? '',
    /another place than the setting/,
  );
  await claimPlace(database, elsewhere);
  assert.match(
    (await keepArchiving({ ...options(), place: elsewhere, settings: other }))?.problem ?? '',
    /another place/,
  );
  assert.equal((await archivingOf({ database, place, settings })).problem, undefined);
});

test('archiving ends without a restart, and a folder that cannot be written is told before anything is changed', async () => {
  await endArchiving(options());
  await waitFor('the new command', async () => !(await archiverState(store.database)).isOn);
  const file = join(root, 'no-folder');
  writeFileSync(file, '');
  await assert.rejects(beginArchiving({ ...options(), place: folderPlace(file) }));
});

test('a server that has just been started archives what is not full, without anything that wakes it', async () => {
  const { dataFolder } = into('latest');
  const target = join(root, 'archived');
  mkdirSync(target);
  chmodSync(target, 0o777);
  const file = join(dataFolder, 'postgres', 'continuous.conf');
  writeFileSync(file, `archive_command = 'cp "%p" "${target}/%f"'\narchive_timeout = '1'\n`);
  chmodSync(file, 0o644);
  const started = await openStore(into('latest'));
  try {
    await started.database.query(sql`SELECT pg_logical_emit_message(false, 'test', 'something')`);
    await waitFor('a file of the log', () => readdirSync(target).length > 0);
  } finally {
    await started.release();
  }
});

test('a role that may not replicate is told, and no base is begun', async () => {
  await store.database.query(sql`CREATE ROLE plain LOGIN`);
  const url = store.url.replace('reperio@', 'plain@');
  await assert.rejects(makeBase({ ...options(), url, withSecrets: false }), { code: 'REPERIO_BACKUP_BASE' });
  assert.deepEqual((await readManifests(place)).length, 1);
});

test('the log before the oldest base goes, of each server for itself', async () => {
  const files = await walFiles(place);
  const [first] = files;
  const later = { ...base, base: { ...base.base!, segment: files.at(-1)!.name } };
  assert.equal(
    await pruneLog(place, [base, later], Date.now()),
    files.filter(({ name }) => name < base.base!.segment).length,
  );
  assert.ok((await walFiles(place)).every(({ name }) => name >= base.base!.segment));
  const other = { ...base, base: { ...base.base!, system: '1' } };
  assert.equal(await pruneLog(place, [other], Date.now()), 0, 'its first base may be under way');
  assert.ok(first !== undefined && (await pruneLog(place, [other], Date.now() + 2 * 86_400_000)) > 0);
  assert.deepEqual(await walFiles(place), []);
});

test('the same file of the log again is well, another one of its name is refused, and a killed one leaves no name', () => {
  const script = fileURLToPath(new URL('../backup/archive-wal.sh', import.meta.url));
  const folder = join(root, 'script');
  mkdirSync(folder);
  const source = join(root, 'segment');
  const run = () => spawnSync('sh', [script, source, '000000010000000000000001', folder], { encoding: 'utf8' });
  writeFileSync(source, 'the log'.repeat(1_000));
  utimesSync(source, 1_000, 1_000);
  assert.deepEqual([run().status, run().status], [0, 0]);
  // However late it is archived, what was committed after its last change is not in it.
  assert.equal(statSync(join(folder, '000000010000000000000001.gz')).mtimeMs, 1_000_000);
  writeFileSync(source, 'another log');
  const refused = run();
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /has other bytes/);
  assert.deepEqual(readdirSync(folder), ['000000010000000000000001.gz']);
});
