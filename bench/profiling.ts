/**
 * What profiling costs. Off: one application that has it and one that does not, asked for the same
 * pages in turn. On: pages a second while every worker is looked at, and while nobody looks, in
 * turn. `node bench/profiling.ts --records 100000`
 */
import { tmpdir } from 'node:os';
import type { FastifyInstance } from 'fastify';
import type { Library } from '../src/library/open.ts';
import { createApp } from '../src/web/app.ts';
import { load } from './lib/load.ts';
import { openLoaded } from './lib/loaded.ts';
import { type MixedQuery, queryMix } from './lib/mix.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { reperio } from './lib/reperio.ts';
import { machine, machineLine, milliseconds, quantile, table } from './lib/report.ts';
import { startServer } from './lib/server.ts';

const workers = 2;
const seconds = 10;
const warmUpSeconds = 15;

/** Pages asked of each application. */
const pairs = 4_000;

interface Off {
  /** Milliseconds of a page, in the median. */
  readonly without: number;
  readonly off: number;
  /** The median of what a page took with profiling that is off, by what it took without. */
  readonly ratio: number;
}

/**
 * Each page is asked of an application without profiling and of one that has it, the first in turn.
 */
async function measureOff(library: Library, mix: readonly MixedQuery[]): Promise<Off> {
  const profiling = {
    folder: tmpdir(),
    explain: async () => '',
    isTicket: async () => false,
    take: async () => undefined,
  };
  const apps = [createApp(library), createApp(library, { profiling })] as const;
  const times: readonly [number[], number[]] = [[], []];
  const ask = async (which: 0 | 1, url: string): Promise<void> => {
    const began = performance.now();
    await (apps[which] as FastifyInstance).inject(url);
    times[which].push(performance.now() - began);
  };
  for (let at = 0; at < pairs; at++) {
    const { text } = mix[at % mix.length]!;
    const url = `/search?${new URLSearchParams({ p: text, rg: '25' })}`;
    const first = at % 2 === 0 ? 0 : 1;
    await ask(first, url);
    await ask(first === 0 ? 1 : 0, url);
  }
  for (const app of apps) await app.close();
  // The first round warms both up.
  const [without, off] = times.map((each) => each.slice(mix.length)) as [number[], number[]];
  return {
    ...{ without: quantile(without, 0.5), off: quantile(off, 0.5) },
    ratio: quantile(
      off.map((time, at) => time / without[at]!),
      0.5,
    ),
  };
}

const options = benchOptions({ records: 100_000, passes: 3 });
await runBench(options, async () => {
  const loaded = await openLoaded({ ...options, peer: false });
  try {
    const { records } = loaded.library.snapshot();
    const mix = queryMix(loaded.library.snapshot());
    const { without, off, ratio } = await measureOff(loaded.library, mix);
    const server = await startServer(options.data, { REPERIO_WEB_WORKERS: String(workers) });
    try {
      await load(server.address, mix, warmUpSeconds);
      const alone: number[] = [];
      const during: number[] = [];
      for (let pass = 0; pass < options.passes; pass++) {
        alone.push((await load(server.address, mix, seconds)).perSecond);
        const looks = Array.from({ length: workers }, (_, at) =>
          reperio(options.data, ['profile', '--seconds', String(seconds), '--worker', String(at + 1), '--json']),
        );
        during.push((await load(server.address, mix, seconds)).perSecond);
        await Promise.all(looks);
      }
      const [nobody, on] = [quantile(alone, 0.5), quantile(during, 0.5)];
      if (options.json)
        return console.log(
          JSON.stringify({ benchmark: 'profiling', records, machine: machine(), without, off, ratio, alone, during }),
        );
      console.log(`Search pages, ${records.toLocaleString('en')} records, ${workers} workers. ${machineLine()}`);
      console.log(
        `Off: ${((ratio - 1) * 100).toFixed(1)} % (${milliseconds(off)} ms a page, ${milliseconds(without)} ms in an application without profiling; ${pairs} pairs).`,
      );
      console.log(
        table(
          [{ title: '', align: 'left' }, { title: 'cost' }, { title: 'a second' }, { title: 'passes' }],
          [
            ['nobody looks', '-', nobody.toFixed(0), alone.map((one) => one.toFixed(0)).join(' ')],
            [
              'every worker is looked at',
              `${((1 - on / nobody) * 100).toFixed(1)} %`,
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
