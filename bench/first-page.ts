/**
 * What the first readers of a new web process wait for, beside what they wait for later: search
 * pages and records of a server that has just said that it is ready.
 * `node bench/first-page.ts --records 100000 [--passes 5]`
 */
import { openLoaded } from './lib/loaded.ts';
import { queryMix } from './lib/mix.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { machineLine, median, milliseconds, table } from './lib/report.ts';
import { startServer } from './lib/server.ts';

/** Pages of each kind: the first is compared with the last half. */
const pages = 40;

const options = benchOptions({ records: 100_000, passes: 5 });
await runBench(options, async () => {
  const loaded = await openLoaded({ ...options, peer: false });
  try {
    const snapshot = loaded.library.snapshot();
    const words = queryMix(snapshot).slice(0, pages);
    const paths = words.map(({ text }, at) => [
      `/search?${new URLSearchParams({ p: text })}`,
      `/record/${1 + ((at * 37) % snapshot.records)}`,
    ]);
    const first: number[] = [];
    const later: number[] = [];
    const ready: number[] = [];
    for (let pass = 0; pass < options.passes; pass++) {
      const began = performance.now();
      const server = await startServer(options.data, { REPERIO_WEB_WORKERS: '1' });
      ready.push(performance.now() - began);
      try {
        const times: number[] = [];
        for (const both of paths) {
          let time = 0;
          for (const path of both) time += await timeOf(server.address + path);
          times.push(time);
        }
        first.push(times[0]!);
        later.push(median(times.slice(pages / 2)));
      } finally {
        await server.stop();
      }
    }
    if (options.json) return console.log(JSON.stringify({ benchmark: 'first page', ready, first, later }));
    console.log(
      `A search page and a record, asked first and later, ${snapshot.records.toLocaleString('en')} records, median of ${options.passes} starts. ${machineLine()}`,
    );
    console.log(
      table(
        [{ title: '', align: 'left' }, { title: 'times as long' }, { title: 'ms' }],
        [
          ['first', `${(median(first) / median(later)).toFixed(1)}x`, milliseconds(median(first))],
          ['later', '', milliseconds(median(later))],
          ['start until ready', '', milliseconds(median(ready))],
        ],
      ),
    );
  } finally {
    await loaded.close();
  }
});

async function timeOf(url: string): Promise<number> {
  const began = performance.now();
  const answer = await fetch(url);
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return performance.now() - began;
}
