import sql from 'sql-template-tag';
import { currentSite } from '../site/versions.ts';
import { compileAnalyzer } from './analysis/analyzer.ts';
import type { IndexContext } from './context.ts';
import { indexVersion } from './entry.ts';
import { publish } from './manifest.ts';
import { createInverter } from './segment/inverter.ts';
import { bytesInMemory, storeSegment, writeSegmentFile } from './segment-store.ts';
import { versionsOf } from './stored-records.ts';

/** Deltas that become a segment at once; more are folded by doing it again. */
const foldAtOnce = 2_000;

/**
 * Makes a segment of the delta rows and deletes them, in one transaction. The records are analysed again, so that a delta written under an older site
 * file, or by an older release, does not last. Returns how many rows there were. Needs the lease.
 */
export async function foldDeltas({ database, folder }: IndexContext): Promise<number> {
  const { site, indexDigest } = await currentSite(database);
  const analyzer = compileAnalyzer(site);
  return await database.transaction(
    async (transaction) => {
      const rows = await transaction.query<{ readonly seq: string; readonly id: number }>(
        sql`SELECT seq::text AS seq, record_id AS id FROM delta ORDER BY seq LIMIT ${foldAtOnce}`,
      );
      if (rows.length === 0) return 0;
      const inverter = createInverter();
      for (const version of await versionsOf(transaction, [...new Set(rows.map((row) => row.id))]))
        indexVersion(version, analyzer, inverter);
      const data = inverter.finish();
      writeSegmentFile(folder, data);
      await storeSegment(transaction, bytesInMemory(data), indexDigest);
      await publish(transaction, { add: [data.id], remove: [] });
      await transaction.query(sql`DELETE FROM delta WHERE seq = ANY (${rows.map((row) => row.seq)}::bigint[])`);
      return rows.length;
    },
    { timeout: 0 },
  );
}
