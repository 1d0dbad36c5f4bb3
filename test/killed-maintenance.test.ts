import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import sql from 'sql-template-tag';
import { loadSettings, type Settings } from '../src/config/settings.ts';
import { addFile } from '../src/files/documents.ts';
import { parseFileName } from '../src/files/names.ts';
import { openContentStore } from '../src/files/open.ts';
import { receive } from '../src/files/receive.ts';
import { field } from '../src/formats/test-records.ts';
import { compileAnalyzer } from '../src/index/analysis/analyzer.ts';
import { folderPlace } from '../src/maintain/backup/folder-place.ts';
import { readManifests } from '../src/maintain/backup/manifest.ts';
import { writeRecords } from '../src/records/write.ts';
import { defaultSite } from '../src/site/default.ts';
import { openStore, type Store } from '../src/store/open.ts';
import { seed } from './support/property.ts';
import { command, environmentOf, type ReleaseNode } from './support/release-node.ts';
import { isWhole } from './support/scale.ts';
import { waitFor } from './support/wait.ts';

/**
 * kill -9 of a base backup, a restore, garbage collection and a drill at random moments: the next
 * one works, and nothing of the killed one is left.
 */

const root = mkdtempSync(join(tmpdir(), 'reperio-killed-'));
const live = join(root, 'live');
const node: ReleaseNode = {
  name: 'live',
  main: fileURLToPath(new URL('../src/cli/main.ts', import.meta.url)),
  folder: live,
  databaseUrl: undefined,
};
let settings: Settings;
let store: Store;
const skip = isWhole ? false : 'only in the whole matrix: npm run test:all';
const points = 20;

let state = seed;
/** Between 0 and 1, the same for the same seed. */
function random(): number {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
  return state / 0x7fffffff;
}

before(async () => {
  if (!isWhole) return;
  settings = loadSettings({ REPERIO_DATA: live });
  store = await openStore(settings);
  const records = Array.from({ length: 100 }, (_, n) => ({
    record: { leader: '', fields: [field('245__', `$aTitle ${n} of something`), field('980__', '$aARTICLE')] },
    mode: 'insert' as const,
    reason: 'test',
  }));
  await writeRecords(store.database, compileAnalyzer(defaultSite()), records);
});
after(async () => {
  if (isWhole) await store.release();
  rmSync(root, { recursive: true, force: true });
});

/** Runs it once to its end; the ms that it took. */
async function whole(of: ReleaseNode, words: readonly string[]): Promise<number> {
  const began = performance.now();
  const { status, stdout, stderr } = await command(of, ...words);
  assert.equal(status, 0, `${words.join(' ')}: ${stdout}${stderr}`);
  return performance.now() - began;
}

/** Begins it and kills it after a part of its time. */
async function killed(of: ReleaseNode, words: readonly string[], time: number): Promise<void> {
  const child = spawn(process.execPath, [of.main, ...words], { env: environmentOf(of), stdio: 'ignore' });
  const ended = once(child, 'exit');
  await Promise.race([ended, sleep(random() * time)]);
  child.kill('SIGKILL');
  await ended;
}

/** Nothing holds what a process held that is gone. */
async function assertNothingHeld(): Promise<void> {
  await waitFor('the end of what was killed', async () => {
    const held = await store.database.query(sql`
      SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND objid IN (6, 7)
      UNION ALL SELECT 1 FROM pg_replication_slots
      UNION ALL SELECT 1 FROM pg_stat_replication
      UNION ALL SELECT 1 FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND (backend_xmin IS NOT NULL OR xact_start IS NOT NULL)`);
    return held.length === 0;
  });
}

/** Files and folders below the folder that only somebody who still writes may have. */
function leftovers(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /backups\/incoming\/.|\.part$|\.unfinished$|^(?:drill|recovering)$|restore\.json$|wal\/\d+\/\./.test(name),
  );
}

test('base backups', { skip }, async () => {
  const words = ['backup', '--base'];
  const time = await whole(node, words);
  for (let point = 0; point < points; point++) {
    await killed(node, words, time);
    if (point % 4 === 3) {
      await whole(node, words);
      await assertNothingHeld();
      assert.deepEqual(leftovers(live), []);
    }
  }
  assert.ok((await readManifests(folderPlace(join(live, 'backups')))).length >= 2);
});

test('garbage collection', { skip }, async () => {
  const contents = openContentStore(store.database, settings);
  const fileOf = (name: string, days: number): string => {
    const path = join(live, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, name);
    const at = Date.now() / 1000 - days * 86_400;
    utimesSync(path, at, at);
    return path;
  };
  const kept: string[] = [];
  for (let n = 0; n < 5; n++) {
    async function* input(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`document ${n}`);
    }
    const content = await receive(contents, input(), 1e9);
    const file = {
      ...parseFileName(`d${n}.pdf`),
      ...content,
      record: 1,
      status: '',
      description: '',
      person: undefined,
    };
    await store.database.transaction((transaction) => addFile(transaction, contents, file, () => true));
    kept.push(content.digest);
  }
  const litter = (): readonly string[] => Array.from({ length: 300 }, (_, n) => fileOf(`outbox/${n}.eml`, 40));
  const words = ['gc', '--yes'];
  litter();
  const time = await whole(node, words);
  for (let point = 0; point < points; point++) {
    const files = litter();
    await killed(node, words, time);
    await whole(node, words);
    assert.deepEqual(files.filter(existsSync), []);
    for (const digest of kept) assert.ok(((await contents.size(digest)) ?? 0) > 0, 'what a row names stays');
  }
  await assertNothingHeld();
  assert.deepEqual(leftovers(live), []);
});

if (isWhole) {
  test('restores of a base', async () => {
    const manifests = await readManifests(folderPlace(join(live, 'backups')));
    const { set } = manifests.find(({ kind }) => kind === 'base')!;
    const of = (folder: string): readonly string[] => ['restore', set, '--into', folder];
    const time = await whole(node, of(join(root, 'undisturbed')));
    for (let point = 0; point < points; point++) {
      const into = join(root, `restored-${point}`);
      await killed(node, of(into), time);
      await whole(node, ['restore', set, '--into', into, '--yes']);
      const opened = await openStore(loadSettings({ REPERIO_DATA: into }));
      const restored = await opened.database.query<{ ended: Date | null }>(sql`SELECT ended FROM restored`);
      await opened.release();
      assert.ok(restored.length === 1 && restored[0]!.ended !== null);
      assert.deepEqual(leftovers(into), []);
      rmSync(into, { recursive: true, force: true });
    }
    await assertNothingHeld();
  });

  test('drills', async () => {
    await whole(node, ['backup']);
    const words = ['backup', 'drill'];
    const time = await whole(node, words);
    for (let point = 0; point < points; point++) {
      await killed(node, words, time);
      if (point % 4 === 3) {
        await whole(node, words);
        await assertNothingHeld();
        assert.deepEqual(leftovers(live), []);
      }
    }
  });
}
