/**
 * The whole library as MARCXML and other formats from `reperio serve`, while pages are asked for.
 * `node bench/export.ts --records 20000`
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { openLoaded } from './lib/loaded.ts';
import { processMemory } from './lib/memory.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { machine, machineLine, median, megabytes, milliseconds, quantile, ratio, table } from './lib/report.ts';
import { startServer, webWorker } from './lib/server.ts';

/** Of one way out. Times in seconds; `cpu` is user time of the process that writes. */
interface Run {
  readonly name: string;
  readonly seconds: number;
  readonly cpu: number;
  readonly bytes: number;
}

const ticksPerSecond = 100;
const codes = ['xm', 'tm', 'js', 'recjson', 'hx', 'ris', 'xo', 'xd', 'excel'] as const;

const options = benchOptions({ records: 20_000 });
await runBench(options, async () => {
  // The peer reads the same table; it needs no vectors.
  const loaded = await openLoaded({ ...options, peer: false });
  try {
    const { records } = loaded.library.snapshot();
    const peer = options.peer ? await best(() => copyOut(loaded.library.url)) : undefined;
    const server = await startServer(options.data, { REPERIO_WEB_WORKERS: '1' });
    try {
      const worker = webWorker(server.pid);
      const runs: Run[] = [];
      for (const code of codes) runs.push(await best(() => fetchAll(server.address, worker, code)));
      const before = processMemory(worker);
      const numbers = await best(() => fetchAll(server.address, worker, 'id'));
      const quiet = await pagesFor(server.address, 2000);
      const busy = await pagesWhile(server.address, fetchAll(server.address, worker, 'xm'));
      report({ records, runs, numbers, peer, quiet, busy, memory: before, after: processMemory(worker) });
    } finally {
      await server.stop();
    }
  } finally {
    await loaded.close();
  }
});

async function best(run: () => Promise<Run>): Promise<Run> {
  let fastest = await run();
  for (let pass = 1; pass < options.passes; pass++) {
    const next = await run();
    if (next.seconds < fastest.seconds) fastest = next;
  }
  return fastest;
}

async function fetchAll(address: string, worker: number, code: string): Promise<Run> {
  const cpu = userSeconds(worker);
  const started = performance.now();
  const bytes = await fetchWhole(new URL(`/search?of=${code}&rg=-9999`, address), new Agent());
  const seconds = (performance.now() - started) / 1000;
  return { name: code, seconds, cpu: userSeconds(worker) - cpu, bytes };
}

async function fetchWhole(url: URL, agent: Agent): Promise<number> {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`${url} was answered with ${response.statusCode}`);
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  return bytes;
}

/** What PostgreSQL takes to give out the same records as it keeps them, in the same order. */
async function copyOut(url: string): Promise<Run> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const { pid } = rows[0]!;
    const cpu = userSeconds(pid);
    const started = performance.now();
    const stream = client.query(copyTo('COPY (SELECT marc FROM record WHERE NOT deleted ORDER BY id DESC) TO STDOUT'));
    let bytes = 0;
    for await (const chunk of stream) bytes += (chunk as Buffer).length;
    const seconds = (performance.now() - started) / 1000;
    return { name: 'PostgreSQL: COPY (SELECT marc ...) TO STDOUT', seconds, cpu: userSeconds(pid) - cpu, bytes };
  } finally {
    await client.end();
  }
}

function userSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[11]) / ticksPerSecond;
}

async function pagesFor(address: string, duration: number): Promise<readonly number[]> {
  return pagesWhile(address, new Promise((resolve) => setTimeout(resolve, duration)));
}

/** Milliseconds of search pages, one after the other, until it is done. */
async function pagesWhile(address: string, done: Promise<unknown>): Promise<readonly number[]> {
  let isDone = false;
  const finished = done.then(() => {
    isDone = true;
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  for (let page = 0; !isDone; page++) {
    const started = performance.now();
    await fetchWhole(new URL(`/search?p=year:${1980 + (page % 40)}&rg=25`, address), agent);
    times.push(performance.now() - started);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await finished;
  agent.destroy();
  return times;
}

interface Report {
  readonly records: number;
  readonly runs: readonly Run[];
  readonly numbers: Run;
  readonly peer: Run | undefined;
  readonly quiet: readonly number[];
  readonly busy: readonly number[];
  readonly memory: ReturnType<typeof processMemory>;
  readonly after: ReturnType<typeof processMemory>;
}

function report({ records, runs, numbers, peer, quiet, busy, memory, after }: Report): void {
  if (options.json) {
    console.log(JSON.stringify({ records, runs, numbers, peer, quiet, busy, memory, after, machine: machine() }));
    return;
  }
  const row = (run: Run, isPeer = false): readonly string[] => [
    run.name,
    isPeer || peer === undefined ? '' : ratio(run.seconds, peer.seconds),
    Math.round(records / run.seconds).toLocaleString('en'),
    run.cpu < 0.05 ? '-' : Math.round(records / run.cpu).toLocaleString('en'),
    megabytes(run.bytes / run.seconds),
    run.seconds.toFixed(2),
  ];
  console.log(
    `All ${records.toLocaleString('en')} records in one request, best of ${options.passes}. ${machineLine()}`,
  );
  console.log(
    table(
      [
        { title: '', align: 'left' },
        { title: 'speed of the peer' },
        { title: 'records/s' },
        { title: 'records/s of user CPU' },
        { title: 'MB/s' },
        { title: 'seconds' },
      ],
      [...runs.map((run) => row(run)), row(numbers), ...(peer === undefined ? [] : [row(peer, true)])],
    ),
  );
  const line = (times: readonly number[]): string =>
    `median ${milliseconds(median(times))} ms, p99 ${milliseconds(quantile(times, 0.99))} ms (${times.length} pages)`;
  console.log(`Search pages one after the other: ${line(quiet)}; while MARCXML is written: ${line(busy)}.`);
  console.log(
    `Resident memory of the worker: ${megabytes(memory.resident)} after those exports, ${megabytes(after.resident)} at the end.`,
  );
}
