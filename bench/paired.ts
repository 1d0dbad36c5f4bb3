/**
 * This release beside an earlier one in the same run: loading, search pages, records and the API,
 * by turns, so that both meet the same machine; and the memory of a web worker that has answered
 * all.
 * `node bench/paired.ts --old FOLDER [--records 50000] [--passes 5] [--load-passes 5] [--only TEXT]`; FOLDER is a checkout of the earlier release
 * with its dependencies. Prints the ratio first: 1.00 is as before; of rates more is
 * better, of processor time and memory less.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { exportDemo } from '../src/demo/export.ts';
import { createDemoLibrary, defaultSeed } from '../src/demo/library.ts';
import { command, type ReleaseNode, type ServingNode, serveNode } from '../test/support/release-node.ts';
import { childrenTime, type ProcessMemory, processMemory, processorTime } from './lib/memory.ts';
import { machineLine, median, table } from './lib/report.ts';
import { webWorker } from './lib/server.ts';

const { values } = parseArgs({
  options: {
    old: { type: 'string' },
    records: { type: 'string', default: '50000' },
    passes: { type: 'string', default: '5' },
    'load-passes': { type: 'string' },
    /** Pages of these kinds alone, by a part of their name. */
    only: { type: 'string', default: '' },
  },
});
if (values.old === undefined) throw new Error('Name the checkout of the earlier release: --old FOLDER');
const records = Number(values.records);
const passes = Number(values.passes);
const loadPasses = Number(values['load-passes'] ?? values.passes);
/** Seconds that one kind of page is asked for in a pass. */
const seconds = 6;
const connections = 4;

const folder = mkdtempSync(join(tmpdir(), 'reperio-paired-'));
const mains = [join(values.old, 'src/cli/main.ts'), join(import.meta.dirname, '../src/cli/main.ts')] as const;

function nodeOf(which: 0 | 1, name: string): ReleaseNode {
  return { name, main: mains[which], folder: join(folder, name), databaseUrl: undefined };
}

const input = join(folder, 'records.xml');
const demo = { library: createDemoLibrary(defaultSeed), format: 'marcxml', from: 1, count: records } as const;
writeFileSync(input, [...exportDemo({ ...demo, onShortened: () => undefined })].join(''));

const words = [
  'higgs',
  'measurement',
  'detector',
  'quark',
  'theory of fields',
  'author:ellis',
  'year:1999',
  'neutrino mass',
];
const kinds: Readonly<Record<string, readonly string[]>> = {
  'search page': words.map((word) => `/search?${new URLSearchParams({ p: word })}`),
  'sorted by title': words.map((word) => `/search?${new URLSearchParams({ p: word, sf: 'title' })}`),
  'record page': words.map((_, at) => `/record/${1 + ((at * 911) % records)}`),
  'API, 25 records': words.map((word) => `/api/search?${new URLSearchParams({ p: word, size: '25' })}`),
  'export of 200, MARCXML': words.map((word) => `/search?${new URLSearchParams({ p: word, of: 'xm', rg: '200' })}`),
};

interface Rate {
  /** Answers a second. */
  readonly perSecond: number;
  /**
   * Milliseconds of processor that the web worker took for one: others on the machine do not count.
   */
  readonly processor: number;
}

async function rate({ address, pid }: ServingNode, paths: readonly string[]): Promise<Rate> {
  const worker = webWorker(pid);
  const before = processorTime(worker);
  const result = await autocannon({
    url: address,
    connections,
    duration: seconds,
    requests: paths.map((path) => ({ path })),
  });
  if (result.non2xx + result.errors + result.timeouts > 0)
    throw new Error(`${paths[0]}: ${result.non2xx} answers failed`);
  const processor = (processorTime(worker) - before) / result.requests.total;
  return { perSecond: result.requests.average, processor };
}

/** By turns, the other one first each time; old and new. */
async function inTurn<T>(work: (which: 0 | 1) => Promise<T>, pass: number): Promise<readonly [T, T]> {
  if (pass % 2 === 0) {
    const old = await work(0);
    return [old, await work(1)];
  }
  const now = await work(1);
  return [await work(0), now];
}

const row = (what: string, pairs: readonly (readonly [number, number])[], unit: string): readonly string[] => [
  what,
  median(pairs.map(([old, now]) => now / old)).toFixed(2),
  `${rounded(median(pairs.map(([old]) => old)))} ${unit}`,
  `${rounded(median(pairs.map(([, now]) => now)))} ${unit}`,
];
const rounded = (value: number): string => (value < 20 ? value.toFixed(2) : Math.round(value).toString());
const of = <T>(pairs: readonly (readonly [T, T])[], what: (one: T) => number) =>
  pairs.map(([old, now]) => [what(old), what(now)] as const);

const rows: (readonly string[])[] = [];
try {
  const loads: (readonly [Rate, Rate])[] = [];
  for (let pass = 0; pass < loadPasses; pass++) {
    loads.push(
      await inTurn(async (which) => {
        const node = nodeOf(which, `load-${which}`);
        rmSync(node.folder, { recursive: true, force: true });
        // The server and the tables are made before.
        await command(node, 'db', 'migrate');
        const began = performance.now();
        const before = childrenTime();
        const { status, stderr } = await command(node, 'load', input, '--mode', 'insert');
        if (status !== 0) throw new Error(stderr);
        const perSecond = (records / (performance.now() - began)) * 1000;
        return { perSecond, processor: (childrenTime() - before) / records };
      }, pass),
    );
    console.error(`load ${pass + 1} of ${loadPasses}`);
  }
  rows.push(
    row(
      'load of MARCXML',
      of(loads, ({ perSecond }) => perSecond),
      'records/s',
    ),
  );
  rows.push(
    row(
      'processor of its process',
      of(loads, ({ processor }) => processor),
      'ms a record',
    ),
  );

  const serving = [await serveNode(nodeOf(0, 'load-0')), await serveNode(nodeOf(1, 'load-1'))] as const;
  try {
    for (const [kind, paths] of Object.entries(kinds)) {
      if (!kind.includes(values.only)) continue;
      for (const which of [0, 1] as const) await rate(serving[which], paths);
      const pairs: (readonly [Rate, Rate])[] = [];
      for (let pass = 0; pass < passes; pass++) {
        pairs.push(await inTurn((which) => rate(serving[which], paths), pass));
      }
      rows.push(
        row(
          kind,
          of(pairs, ({ perSecond }) => perSecond),
          'a second',
        ),
      );
      rows.push(
        row(
          'processor for that',
          of(pairs, ({ processor }) => processor),
          'ms',
        ),
      );
      console.error(kind);
    }
    const memory = (what: keyof ProcessMemory) => {
      const [old, now] = serving.map(({ pid }) => processMemory(webWorker(pid))[what] / 1e6);
      return [[old!, now!] as const];
    };
    rows.push(row('memory of the web worker', memory('resident'), 'MB'));
    rows.push(row('without pages of files', memory('anonymous'), 'MB'));
  } finally {
    for (const node of serving) await node.stop();
  }
  console.log(
    `This release beside an earlier one, ${records.toLocaleString('en')} records, one web worker each, ${connections} connections, medians of ${passes} pairs. ${machineLine()}`,
  );
  console.log(
    table([{ title: '', align: 'left' }, { title: 'part of before' }, { title: 'before' }, { title: 'now' }], rows),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
