/**
 * What jobs cost: from asking for one to its beginning, short jobs a second, how long a load takes to
 * sleep and to stop, and the list with 100,000 jobs that have ended.
 * `node bench/jobs.ts [--jobs 1000] [--ended 100000] [--records 200000]`
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sql from 'sql-template-tag';
import { countJobs } from '../src/jobs/queue/count.ts';
import { enqueueJob } from '../src/jobs/queue/enqueue.ts';
import type { JobKind } from '../src/jobs/queue/job.ts';
import { listJobs, requireJob } from '../src/jobs/queue/read.ts';
import { workOnJobs } from '../src/jobs/queue/work.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { waitFor } from '../test/support/wait.ts';
import { machineLine, median, quantile, table } from './lib/report.ts';

const { values } = parseArgs({
  options: {
    jobs: { type: 'string', default: '1000' },
    ended: { type: 'string', default: '100000' },
    records: { type: 'string', default: '200000' },
  },
});
const many = Number(values.jobs);
const store = await openTestDatabase();
const { database, url } = store;
const folder = mkdtempSync(join(tmpdir(), 'reperio-bench-jobs-'));
const main = join(import.meta.dirname, '../src/cli/main.ts');
const environment = { ...process.env, REPERIO_DATA: folder, DATABASE_URL: url };
const rows: string[][] = [];

let onBegin: (() => void) | undefined;
const short: JobKind = {
  ...{ name: 'short', summary: '' },
  run: async () => {
    onBegin?.();
    return { did: 'Done.' };
  },
};
const ask = (onNode?: string, kind: { readonly name: string } = short): Promise<number> =>
  database.transaction((transaction) => enqueueJob(transaction, { kind, name: 'x', onNode }));
const ms = (value: number): string => `${value.toFixed(1)} ms`;

async function withNodes(names: readonly string[], places: number, work: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const { signal } = stop;
  const nodes = names.map((node) => workOnJobs({ database, url, node, kinds: [short], places, signal }));
  try {
    await work();
  } finally {
    stop.abort();
    await Promise.all(nodes);
  }
}

async function measureStart(label: string, onNode: string): Promise<void> {
  const times: number[] = [];
  for (let n = 0; n < 110; n++) {
    const began = new Promise<void>((resolve) => (onBegin = resolve));
    const asked = performance.now();
    const id = await ask(onNode);
    await began;
    if (n >= 10) times.push(performance.now() - asked);
    await waitFor('its end', async () => (await requireJob(database, id)).ended !== null);
  }
  onBegin = undefined;
  rows.push([label, ms(median(times)), ms(quantile(times, 0.95))]);
}

async function measureThroughput(label: string, names: readonly string[], places: number): Promise<void> {
  await database.query(sql`TRUNCATE job CASCADE`);
  await database.transaction(async (transaction) => {
    for (let n = 0; n < many; n++) await enqueueJob(transaction, { kind: short, name: 'x' });
  });
  const asked = performance.now();
  await withNodes(names, places, async () => {
    await waitFor('all', async () => {
      const [row] = await database.query<{ left: number }>(
        sql`SELECT count(*)::int AS left FROM job WHERE ended IS NULL`,
      );
      return row!.left === 0;
    });
  });
  rows.push([label, `${Math.round((many / (performance.now() - asked)) * 1000)} jobs/s`, '']);
}

async function measureWish(wish: 'sleep' | 'stop', id: number, state: string): Promise<void> {
  await waitFor('some records', async () => ((await requireJob(database, id)).progress?.done ?? 0) > 0);
  const asked = performance.now();
  const command = performance.now();
  execFileSync(process.execPath, [main, 'job', wish, String(id)], { env: environment });
  const typed = performance.now() - command;
  await waitFor(state, async () => (await requireJob(database, id)).state === state);
  rows.push([`${wish} of a load, with the command (${ms(typed)})`, ms(performance.now() - asked), '']);
}

async function measureLoad(): Promise<void> {
  await database.query(sql`TRUNCATE job CASCADE`);
  const file = join(folder, 'records.xml');
  const out = createWriteStream(file);
  out.write('<collection>');
  for (let n = 0; n < Number(values.records); n++) {
    const field = (tag: string, text: string): string =>
      `<datafield tag="${tag}" ind1=" " ind2=" "><subfield code="a">${text} ${n}</subfield></datafield>`;
    out.write(`<record>${field('245', 'A title of some words')}${field('100', 'Somebody')}</record>\n`);
  }
  out.end('</collection>');
  await once(out, 'finish');
  const said = execFileSync(process.execPath, [main, 'job', 'add', 'load', file], { env: environment, encoding: 'utf8' });
  const id = Number(/^Job (\d+)/.exec(said)![1]);
  const worker: ChildProcess = spawn(process.execPath, [main, 'tasks', 'work'], { env: environment, stdio: 'ignore' });
  try {
    await measureWish('sleep', id, 'sleeping');
    execFileSync(process.execPath, [main, 'job', 'wake', String(id)], { env: environment });
    await waitFor('it to run', async () => (await requireJob(database, id)).state === 'running');
    await measureWish('stop', id, 'stopped');
  } finally {
    worker.kill('SIGTERM');
    await once(worker, 'exit');
  }
}

async function measureList(): Promise<void> {
  await database.query(sql`TRUNCATE job CASCADE`);
  await database.query(sql`
    INSERT INTO job (kind, name, person, state, began, ended, did)
    SELECT 'load', 'file' || n || '.xml', 'person' || n % 100, CASE WHEN n % 50 = 0 THEN 'failed' ELSE 'done' END,
      now() - make_interval(mins => n), now() - make_interval(mins => n - 1), '12,000 inserted, 0 replaced, 0 refused.'
    FROM generate_series(1, ${Number(values.ended)}) AS n`);
  await database.query(sql`VACUUM ANALYZE job`);
  for (let n = 0; n < 5; n++) await ask(undefined, { name: 'other' });
  const time = async (label: string, work: () => Promise<unknown>): Promise<void> => {
    const times: number[] = [];
    for (let n = 0; n < 30; n++) {
      const began = performance.now();
      await work();
      times.push(performance.now() - began);
    }
    rows.push([label, ms(median(times)), ms(quantile(times, 0.95))]);
  };
  await time('list of all, first page', () => listJobs(database, { limit: 100 }));
  await time('list of one person', () => listJobs(database, { limit: 100, person: 'person7' }));
  await time('list of what failed', () => listJobs(database, { limit: 100, states: ['failed'] }));
  await time('counts for metrics', () => countJobs(database));
}

try {
  await withNodes(['a'], 2, () => measureStart('asked to begun, the only node', 'a'));
  await withNodes(['a', 'b'], 2, () => measureStart('asked to begun, another of two nodes', 'b'));
  await measureThroughput(`${many} short jobs, one node, 2 places`, ['a'], 2);
  await measureThroughput(`${many} short jobs, one node, 8 places`, ['a'], 8);
  await measureThroughput(`${many} short jobs, two nodes, 4 places each`, ['a', 'b'], 4);
  await measureList();
  await measureLoad();
  console.log(machineLine());
  console.log(table([{ title: '', align: 'left' }, { title: 'median' }, { title: '95 %' }], rows));
} finally {
  await store.release();
  rmSync(folder, { recursive: true });
}
