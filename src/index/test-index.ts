import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach } from 'node:test';
import sql from 'sql-template-tag';
import { dataField, type MarcRecord } from '../marc/record.ts';
import { encodeStored } from '../marc/stored.ts';
import { defaultSite } from '../site/default.ts';
import { type IndexVersions, newestVersions } from '../site/index-versions.ts';
import { currentSite } from '../site/versions.ts';
import type { Database } from '../store/database.ts';
import { compileAnalyzer } from './analysis/analyzer.ts';
import type { IndexContext } from './context.ts';
import { deltaOf, indexVersion, type RecordVersion } from './entry.ts';
import { createFollower, type Follower } from './follower.ts';
import { segmentMaker } from './make-segments.ts';
import { publish, wake } from './manifest.ts';
import { repairInTurn } from './repair.ts';
import { createInverter } from './segment/inverter.ts';
import { bytesInMemory, originOf, type SegmentOrigin, storeSegment } from './segment-store.ts';
import { verifyIndex } from './verify.ts';

/** For tests: the index of a real database, empty before each test, with the default site file. */
export interface TestIndex {
  readonly database: Database;
  readonly url: string;
  /** With a folder of its own for each test. */
  readonly context: IndexContext;
  /** Of the site file in force and the newest analysis. */
  readonly origin: SegmentOrigin;
  /** The index is made by these from now on, and is empty. */
  setVersions(versions: IndexVersions): Promise<void>;
  /** Another folder, as of a second node. */
  otherFolder(): string;
  storeRecords(versions: readonly RecordVersion[]): Promise<void>;
  /** Stores records and a segment of them, and publishes it; its id. */
  addSegment(versions: readonly RecordVersion[]): Promise<string>;
  addDelta(one: RecordVersion): Promise<void>;
  withFollower<T>(
    work: (follower: Follower) => Promise<T>,
    folder?: string,
    /** Nothing is repaired before. */
    mayRepair?: Promise<void>,
  ): Promise<T>;
  /** Fails unless the index is whole and says what the records say. */
  isRight(): Promise<void>;
}

export const analyzer = compileAnalyzer(defaultSite());

/** A database of the test's own. */
interface Store {
  readonly database: Database;
  readonly url: string;
  release(): Promise<void>;
}

/** Call it once in a test file: it opens, clears and closes by the file's hooks. */
export function testIndex(open: () => Promise<Store>): TestIndex {
  const root = mkdtempSync(join(tmpdir(), 'reperio-index-'));
  let store: Store;
  let context: IndexContext;
  let origin: SegmentOrigin = { indexDigest: 'none', analysis: newestVersions.analysis };
  const setVersions = async ({ analysis, format }: IndexVersions): Promise<void> => {
    await store.database.query(sql`
      UPDATE manifest SET version = version + 1, segments = '{}', analysis = ${analysis}, format = ${format}, kept = false`);
  };
  const storeRecords = async (versions: readonly RecordVersion[]): Promise<void> => {
    for (const { id, revision, deleted, created, modified, record } of versions) {
      await store.database.query(sql`
        INSERT INTO record (id, revision, deleted, created, modified, marc)
        VALUES (${id}, ${revision}, ${deleted}, ${created}, ${modified}, ${encodeStored(record)})
        ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, marc = excluded.marc, modified = excluded.modified`);
      await store.database.query(sql`UPDATE record_counter SET last_id = greatest(last_id, ${id})`);
    }
  };
  before(async () => {
    store = await open();
    await setVersions(newestVersions);
    origin = originOf(await currentSite(store.database));
  });
  beforeEach(async () => {
    await store.database.query(sql`TRUNCATE record, delta, segment, segment_block, site_version, node`);
    await store.database.query(sql`UPDATE record_counter SET last_id = 0`);
    await setVersions(newestVersions);
    context = { database: store.database, url: store.url, folder: mkdtempSync(join(root, 'node-')) };
  });
  after(async () => {
    await store.release();
    rmSync(root, { recursive: true });
  });
  return {
    get database() {
      return store.database;
    },
    get url() {
      return store.url;
    },
    get context() {
      return context;
    },
    get origin() {
      return origin;
    },
    setVersions,
    otherFolder: () => mkdtempSync(join(root, 'other-')),
    storeRecords,
    addSegment: async (versions) => {
      await storeRecords(versions);
      const { analyzer, origin } = segmentMaker(await currentSite(store.database));
      const inverter = createInverter(analyzer.versions);
      for (const one of versions) indexVersion(one, analyzer, inverter);
      const data = inverter.finish();
      await store.database.transaction(async (transaction) => {
        await storeSegment(transaction, bytesInMemory(data), origin);
        await publish(transaction, { add: [data.id], remove: [] });
      });
      return data.id;
    },
    addDelta: async (one) => {
      await storeRecords([one]);
      const { analyzer } = segmentMaker(await currentSite(store.database));
      const { analysis, format } = analyzer.versions;
      await store.database.transaction(async (transaction) => {
        await transaction.query(sql`
          INSERT INTO delta (record_id, revision, analysis, format, data)
          VALUES (${one.id}, ${one.revision}, ${analysis}, ${format}, ${deltaOf(one, analyzer)})`);
        await wake(transaction);
      });
    },
    withFollower: async (work, folder = context.folder, mayRepair = Promise.resolve()) => {
      const repair = async (segment: string): Promise<void> => {
        await mayRepair;
        await repairInTurn(context, segment);
      };
      const follower = createFollower({ database: store.database, url: store.url, folder, repair });
      try {
        return await work(follower);
      } finally {
        await follower.close();
      }
    },
    isRight: async () => {
      const report = await verifyIndex(context, { repair: false, compare: true, most: 5 });
      assert.deepEqual([report.damage, report.differences], [[], []]);
    },
  };
}

function titled(title: string): MarcRecord {
  return { leader: '', fields: [dataField('245', ' ', ' ', [{ code: 'a', value: title }])] };
}

export function version(id: number, title: string, revision = 1): RecordVersion {
  const time = new Date(Date.UTC(2026, 0, 1 + (id % 300)));
  return { id, revision, deleted: false, created: time, modified: time, record: titled(title) };
}

/** Records whose title has the word, ascending. */
export function found(follower: Follower, word: string): readonly number[] {
  return follower
    .snapshot()
    .segments.flatMap(({ segment, live }) => {
      const entry = segment.term('w:title', word);
      const ordinals = entry === undefined ? [] : [...segment.ordinals(entry)];
      return ordinals.filter((ordinal) => live.has(ordinal)).map((ordinal) => segment.ids[ordinal]!);
    })
    .sort((a, b) => a - b);
}
