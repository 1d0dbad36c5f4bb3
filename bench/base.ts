/**
 * A base (a copy of the files of the embedded server, online), and what readers notice of it: the
 * same readers with and without one, in turn. A base is made again and again for as long as a round
 * takes. `node --max-semi-space-size=2 bench/base.ts --records 100000 --data /var/tmp/bench`
 */
import { rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeBase } from '../src/maintain/backup/base.ts';
import { folderPlace } from '../src/maintain/backup/folder-place.ts';
import { setBytes } from '../src/maintain/backup/manifest.ts';
import type { Store } from '../src/store/open.ts';
import { openLoaded } from './lib/loaded.ts';
import { type MixedQuery, queryMix } from './lib/mix.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { holdServer, settingsOf } from './lib/reperio.ts';
import { machineLine, median, megabytes, milliseconds, quantile, table } from './lib/report.ts';
import { startServer } from './lib/server.ts';

const options = { ...benchOptions({ records: 100_000, passes: 5 }), peer: false };
const settings = settingsOf(options.data);
/**
 * Each asks, waits for its answer, and pauses: some 70 requests a second, far below what a node
 * can.
 */
const readers = 8;
const pause = 100;
/** Milliseconds that a round takes at least. */
const round = 10_000;

interface Noticed {
  readonly times: readonly number[];
  readonly failed: number;
}

interface Base {
  /** Before they were compressed. */
  readonly raw: number;
  readonly kept: number;
  readonly seconds: number;
}

await runBench(options, async () => {
  const loaded = await openLoaded(options);
  const mix = queryMix(loaded.library.snapshot());
  await loaded.close();
  const store = await holdServer(options.data);
  const server = await startServer(options.data, { REPERIO_EXEMPT_NETWORKS: '127.0.0.0/8' });
  const folder = join(options.data, 'bench-bases');
  try {
    await read(server.address, mix, () => sleep(round / 2));
    const alone: Noticed[] = [];
    const beside: Noticed[] = [];
    const bases: Base[] = [];
    for (let pass = 0; pass < options.passes; pass++) {
      alone.push(await read(server.address, mix, () => sleep(round)));
      beside.push(
        await read(server.address, mix, async () => {
          for (const until = performance.now() + round; performance.now() < until; )
            bases.push(await base(store, folder));
        }),
      );
    }
    print(alone, beside, bases);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    await server.stop();
    await store.release();
  }
});

async function base({ database, url }: Store, folder: string): Promise<Base> {
  rmSync(folder, { recursive: true, force: true });
  let raw = 0;
  const began = performance.now();
  const { manifest } = await makeBase({
    ...{ database, url, settings, place: folderPlace(folder), withSecrets: false, withoutDocuments: true },
    watch: {
      onBytes: (bytes) => {
        raw += bytes;
      },
    },
  });
  return { raw, kept: setBytes(manifest), seconds: (performance.now() - began) / 1000 };
}

/** What readers notice while this work is done. */
async function read(address: string, mix: readonly MixedQuery[], work: () => Promise<unknown>): Promise<Noticed> {
  const agent = new Agent({ keepAlive: true, maxSockets: readers });
  const times: number[] = [];
  let [failed, over] = [0, false];
  const one = async (first: number): Promise<void> => {
    for (let at = first; !over; at++) {
      const { text } = mix[at % mix.length]!;
      const began = performance.now();
      const isWell = await answered(`${address}/search?${new URLSearchParams({ p: text, rg: '25' })}`, agent);
      times.push(performance.now() - began);
      if (!isWell) failed++;
      await sleep(pause);
    }
  };
  const all = Array.from({ length: readers }, (_, number) => one(Math.floor((number * mix.length) / readers)));
  try {
    await work();
  } finally {
    over = true;
    await Promise.all(all);
    agent.destroy();
  }
  return { times, failed };
}

function answered(url: string, agent: Agent): Promise<boolean> {
  return new Promise((resolve) => {
    get(url, { agent }, (response) => {
      response.resume();
      response.on('error', () => resolve(false));
      response.on('end', () => resolve(response.statusCode === 200));
    }).on('error', () => resolve(false));
  });
}

function print(alone: readonly Noticed[], beside: readonly Noticed[], bases: readonly Base[]): void {
  console.log(
    `${options.records.toLocaleString('en')} records, ${options.passes} rounds of each, in turn. ${machineLine()}`,
  );
  const { raw, kept } = bases.at(-1)!;
  const seconds = median(bases.map((one) => one.seconds));
  const rate = median(bases.map((one) => one.raw / one.seconds));
  console.log(
    `A base: ${megabytes(raw)} of files in ${seconds.toFixed(1)} s, ${megabytes(rate)}/s (median of ${bases.length}); kept ${megabytes(kept)}.`,
  );
  const all = (some: readonly Noticed[]) => some.flatMap(({ times }) => times);
  const row = (what: string, some: readonly Noticed[]): string[] => [
    what,
    all(some).length.toLocaleString('en'),
    String(some.reduce((sum, { failed }) => sum + failed, 0)),
    milliseconds(quantile(all(some), 0.5)),
    milliseconds(quantile(all(some), 0.99)),
  ];
  const left = [{ title: 'readers', align: 'left' as const }];
  const right = ['requests', 'failed', 'median, ms', 'p99, ms'].map((title) => ({ title }));
  console.log(table([...left, ...right], [row('alone', alone), row('while a base is made', beside)]));
  const times = quantile(all(beside), 0.99) / quantile(all(alone), 0.99);
  console.log(`p99 while a base is made: ${times.toFixed(2)} times that of readers alone.`);
}
