import assert from 'node:assert/strict';
import { copyFileSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import sql from 'sql-template-tag';
import { loadSettings } from '../src/config/settings.ts';
import { runIndexer } from '../src/index/indexer.ts';
import { readManifest } from '../src/index/manifest.ts';
import { openSegmentFile, verifySegmentFile } from '../src/index/segment/open.ts';
import { verifyIndex } from '../src/index/verify.ts';
import { indexFolderOf } from '../src/library/index-folder.ts';
import { type Library, openLibrary } from '../src/library/open.ts';
import { signIn } from '../src/people/sign-in.ts';
import { recordHistory } from '../src/records/history.ts';
import { matching } from '../src/search/search.ts';
import { firstVersions, newestVersions } from '../src/site/index-versions.ts';
import { openTestDatabase } from './support/database.ts';
import { waitFor } from './support/wait.ts';

const libraries = globSync(join(import.meta.dirname, 'data/*/library.sql.gz'));
assert.ok(libraries.length > 0);

/** As `psql` would restore it. */
async function restore(url: string, dump: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(gunzipSync(readFileSync(dump)).toString());
  await client.end();
}

function found(library: Library, question: string): readonly number[] {
  const snapshot = library.snapshot();
  return matching(snapshot, question)
    .flatMap((hits, place) => [...hits].map((ordinal) => snapshot.segments[place]!.segment.ids[ordinal]!))
    .sort((a, b) => a - b);
}

for (const dump of libraries) {
  const release = basename(dirname(dump));
  const segments = globSync(join(dirname(dump), '*.segment'));

  test(`a library of ${release} is opened, searched, verified and upgraded`, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'reperio-release-'));
    const store = await openTestDatabase({ migrated: false });
    try {
      await restore(store.url, dump);
      const settings = loadSettings({ REPERIO_DATA: folder, DATABASE_URL: store.url });
      mkdirSync(indexFolderOf(settings), { recursive: true });
      for (const segment of segments) copyFileSync(segment, join(indexFolderOf(settings), basename(segment)));
      const library = await openLibrary(settings);
      const { database, url, indexFolder } = library;
      const context = { database, url, folder: indexFolder };
      const isRight = async (): Promise<void> => {
        const report = await verifyIndex(context, { repair: false, compare: true, most: 5 });
        assert.deepEqual([report.damage, report.differences], [[], []]);
        await library.refresh();
        assert.equal(library.snapshot().records, 48, 'fifty, of which two are deleted');
        assert.deepEqual(found(library, 'title:replaced'), [1]);
        assert.deepEqual(found(library, 'author:"Wang, Xiaoming"'), [3]);
        assert.deepEqual(found(library, 'reportnumber:hep-ph/0204133'), [2]);
      };
      try {
        assert.deepEqual((await readManifest(database)).versions, firstVersions, 'as it was made');
        await isRight();
        assert.equal((await recordHistory(database, 1)).length, 2);
        const visit = { address: '192.0.2.1', agent: '', session: undefined };
        const person = await signIn(database, {
          name: 'ada',
          password: 'secret-pass-word-1',
          remember: false,
          ...visit,
        });
        assert.equal(person.kind, 'in');

        // Its last node does not come back; then this release makes the index its own.
        await database.query(sql`DELETE FROM node`);
        const stop = new AbortController();
        const indexer = runIndexer({ ...context, signal: stop.signal }, { every: 20, takeAfter: 0 });
        await waitFor(
          'the newest analysis',
          async () => (await readManifest(database)).versions.analysis === newestVersions.analysis,
        );
        stop.abort();
        await indexer;
        await isRight();
      } finally {
        await library.close();
      }
    } finally {
      await store.release();
      rmSync(folder, { recursive: true });
    }
  });

  test(`segments of ${release} are read`, async () => {
    for (const path of segments) {
      await verifySegmentFile(path);
      const segment = openSegmentFile(path);
      assert.equal(segment.count, 50);
      assert.ok(segment.term('w:title', 'higg') !== undefined);
      segment.close();
    }
  });
}
