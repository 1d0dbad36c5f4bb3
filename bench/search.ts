/**
 * Search latency beside PostgreSQL full text, query by query. `node bench/search.ts --records
 * 100000`
 */
import { raw } from 'sql-template-tag';
import { connect, type Queryable } from '../src/store/database.ts';
import { arrange, arrangedFolder } from './lib/arrange.ts';
import { type Kind, kindsOf, type Variant } from './lib/kinds.ts';
import { openLoaded } from './lib/loaded.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { settingsOf } from './lib/reperio.ts';
import { machine, machineLine, median, milliseconds, quantile, ratio, table } from './lib/report.ts';

interface Measured {
  readonly name: string;
  /** What the first variant found. */
  readonly hits: number;
  readonly ours: readonly number[];
  readonly peer: readonly number[];
  /** How many variants found the same on both sides, of those that should. */
  readonly agreed: number;
  readonly compared: number;
}

/**
 * Milliseconds for the peer's answers of one kind, after its first two rounds: a scan of a million
 * vectors takes seconds.
 */
const peerBudget = 60_000;

const options = benchOptions({ records: 100_000, passes: 5 });
await runBench(options, async () => {
  const loaded = await openLoaded(options);
  try {
    const snapshot = arrange(loaded.library.snapshot(), arrangedFolder(options.data));
    const settings = { ...settingsOf(options.data), poolSize: 1, statementTimeout: 0 };
    const database = connect(loaded.library.url, settings);
    const kinds = kindsOf(snapshot);
    const results: Measured[] = [];
    for (const kind of kinds) results.push(await measure(kind, database));
    await database.close();
    const segments = snapshot.segments.length;
    if (options.json) {
      const rows = results.map(({ ours, peer, ...rest }) => ({ ...rest, ours: summary(ours), peer: summary(peer) }));
      console.log(
        JSON.stringify({ benchmark: 'search', records: snapshot.records, segments, machine: machine(), rows }),
      );
    } else print(snapshot.records, segments, results);
  } finally {
    await loaded.close();
  }
});

/** Every variant on both sides in turn, once to warm up and then in `passes` rounds. */
async function measure(kind: Kind, database: Queryable): Promise<Measured> {
  const ours: number[] = [];
  const peer: number[] = [];
  let agreed = 0;
  let peerSpent = 0;
  for (let pass = -1; pass < options.passes; pass++) {
    for (const variant of kind.variants) {
      const ourRun = await timed(async () => variant.ours());
      const asksPeer = options.peer && variant.peer !== undefined && (pass < 1 || peerSpent < peerBudget);
      const peerRun = asksPeer ? await timed(() => ask(database, variant)) : undefined;
      peerSpent += peerRun?.time ?? 0;
      if (pass < 0) {
        if (peerRun !== undefined && variant.isComparable && peerRun.value === ourRun.value) agreed++;
        continue;
      }
      ours.push(ourRun.time);
      if (peerRun !== undefined) peer.push(peerRun.time);
    }
  }
  const compared = options.peer ? kind.variants.filter((variant) => variant.isComparable).length : 0;
  return { name: kind.name, hits: kind.variants[0]?.ours() ?? 0, ours, peer, agreed, compared };
}

async function ask(database: Queryable, variant: Variant): Promise<number> {
  const [row] = await database.query<{ n: number }>(raw(variant.peer!));
  return row!.n;
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly time: number }> {
  const started = performance.now();
  const value = await work();
  return { value, time: performance.now() - started };
}

function summary(times: readonly number[]): { readonly median: number; readonly p95: number } | null {
  return times.length === 0 ? null : { median: median(times), p95: quantile(times, 0.95) };
}

function print(records: number, segments: number, results: readonly Measured[]): void {
  const cell = (times: readonly number[]): string =>
    times.length === 0 ? 'not available' : `${milliseconds(median(times))} (${milliseconds(quantile(times, 0.95))})`;
  console.log(
    `${records.toLocaleString('en')} records in ${segments} segments, milliseconds: median (p95). ${machineLine()}`,
  );
  console.log(
    table(
      [
        { title: 'query', align: 'left' },
        { title: 'ratio' },
        { title: 'Reperio' },
        { title: 'PostgreSQL full text' },
        { title: 'hits' },
        { title: 'same count' },
      ],
      results.map(({ name, ours, peer, hits, agreed, compared }) => [
        name,
        ratio(median(ours), median(peer)),
        cell(ours),
        cell(peer),
        hits.toLocaleString('en'),
        compared === 0 ? '' : `${agreed}/${compared}`,
      ]),
    ),
  );
}
