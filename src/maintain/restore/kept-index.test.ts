import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { field } from '../../formats/test-records.ts';
import { compileAnalyzer } from '../../index/analysis/analyzer.ts';
import { readManifest } from '../../index/manifest.ts';
import { rebuildIndex } from '../../index/rebuild.ts';
import { openLibrary } from '../../library/open.ts';
import { writeRecords } from '../../records/write.ts';
import { defaultSite } from '../../site/default.ts';
import { placedContent } from '../backup/contents.ts';
import { makeDump } from '../backup/dump.ts';
import { readManifests } from '../backup/manifest.ts';
import type { PlacedFile } from '../backup/place.ts';
import { prune } from '../backup/retention.ts';
import { verifySets } from '../backup/verify.ts';
import { allFound } from '../drill/questions.ts';
import { restoreDump } from './restore.ts';
import { openRestoreLibrary, type RestoreLibrary } from './test-restore.ts';

let opened: RestoreLibrary;
before(async () => {
  opened = await openRestoreLibrary();
  const { database, url } = opened.library.store;
  await rebuildIndex({ database, url, folder: join(opened.root, 'index') });
  // What is in no segment yet.
  const record = { leader: '', fields: [field('245__', '$aA record of after'), field('980__', '$aARTICLE')] };
  await writeRecords(database, compileAnalyzer(defaultSite()), [{ record, mode: 'insert', reason: 'test' }]);
});
after(() => opened.close());

const dump = (withIndex = true) => {
  const { store, place, settings } = opened.library;
  const { database, url } = store;
  return makeDump({ database, url, place, settings, withSecrets: false, withIndex });
};

async function contents(): Promise<readonly PlacedFile[]> {
  const found: PlacedFile[] = [];
  for await (const file of opened.library.place.walk('content')) found.push(file);
  return found;
}

async function restored(name: string): Promise<{ readonly steps: readonly string[]; readonly found: number }> {
  const settings = opened.folderSettings(name);
  const [manifest] = await readManifests(opened.library.place);
  const steps: string[] = [];
  const watch = { onStep: (step: string) => steps.push(step) };
  await restoreDump({ place: opened.library.place, manifest: manifest!, settings, replace: false, watch });
  const library = await openLibrary(settings);
  try {
    return { steps, found: allFound(library.snapshot()) };
  } finally {
    await library.close();
  }
}

test('documents and segments are in the place once for all backups: nothing of them is written again', async () => {
  const { segments } = await readManifest(opened.library.store.database);
  const first = await dump();
  assert.equal(first.newSegments.count, segments.length);
  const before = await contents();
  assert.equal(before.length, 1 + segments.length);
  const second = await dump();
  assert.deepEqual(
    [second.newContents, second.newSegments],
    [
      { count: 0, bytes: 0 },
      { count: 0, bytes: 0 },
    ],
  );
  assert.deepEqual(await contents(), before, 'not even touched');
});

test('a restore takes the index as it was, with what is in no segment, and makes none', async () => {
  assert.deepEqual(await restored('kept'), { steps: ['documents', 'tables'], found: 301 });
});

test('a damaged segment is named, and a restore makes the index anew', async () => {
  const [id] = (await readManifest(opened.library.store.database)).segments;
  const path = join(opened.library.folder, 'backups', placedContent(id!));
  const bytes = readFileSync(path);
  const flipped = Buffer.from(bytes);
  flipped[Math.floor(bytes.length / 2)]! ^= 1;
  writeFileSync(path, flipped);
  const { place } = opened.library;
  const [manifest] = await readManifests(place);
  const { findings } = await verifySets({ place, sets: [manifest!.set] });
  assert.deepEqual(
    findings.map(({ file }) => file),
    [placedContent(id!)],
  );
  assert.deepEqual(await restored('damaged'), { steps: ['documents', 'tables', 'index'], found: 301 });
  writeFileSync(path, bytes);
});

test('segments go with the last backup that names them', async () => {
  const { place } = opened.library;
  const { manifest } = await dump(false);
  const all = await readManifests(place);
  const withIndex = all.filter(({ files }) => files.some(({ path }) => path === 'index.json')).map(({ set }) => set);
  const later = new Date(Date.now() + 1_000);
  assert.equal((await prune(place, all, withIndex.slice(1), later)).contents, 0);
  const left = all.filter(({ set }) => !withIndex.slice(1).includes(set));
  assert.ok((await prune(place, left, withIndex.slice(0, 1), later)).contents > 0);
  assert.equal((await contents()).length, 1);
  assert.ok((await place.sets()).includes(manifest.set));
});
