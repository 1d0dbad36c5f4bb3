/** What a look at workers costs while they answer: pages a second with and without, in turn. `node bench/profiling.ts --records 100000` */
import { load } from './lib/load.ts';
import { openLoaded } from './lib/loaded.ts';
import { queryMix } from './lib/mix.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { reperio } from './lib/reperio.ts';
import { machine, machineLine, quantile, table } from './lib/report.ts';
import { startServer } from './lib/server.ts';

const workers = 2;
const seconds = 10;
const warmUpSeconds = 15;

const options = benchOptions({ records: 100_000, passes: 3 });
await runBench(options, async () => {
  const loaded = await openLoaded({ ...options, peer: false });
  try {
    const { records } = loaded.library.snapshot();
    const mix = queryMix(loaded.library.snapshot());
    const server = await startServer(options.data, { REPERIO_WEB_WORKERS: String(workers) });
    try {
      await load(server.address, mix, warmUpSeconds);
      const without: number[] = [];
      const during: number[] = [];
      for (let pass = 0; pass < options.passes; pass++) {
        without.push((await load(server.address, mix, seconds)).perSecond);
        const looks = Array.from({ length: workers }, (_, at) =>
          reperio(options.data, ['profile', '--seconds', String(seconds), '--worker', String(at + 1), '--json']),
        );
        during.push((await load(server.address, mix, seconds)).perSecond);
        await Promise.all(looks);
      }
      const [off, on] = [quantile(without, 0.5), quantile(during, 0.5)];
      if (options.json)
        return console.log(JSON.stringify({ benchmark: 'profiling', records, machine: machine(), without, during }));
      console.log(`Search pages, ${records.toLocaleString('en')} records, ${workers} workers. ${machineLine()}`);
      console.log(
        table(
          [{ title: '', align: 'left' }, { title: 'cost' }, { title: 'a second' }, { title: 'passes' }],
          [
            ['nobody looks', '-', off.toFixed(0), without.map((one) => one.toFixed(0)).join(' ')],
            [
              'every worker is looked at',
              `${((1 - on / off) * 100).toFixed(1)} %`,
              on.toFixed(0),
              during.map((one) => one.toFixed(0)).join(' '),
            ],
          ],
        ),
      );
    } finally {
      await server.stop();
    }
  } finally {
    await loaded.close();
  }
});
