/**
 * A node as an operator meets it: how long its state takes while readers ask, and what all its
 * processes hold.
 * `node bench/node.ts --records 20000` has eight workers; `--workers N` has others.
 */
import { load } from './lib/load.ts';
import { openLoaded } from './lib/loaded.ts';
import { descendants, processMemory } from './lib/memory.ts';
import { queryMix } from './lib/mix.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { machine, machineLine, milliseconds, quantile, table } from './lib/report.ts';
import { isWebWorker, startServer } from './lib/server.ts';

const warmUpSeconds = 20;
const asks = 100;
const forms = {
  page: '/server-status',
  'for machines': '/server-status?auto',
  JSON: '/server-status?format=json',
  Prometheus: '/metrics',
} as const;

const options = benchOptions({ records: 20_000 });
const workers = options.workers ?? 8;
await runBench(options, async () => {
  const loaded = await openLoaded({ ...options, peer: false });
  try {
    const snapshot = loaded.library.snapshot();
    const mix = queryMix(snapshot);
    const server = await startServer(options.data, { REPERIO_WEB_WORKERS: String(workers) });
    try {
      await load(server.address, mix, warmUpSeconds);
      const rows: (readonly string[])[] = [];
      for (const [form, path] of Object.entries(forms)) {
        const times: number[] = [];
        for (let at = 0; at < asks; at++) {
          const began = performance.now();
          const answer = await fetch(server.address + path);
          await answer.arrayBuffer();
          if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
          times.push(performance.now() - began);
        }
        rows.push([form, ...[0.5, 0.99].map((part) => milliseconds(quantile(times, part)))]);
      }
      const processes = [server.pid, ...descendants(server.pid).filter(isWebWorker)];
      const held = (which: 'resident' | 'anonymous'): string =>
        (processes.reduce((sum, pid) => sum + processMemory(pid)[which], 0) / 1e6).toFixed(0);
      const memory = { processes: processes.length, resident: held('resident'), anonymous: held('anonymous') };
      if (options.json) return console.log(JSON.stringify({ benchmark: 'node', machine: machine(), rows, memory }));
      console.log(
        `The state of a node, ${snapshot.records.toLocaleString('en')} records, ${workers} workers, after ${warmUpSeconds} s of readers. ${machineLine()}`,
      );
      console.log(table([{ title: '', align: 'left' }, { title: 'median ms' }, { title: 'p99 ms' }], rows));
      console.log(
        `${memory.processes} processes hold ${memory.anonymous} MB without the page cache they share (${memory.resident} MB resident, shared pages counted in each).`,
      );
    } finally {
      await server.stop();
    }
  } finally {
    await loaded.close();
  }
});
