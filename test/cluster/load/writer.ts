/**
 * A process on a host that writes to the database, through the product's own way to it, until a
 * line comes on its standard input; then it looks up every write that was acknowledged. Its
 * argument is the address of the database, and how many loops write.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import sql, { join } from 'sql-template-tag';
import { connect } from '../../../src/store/database.ts';
import { GapMeter } from './gap.ts';
import type { WriterReport } from './report.ts';

const [url, loopCount] = process.argv.slice(2);
/** Milliseconds. */
const pause = 5;
const lookUpLimit = 90_000;
const atOnce = 5_000;

// As a web process is by default.
const times = { connectTimeout: 10_000, statementTimeout: 60_000, lockTimeout: 30_000, patience: 8_000 };
const database = connect(url!, { ...times, poolSize: 8 });
await database.query(
  sql`CREATE TABLE IF NOT EXISTS cluster_test (id bigint PRIMARY KEY, at timestamptz DEFAULT now())`,
);
const [before] = await database.query<{ last: number | null }>(sql`SELECT max(id) AS last FROM cluster_test`);

const acknowledged: number[] = [];
const failed: WriterReport['failed'][number][] = [];
const gaps = new GapMeter();
let next = Number(before?.last ?? 0);
let slowest = 0;
let stopping = false;

async function loop(): Promise<void> {
  while (!stopping) {
    const id = ++next;
    const at = Date.now();
    try {
      await database.query(sql`INSERT INTO cluster_test (id) VALUES (${id})`);
      acknowledged.push(id);
      slowest = Math.max(slowest, Date.now() - at);
      gaps.success();
    } catch (error) {
      failed.push({ at, after: Date.now() - at, error: error instanceof Error ? error.message : String(error) });
    }
    await sleep(pause);
  }
}

/** Which of them are not there? The database may be away yet. */
async function missing(ids: readonly number[]): Promise<readonly number[]> {
  const end = Date.now() + lookUpLimit;
  for (;;) {
    try {
      const found = await database.query<{ id: number }>(sql`SELECT id FROM cluster_test WHERE id IN (${join(ids)})`);
      const there = new Set(found.map(({ id }) => id));
      return ids.filter((id) => !there.has(id));
    } catch (error) {
      if (Date.now() > end) throw error;
      await sleep(500);
    }
  }
}

const started = performance.now();
const loops = Array.from({ length: Number(loopCount) }, loop);
process.stdout.write('begun\n');
await once(process.stdin, 'data');
const seconds = (performance.now() - started) / 1000;
const { gap } = gaps.longest;
stopping = true;
await Promise.race([Promise.all(loops), sleep(lookUpLimit)]);
const lost: number[] = [];
for (let at = 0; at < acknowledged.length; at += atOnce)
  lost.push(...(await missing(acknowledged.slice(at, at + atOnce))));
const report: WriterReport = { seconds, acknowledged: acknowledged.length, lost, failed, gap, slowest };
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
