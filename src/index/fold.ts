import sql from 'sql-template-tag';
import { currentSite } from '../site/versions.ts';
import type { Queryable } from '../store/database.ts';
import type { IndexContext } from './context.ts';
import { type IndexWatch, indexVersion } from './entry.ts';
import { segmentMaker, tellPage } from './make-segments.ts';
import { publish } from './manifest.ts';
import { requireKnown } from './require-known.ts';
import { createInverter } from './segment/inverter.ts';
import { bytesInMemory, storeSegment, writeSegmentFile } from './segment-store.ts';
import { versionsOf } from './stored-records.ts';

/**
 * Deltas that become a segment at once, the first of both; more are folded by doing it again. A
 * larger one comes alone.
 */
const rowsAtOnce = 2_000;
const bytesAtOnce = 32_000_000;

/**
 * Makes a segment of the delta rows and deletes them, in one transaction. The records are analysed
 * again, so that a delta written under an older site file, or by an older release, does not last.
 * Returns how many rows there were. Needs the lease.
 */
export async function foldDeltas({ database, folder }: IndexContext, watch: IndexWatch = {}): Promise<number> {
  const { analyzer, origin } = segmentMaker(requireKnown(await currentSite(database)));
  return await database.transaction(
    async (transaction) => {
      const rows = await oldestDeltas(transaction);
      if (rows.length === 0) return 0;
      const inverter = createInverter(analyzer.versions);
      const records = rows.map(({ id }) => id);
      for await (const page of versionsOf(transaction, records)) {
        tellPage(page, watch.onPage);
        for (const version of page) indexVersion(version, analyzer, inverter, watch.onProblem);
      }
      const data = inverter.finish();
      writeSegmentFile(folder, data);
      await storeSegment(transaction, bytesInMemory(data), origin);
      await publish(transaction, { add: [data.id], remove: [] });
      await transaction.query(sql`DELETE FROM delta WHERE seq = ANY (${rows.map((row) => row.seq)}::bigint[])`);
      return rows.length;
    },
    { timeout: 0 },
  );
}

async function oldestDeltas(database: Queryable): Promise<readonly { readonly seq: string; readonly id: number }[]> {
  return await database.query(sql`
    SELECT seq::text AS seq, record_id AS id FROM (
      SELECT seq, record_id, octet_length(data) AS bytes, sum(octet_length(data)) OVER (ORDER BY seq) AS total
      FROM (SELECT * FROM delta ORDER BY seq LIMIT ${rowsAtOnce}) AS page) AS sized
    WHERE total - bytes < ${bytesAtOnce} ORDER BY seq`);
}
