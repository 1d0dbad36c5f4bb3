/**
 * This release beside an earlier one in the same run: loading, search pages, records and the API,
 * by turns, so that both meet the same machine.
 * `node bench/paired.ts --old FOLDER [--records 50000] [--passes 5]`; FOLDER is a checkout of the earlier release
 * with its dependencies. Prints the ratio first: 1.00 is as fast as before.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';
import { exportDemo } from '../src/demo/export.ts';
import { createDemoLibrary, defaultSeed } from '../src/demo/library.ts';
import { command, type ReleaseNode, type ServingNode, serveNode } from '../test/support/release-node.ts';
import { machineLine, median, table } from './lib/report.ts';

const { values } = parseArgs({
  options: {
    old: { type: 'string' },
    records: { type: 'string', default: '50000' },
    passes: { type: 'string', default: '5' },
  },
});
if (values.old === undefined) throw new Error('Name the checkout of the earlier release: --old FOLDER');
const records = Number(values.records);
const passes = Number(values.passes);
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

/** Answers a second. */
async function rate({ address }: ServingNode, paths: readonly string[]): Promise<number> {
  const result = await autocannon({
    url: address,
    connections,
    duration: seconds,
    requests: paths.map((path) => ({ path })),
  });
  if (result.non2xx + result.errors + result.timeouts > 0)
    throw new Error(`${paths[0]}: ${result.non2xx} answers failed`);
  return result.requests.average;
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
  `${Math.round(median(pairs.map(([old]) => old)))} ${unit}`,
  `${Math.round(median(pairs.map(([, now]) => now)))} ${unit}`,
];

const rows: (readonly string[])[] = [];
try {
  const loads: (readonly [number, number])[] = [];
  for (let pass = 0; pass < passes; pass++) {
    loads.push(
      await inTurn(async (which) => {
        const node = nodeOf(which, `load-${which}`);
        rmSync(node.folder, { recursive: true, force: true });
        // The server and the tables are made before.
        await command(node, 'db', 'migrate');
        const began = performance.now();
        const { status, stderr } = await command(node, 'load', input, '--mode', 'insert');
        if (status !== 0) throw new Error(stderr);
        return (records / (performance.now() - began)) * 1000;
      }, pass),
    );
    console.error(`load ${pass + 1} of ${passes}`);
  }
  rows.push(row('load of MARCXML', loads, 'records/s'));

  const serving = [await serveNode(nodeOf(0, 'load-0')), await serveNode(nodeOf(1, 'load-1'))] as const;
  try {
    for (const [kind, paths] of Object.entries(kinds)) {
      for (const which of [0, 1] as const) await rate(serving[which], paths);
      const pairs: (readonly [number, number])[] = [];
      for (let pass = 0; pass < passes; pass++) {
        pairs.push(await inTurn((which) => rate(serving[which], paths), pass));
      }
      rows.push(row(kind, pairs, 'a second'));
      console.error(kind);
    }
  } finally {
    for (const node of serving) await node.stop();
  }
  console.log(
    `This release beside an earlier one, ${records.toLocaleString('en')} records, one web worker each, ${connections} connections, medians of ${passes} pairs. ${machineLine()}`,
  );
  console.log(
    table([{ title: '', align: 'left' }, { title: 'times as fast' }, { title: 'before' }, { title: 'now' }], rows),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
