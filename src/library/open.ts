import type { RecordsFound } from '../access/findings.ts';
import { recordsFound } from '../cataloguing/checks/findings.ts';
import { createCitationKeeper } from '../citations/keeper.ts';
import type { Settings } from '../config/settings.ts';
import type { RecordVersion } from '../index/entry.ts';
import { createFollower, type FollowerState } from '../index/follower.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import type { StoredVersion } from '../index/stored-records.ts';
import {
  type ChangesAsked,
  changedBy,
  type ListedVersions,
  listVersions,
  readBefore,
  storedRevision,
  type VersionsAsked,
} from '../records/history.ts';
import { connect, type Database } from '../store/database.ts';
import { openStore } from '../store/open.ts';
import { asViewed } from './as-viewed.ts';
import { indexFolderOf } from './index-folder.ts';
import { type RecordReader, recordReader } from './replica.ts';

/**
 * Everything one process needs of a library: its database and a view of its index that keeps up
 * with it.
 */
export interface Library extends RecordReader {
  readonly database: Database;
  /** For worker threads and other processes that connect on their own. */
  readonly url: string;
  /** Where this node keeps its segment files. */
  readonly indexFolder: string;
  /** The newest view; hold it for the length of one question. */
  snapshot(): IndexSnapshot;
  /** How fresh that view is. */
  state(): FollowerState;
  /** Waits until the view has everything that is committed now. */
  refresh(): Promise<void>;
  /** Numbers of the records that have a version by a person: what cataloguer: asks. */
  changedBy(asked: ChangesAsked): Promise<readonly number[]>;
  /** What finding: asks: see `RecordsFound`. */
  readonly recordsFound: RecordsFound;
  /** What a record was before it was deleted. */
  before(id: number): Promise<RecordVersion | undefined>;
  /** Its versions, the newest first, some of them; and one of them as it is stored. */
  history(id: number, part: VersionsAsked): Promise<ListedVersions>;
  revision(id: number, revision: number): Promise<StoredVersion | undefined>;
  /**
   * Has the citation graph made if it is not there; resolves when the newest view has one. Small
   * libraries always have one.
   */
  citationsReady(): Promise<void>;
  /** Somebody met a damaged byte in this node's file of a segment: it is fetched again. */
  repair(segment: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * A replica that does not answer soon is not worth waiting for: the primary has everything.
 * Milliseconds.
 */
const replicaConnectTimeout = 1_000;
const replicaStatementTimeout = 10_000;

function openReplica(settings: Settings): Database | undefined {
  if (settings.readDatabaseUrl === undefined) return undefined;
  return connect(settings.readDatabaseUrl, {
    poolSize: settings.poolSize,
    connectTimeout: replicaConnectTimeout,
    statementTimeout: replicaStatementTimeout,
    lockTimeout: replicaStatementTimeout,
    anyServer: true,
  });
}

/**
 * Opens the library of the settings' data folder: starts or joins its database, migrates it, and
 * reads its index.
 */
export async function openLibrary(settings: Settings, signal?: AbortSignal): Promise<Library> {
  const store = await openStore(settings, { signal });
  const indexFolder = indexFolderOf(settings);
  try {
    const { database, url } = store;
    const replica = openReplica(settings);
    const repair = async (segment: string): Promise<void> => {
      const { repairInTurn } = await import('../index/repair.ts');
      await repairInTurn({ database, url, folder: indexFolder, signal }, segment);
    };
    const citations = createCitationKeeper({
      folder: indexFolder,
      onNews: () => follower.refresh(),
      onDamage: (segment) => void follower.repair(segment).catch(() => undefined),
    });
    const follower = createFollower({ database, url, folder: indexFolder, signal, repair, citations });
    await follower.refresh();
    const reader = recordReader(database, replica, () => follower.snapshot());
    return {
      database,
      url,
      indexFolder,
      snapshot: () => follower.snapshot(),
      state: () => follower.state(),
      refresh: () => follower.refresh(),
      stored: async (ids, bytes, patience) => {
        const batch = await reader.stored(ids, bytes, patience);
        return follower.state().stays ? await asViewed(database, follower.snapshot(), batch) : batch;
      },
      changedBy: (asked) => changedBy(database, asked),
      recordsFound: (rule, person, snapshot) => recordsFound(database, rule, person, snapshot),
      before: (id) => readBefore(database, id),
      history: (id, part) => listVersions(database, id, part),
      revision: (id, revision) => storedRevision(database, id, revision),
      citationsReady: () => citations.ready(),
      repair: (segment) => follower.repair(segment),
      close: async () => {
        await citations.close();
        await follower.close();
        await replica?.close();
        await store.release();
      },
    };
  } catch (error) {
    await store.release();
    throw error;
  }
}
