/**
 * From the commit of a record until it is found, on its node and on a second one. `node
 * bench/fresh.ts --records 10000`
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import { createDemoLibrary } from '../src/demo/library.ts';
import { dataField, type Field } from '../src/marc/record.ts';
import { writeRecords } from '../src/records/write.ts';
import { analyzerOf } from '../src/search/search.ts';
import { wallClock, whenFound } from './lib/found.ts';
import { openLoaded } from './lib/loaded.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { environmentOf } from './lib/reperio.ts';
import { machine, machineLine, median, milliseconds, quantile, ratio, table } from './lib/report.ts';

const rounds = 60;
const warmUps = 10;

const options = benchOptions({ records: 10_000 });
await runBench(options, async () => {
  const loaded = await openLoaded(options);
  const { library } = loaded;
  const second = await startSecondNode(library.url);
  try {
    const times = { write: [] as number[], here: [] as number[], there: [] as number[], peer: [] as number[] };
    const analyzer = analyzerOf(library.snapshot().site);
    const demo = createDemoLibrary(4711);
    for (let round = -warmUps; round < rounds; round++) {
      const word = `fresh${Date.now().toString(36)}x${round + warmUps}`;
      const { leader, fields } = demo.record(round + warmUps + 1);
      // Without the identifiers that an earlier run may have left in the library, and public.
      const own = fields.filter(({ tag }) => !['024', '035', '970', '980'].includes(tag));
      const more = [plainField('500', word), plainField('980', 'ARTICLE')];
      const record = { leader, fields: [...own, ...more] };
      const begun = wallClock();
      await writeRecords(library.database, analyzer, [{ record, mode: 'insert', reason: 'benchmark' }]);
      const committed = wallClock();
      const answer = once(second, 'message') as Promise<[{ readonly at: number }]>;
      second.send(word);
      await whenFound(library, word);
      const here = wallClock();
      const [{ at }] = await answer;
      const peer = options.peer ? await insertIntoPeer(word) : Number.NaN;
      if (round < 0) continue;
      times.write.push(committed - begun);
      times.here.push(here - committed);
      times.there.push(at - committed);
      times.peer.push(peer);
    }
    report(times);
  } finally {
    second.disconnect();
    await loaded.close();
  }

  /** The whole time of an INSERT with its vector: PostgreSQL finds at commit. */
  async function insertIntoPeer(word: string): Promise<number> {
    const started = performance.now();
    await library.database.query(sql`
      INSERT INTO bench_peer.record (id, created, year, body)
      SELECT max(id) + 1, 0, 2026, to_tsvector('bench_peer.words', ${word}) FROM bench_peer.record`);
    return performance.now() - started;
  }
});

function plainField(tag: string, value: string): Field {
  return dataField(tag, ' ', ' ', [{ code: 'a', value }]);
}

async function startSecondNode(url: string): Promise<ChildProcess> {
  const child = fork(new URL('lib/second-node.ts', import.meta.url), {
    env: { ...environmentOf(join(options.data, 'second-node')), DATABASE_URL: url },
  });
  await once(child, 'message');
  return child;
}

function report(times: Readonly<Record<'write' | 'here' | 'there' | 'peer', readonly number[]>>): void {
  if (options.json) {
    const rows = Object.entries(times).map(([name, all]) => [name, { median: median(all), p95: quantile(all, 0.95) }]);
    console.log(JSON.stringify({ benchmark: 'fresh', rounds, machine: machine(), ...Object.fromEntries(rows) }));
    return;
  }
  const row = (name: string, all: readonly number[], compared = ''): readonly string[] => [
    name,
    compared,
    milliseconds(median(all)),
    milliseconds(quantile(all, 0.95)),
    milliseconds(Math.max(...all)),
  ];
  console.log(`One record at a time, ${rounds} times, milliseconds. ${machineLine()}`);
  console.log(
    table(
      [{ title: '', align: 'left' }, { title: 'ratio' }, { title: 'median' }, { title: 'p95' }, { title: 'slowest' }],
      [
        row('write and commit', times.write, ratio(median(times.write), median(times.peer))),
        row('commit to found, same node', times.here),
        row('commit to found, second node', times.there),
        row('PostgreSQL: insert with vector, found at commit', times.peer),
      ],
    ),
  );
}
