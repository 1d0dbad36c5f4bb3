import sql from 'sql-template-tag';
import type { Database } from '../../../store/database.ts';

const records = 2_000;
const batch = 250;
const reads = 500;
const changes = 200;
/** Characters of a stored record, as many as the median of real ones. */
const length = 1_500;

/**
 * What a library asks of its database, in small: a load, records by number, single changes.
 * Resolves to the parts with their milliseconds.
 */
export async function workload(scratch: Database): Promise<ReadonlyMap<string, number>> {
  const times = new Map<string, number>();
  const time = async (part: string, work: () => Promise<void>): Promise<void> => {
    const began = performance.now();
    await work();
    times.set(part, performance.now() - began);
  };
  await scratch.query(sql`TRUNCATE record, revision, identifier`);
  await time(`load of ${records} records`, async () => {
    for (let first = 1; first <= records; first += batch)
      await scratch.transaction(async (transaction) => {
        await transaction.query(sql`
          INSERT INTO record (id, created, modified, marc)
          SELECT id, now(), now(), repeat(md5(id::text), ${Math.ceil(length / 32)}::int)
          FROM generate_series(${first}::int, ${first + batch - 1}::int) AS id`);
        await transaction.query(sql`
          INSERT INTO identifier (kind, value, record_id) SELECT 'control', md5(id::text), id
          FROM generate_series(${first}::int, ${first + batch - 1}::int) AS id`);
      });
  });
  await time(`${reads} reads of a record`, async () => {
    for (let i = 0; i < reads; i++)
      await scratch.query(sql`SELECT marc FROM record WHERE id = ${1 + ((i * 7919) % records)}`);
  });
  await time(`${changes} changed records`, async () => {
    for (let i = 0; i < changes; i++) {
      const id = 1 + ((i * 104_729) % records);
      await scratch.transaction(async (transaction) => {
        await transaction.query(sql`
          INSERT INTO revision (record_id, revision, modified, reason, marc)
          SELECT id, revision, modified, 'change', marc FROM record WHERE id = ${id}`);
        await transaction.query(sql`UPDATE record SET revision = revision + 1, modified = now() WHERE id = ${id}`);
      });
    }
  });
  return times;
}
