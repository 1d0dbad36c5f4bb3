import sql from 'sql-template-tag';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import { indexVersion } from '../index/entry.ts';
import { createInverter } from '../index/segment/inverter.ts';
import { decodeVersion, type StoredVersion } from '../index/stored-records.ts';
import type { Site } from '../site/site.ts';
import type { Queryable } from '../store/database.ts';

export interface IndexingTime {
  readonly records: number;
  /** Seconds, on this machine and one core, with what it has to do now. */
  readonly seconds: number;
}

/** Some are analysed before it is measured: the first ones take several times as long. */
const warming = 300;
const sampled = 1_000;
const sampledBytes = 8_000_000;

/**
 * How long indexing all records again would take, measured with some of them from all over the
 * library.
 */
export async function indexingTime(database: Queryable, site: Site): Promise<IndexingTime> {
  const [found] = await database.query<{ records: number; last: number }>(
    sql`SELECT count(*)::integer AS records, coalesce(max(id), 0) AS last FROM record`,
  );
  const { records, last } = found!;
  const apart = Math.max(1, Math.floor(last / (warming + sampled)));
  const rows = await database.query<StoredVersion>(sql`
    SELECT id, revision, deleted, created, modified, marc FROM (
      SELECT *, sum(octet_length(marc)) OVER (ORDER BY id) AS bytes
      FROM (SELECT * FROM record WHERE id % ${apart} = 0 ORDER BY id LIMIT ${warming + sampled}) AS spread) AS sized
    WHERE bytes < ${sampledBytes} ORDER BY id`);
  const analyzer = compileAnalyzer(site);
  const inverter = createInverter(analyzer.versions);
  const warm = Math.min(warming, Math.floor(rows.length / 2));
  let begun = performance.now();
  rows.forEach((row, i) => {
    if (i === warm) begun = performance.now();
    indexVersion(decodeVersion(row), analyzer, inverter);
  });
  if (rows.length > 0) inverter.finish();
  const seconds = (performance.now() - begun) / 1000;
  return { records, seconds: (seconds / Math.max(1, rows.length - warm)) * records };
}
