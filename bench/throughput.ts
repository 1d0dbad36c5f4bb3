/**
 * Search pages a second from `reperio serve` with two workers, while the load generator shares the
 * cores. `node bench/throughput.ts --records 100000`
 */
import { raw } from 'sql-template-tag';
import { connect, type Database } from '../src/store/database.ts';
import { sqlPage } from './lib/kinds.ts';
import { connections, load, type Rate } from './lib/load.ts';
import { openLoaded } from './lib/loaded.ts';
import { descendants, processorTime } from './lib/memory.ts';
import { type MixedQuery, queryMix } from './lib/mix.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { settingsOf } from './lib/reperio.ts';
import { machine, machineLine, milliseconds, quantile, table } from './lib/report.ts';
import { isWebWorker, startServer } from './lib/server.ts';

const workers = 2;
const seconds = 20;
/** Dictionaries of corrections are made once for each process. */
const warmUpSeconds = 20;

const options = benchOptions({ records: 100_000 });
await runBench(options, async () => {
  const loaded = await openLoaded(options);
  try {
    const { records } = loaded.library.snapshot();
    const mix = queryMix(loaded.library.snapshot());
    const database = connect(loaded.library.url, {
      ...settingsOf(options.data),
      poolSize: workers,
      statementTimeout: 0,
    });
    const server = await startServer(options.data, { REPERIO_WEB_WORKERS: String(workers) });
    try {
      await load(server.address, mix, warmUpSeconds);
      const before = shares(server.pid);
      const ours = await load(server.address, mix, seconds);
      const after = shares(server.pid);
      const supervisor = (after.own - before.own) / (after.below - before.below);
      const peer = options.peer ? await askPeer(database, mix, seconds) : undefined;
      report(records, ours, peer, supervisor);
    } finally {
      await server.stop();
      await database.close();
    }
  } finally {
    await loaded.close();
  }
});

/**
 * The counts, hits and facets of the same pages by PostgreSQL's full text search, as many at once
 * as we have workers.
 */
async function askPeer(database: Database, mix: readonly MixedQuery[], duration: number): Promise<Rate> {
  const times: number[] = [];
  const started = performance.now();
  let next = 0;
  const ask = async (): Promise<void> => {
    while (performance.now() - started < duration * 1000) {
      const query = mix[next++ % mix.length]!;
      const asked = performance.now();
      await database.query(raw(sqlPage(query.text.split(' ').join(' & '))));
      times.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: workers }, ask));
  const took = (performance.now() - started) / 1000;
  return { perSecond: times.length / took, median: quantile(times, 0.5), p99: quantile(times, 0.99), failed: 0 };
}

/** CPU time of the supervisor and of the workers below it, in ms. */
function shares(supervisor: number): { readonly own: number; readonly below: number } {
  const workers = descendants(supervisor).filter((pid) => pid !== supervisor && isWebWorker(pid));
  return { own: processorTime(supervisor), below: workers.reduce((sum, pid) => sum + processorTime(pid), 0) };
}

function report(records: number, ours: Rate, peer: Rate | undefined, supervisor: number): void {
  if (options.json) {
    console.log(JSON.stringify({ benchmark: 'throughput', records, machine: machine(), ours, peer, supervisor }));
    return;
  }
  console.log(
    `Search pages with 25 hits and facets, ${records.toLocaleString('en')} records, ${workers} workers, ${connections} connections, the load generator on the same cores. ${machineLine()}`,
  );
  const row = (name: string, times: string, rate: Rate): readonly string[] => [
    name,
    times,
    rate.perSecond.toFixed(0),
    milliseconds(rate.median),
    milliseconds(rate.p99),
    String(rate.failed),
  ];
  console.log(
    table(
      [
        { title: '', align: 'left' },
        { title: 'ratio' },
        { title: 'a second' },
        { title: 'median ms' },
        { title: 'p99 ms' },
        { title: 'failed' },
      ],
      [
        row('Reperio, pages', peer === undefined ? '-' : `${(ours.perSecond / peer.perSecond).toFixed(1)}x`, ours),
        ...(peer === undefined ? [] : [row('PostgreSQL, counts, hits and facets alone', '', peer)]),
      ],
    ),
  );
  console.log(`The supervisor took ${(supervisor * 100).toFixed(2)} % of the processor time of its workers.`);
}
