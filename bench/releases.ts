/**
 * Two releases whose analysis differs beside each other on one library, under readers and loads:
 * rolled out, taken, and taken back.
 * `node bench/releases.ts --minutes 10 --records 20000 [--old FOLDER]`; FOLDER is a checkout of an earlier release,
 * otherwise this one is the old one, and a copy of it with another
 * analysis the new one. Prints failed requests, answers from a mixed index, how often the index was made anew, and
 * how long readers waited.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import sql from 'sql-template-tag';
import { exportDemo } from '../src/demo/export.ts';
import { createDemoLibrary, defaultSeed } from '../src/demo/library.ts';
import { openTestDatabase } from '../test/support/database.ts';
import { makeNextRelease, nextWord } from '../test/support/next-release.ts';
import { command, type ReleaseNode, type ServingNode, serveNode } from '../test/support/release-node.ts';
import { machineLine, table } from './lib/report.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    records: { type: 'string', default: '20000' },
    old: { type: 'string' },
  },
});
const total = Number(values.records);
/** Milliseconds of each of the four parts. */
const part = (Number(values.minutes) * 60_000) / 4;
/** Readers that ask one question after the other. */
const readers = 6;

const folder = mkdtempSync(join(tmpdir(), 'reperio-releases-'));
const store = await openTestDatabase({ migrated: false });
const here = join(import.meta.dirname, '..');
const oldMain = join(values.old ?? here, 'src/cli/main.ts');
const newMain = values.old === undefined ? makeNextRelease(join(folder, 'next')) : join(here, 'src/cli/main.ts');

function nodeOf(name: string, main: string): ReleaseNode {
  return { name, main, folder: join(folder, name), databaseUrl: store.url };
}

function recordsFile(name: string, from: number, count: number): string {
  const path = join(folder, name);
  const options = { library: createDemoLibrary(defaultSeed), format: 'marcxml', from, count } as const;
  writeFileSync(path, [...exportDemo({ ...options, onShortened: () => undefined })].join(''));
  return path;
}

const seen = { asked: 0, failed: 0, mixed: 0, times: [] as number[], reasons: new Map<string, number>() };
const rotation = new Set<ServingNode>();
const lines: string[] = [];
const ending = new AbortController();

function fail(reason: string): void {
  seen.failed++;
  seen.reasons.set(reason, (seen.reasons.get(reason) ?? 0) + 1);
}

async function read(): Promise<void> {
  for (let turn = 0; !ending.signal.aborted; turn++) {
    const nodes = [...rotation];
    const node = nodes[turn % Math.max(1, nodes.length)];
    if (node === undefined) {
      await sleep(20);
      continue;
    }
    const isCount = turn % 3 === 0;
    const path = isCount
      ? `/api/search?size=1&p=title:${nextWord}`
      : turn % 3 === 1
        ? '/search?p=measurement'
        : `/record/${1 + ((turn * 37) % total)}`;
    const began = performance.now();
    try {
      const answer = await fetch(node.address + path);
      const body = await answer.text();
      seen.asked++;
      seen.times.push(performance.now() - began);
      if (answer.status !== 200) fail(`${answer.status} ${path.split('?')[0]}`);
      else if (isCount) {
        const { total: found } = JSON.parse(body) as { total: number };
        if (found !== 0 && found !== total) seen.mixed++;
      }
    } catch (error) {
      fail(String((error as Error).cause ?? error));
    }
  }
}

async function begin(node: ReleaseNode): Promise<ServingNode> {
  const serving = await serveNode(node);
  rotation.add(serving);
  return serving;
}

/** As a balancer does: nothing new first, then it ends. */
async function end(serving: ServingNode): Promise<void> {
  rotation.delete(serving);
  await sleep(2_000);
  await serving.stop();
  lines.push(...serving.lines);
}

const loads = { done: 0, refused: 0 };

/** Replaces records, so that there are always as many. */
async function write(nodes: () => readonly ReleaseNode[]): Promise<void> {
  for (let turn = 0; !ending.signal.aborted; turn++) {
    const all = nodes();
    const node = all[turn % all.length]!;
    const file = recordsFile('change.xml', 1 + ((turn * 50) % (total - 50)), 20);
    const { status } = await command(node, 'load', file, '--mode', 'replace', '--restart');
    if (status === 0) loads.done++;
    else loads.refused++;
    await sleep(2_000);
  }
}

async function manifest(): Promise<{ version: number; analysis: number | null }> {
  const [row] = await store.database.query<{ version: number; analysis: number | null }>(
    sql`SELECT version, (to_jsonb(manifest) ->> 'analysis')::integer AS analysis FROM manifest`,
  );
  return row!;
}

const log = (text: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

try {
  const old1 = nodeOf('node1', oldMain);
  const old2 = nodeOf('node2', oldMain);
  const new1 = nodeOf('node1', newMain);
  const new2 = nodeOf('node2', newMain);
  log(`loading ${total} records`);
  await command(old1, 'load', recordsFile('all.xml', 1, total), '--mode', 'insert');
  let writers: readonly ReleaseNode[] = [old1];
  let first = await begin(old1);
  let second = await begin(old2);
  const background = [...Array.from({ length: readers }, read), write(() => writers)];
  const before = await manifest();

  log('one node has the new release');
  await end(second);
  second = await begin(new2);
  writers = [old1, new2];
  await sleep(part);
  const mixed = await manifest();

  log('both have it: it is taken');
  await end(first);
  writers = [new1, new2];
  first = await begin(new1);
  await sleep(part);
  const taken = await manifest();

  log('taken back, and one node has the old release again');
  const down = await command(new1, 'index', 'downgrade');
  if (down.status !== 0) log(down.stderr);
  await end(second);
  writers = [new1, old2];
  second = await begin(old2);
  await sleep(part);
  const back = await manifest();

  log('both have the old release');
  await end(first);
  writers = [old1, old2];
  first = await begin(old1);
  await sleep(part);
  const last = await manifest();
  ending.abort();
  await Promise.all(background);
  await end(first);
  await end(second);

  const times = seen.times.sort((a, b) => a - b);
  const at = (share: number): string => `${(times[Math.floor(times.length * share)] ?? 0).toFixed(0)} ms`;
  const rebuilds = lines.filter(
    (line) => /making the index anew|rebuilding the index/i.test(line) && !/of \d+ records/.test(line),
  ).length;
  console.log(`Two releases on ${total.toLocaleString('en')} records, ${values.minutes} min. ${machineLine()}`);
  console.log(
    table(
      [{ title: '', align: 'left' }, { title: '' }],
      [
        [
          'analysis: before, one new node, both, downgraded, both old',
          [before, mixed, taken, back, last].map(({ analysis }) => analysis ?? 2).join(', '),
        ],
        ['requests', seen.asked.toLocaleString('en')],
        ['failed', `${seen.failed} ${[...seen.reasons].map(([reason, count]) => `${count}x ${reason}`).join('; ')}`],
        ['answers from a mixed index', String(seen.mixed)],
        ['made anew by nodes (and once by command)', String(rebuilds)],
        ['publications in all', String(last.version - before.version)],
        ['loads done, refused', `${loads.done}, ${loads.refused}`],
        ['readers waited, median, p99', `${at(0.5)}, ${at(0.99)}`],
      ],
    ),
  );
} finally {
  ending.abort();
  for (const node of rotation) await node.stop().catch(() => undefined);
  await store.release();
  rmSync(folder, { recursive: true, force: true });
}
