import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import { type IndexVersions, newestVersions } from '../site/index-versions.ts';
import { currentSite } from '../site/versions.ts';
import type { Queryable } from '../store/database.ts';
import { readManifest } from './manifest.ts';
import { nodesBehind, nodeText } from './nodes-behind.ts';
import { type SegmentRow, segmentRows } from './segment-store.ts';

export interface IndexStatus {
  /** Version of the manifest. */
  readonly manifest: number;
  readonly records: number;
  readonly segments: readonly SegmentRow[];
  /** Record versions that no segment has yet. */
  readonly deltas: number;
  /** False: the site file asks for another analysis, and the index will be made anew. */
  readonly current: boolean;
  readonly versions: IndexVersions;
  /** They stay until an operator says otherwise. */
  readonly kept: boolean;
  /** Nodes that do not know the newest versions of this release. */
  readonly behind: readonly string[];
  /** Stored segments that no manifest names, not swept yet. */
  readonly unused: number;
  /** Bytes of all segment files in this node's folder. */
  readonly localBytes: number;
}

export async function indexStatus(database: Queryable, folder: string): Promise<IndexStatus> {
  const { version, segments, versions, kept } = await readManifest(database);
  const rows = await segmentRows(database, segments);
  const { indexDigest } = await currentSite(database);
  const [counts] = await database.query<{ deltas: number; records: number; stored: number }>(sql`
    SELECT (SELECT count(*) FROM delta)::integer AS deltas, (SELECT last_id FROM record_counter) AS records,
      (SELECT count(*) FROM segment)::integer AS stored`);
  return {
    manifest: version,
    records: counts!.records,
    segments: rows,
    deltas: counts!.deltas,
    current: rows.every((row) => row.indexDigest === indexDigest),
    versions,
    kept,
    behind: (await nodesBehind(database, newestVersions)).map(nodeText),
    unused: counts!.stored - rows.length,
    localBytes: await folderBytes(folder),
  };
}

async function folderBytes(folder: string): Promise<number> {
  const names = await readdir(folder).catch(() => []);
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(folder, name)).then(
        (found) => found.size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
