/**
 * What happens to a cluster under load: two balancers with a floating address, three web nodes,
 * three databases under Patroni, each a host of its own on this machine. `npm run bench:cluster --
 * [--runs 5] [--records 100000] [--only TEXT]... [--json]`
 */
import { parseArgs } from 'node:util';
import { webNodes } from '../test/cluster/config/plan.ts';
import { balancerScenarios } from '../test/cluster/scenarios/balancers.ts';
import { readersAim, runCrawlers } from '../test/cluster/scenarios/crawlers.ts';
import { databaseScenarios, runDatabaseScenario } from '../test/cluster/scenarios/databases.ts';
import { runScenario, type World } from '../test/cluster/scenarios/scenario.ts';
import { runThroughput } from '../test/cluster/scenarios/throughput.ts';
import { runUploads, uploadScenarios } from '../test/cluster/scenarios/uploads.ts';
import { joining, webScenarios } from '../test/cluster/scenarios/web.ts';
import { openWholeWorld } from '../test/cluster/scenarios/world.ts';
import { tiers } from '../test/cluster/tiers.ts';
import { machine, machineLine, median, milliseconds, table } from './lib/report.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    records: { type: 'string', default: '100000' },
    only: { type: 'string', multiple: true, default: [''] },
    json: { type: 'boolean', default: false },
  },
});
const runs = Number(values.runs);
const isWanted = (event: string): boolean => values.only.some((part) => event.includes(part));
const throughput = 'throughput';
const crawlers = 'crawlers on one node';

/** One line of the table, of all runs. */
interface Row {
  readonly event: string;
  /** Requests that failed, or acknowledged writes that were lost, in each run. */
  readonly failed: readonly number[];
  /** The longest gap of each run, in ms. */
  readonly gaps: readonly number[];
  readonly aim: string;
  readonly note: string;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/**
 * `told`: what is said of a run when it is over, so that a series which is cut off has not been for nothing.
 */
async function repeated<T>(event: string, work: () => Promise<T>, told: (result: T) => string): Promise<readonly T[]> {
  const results: T[] = [];
  for (let run = 1; run <= runs; run++) {
    const result = await work();
    results.push(result);
    process.stderr.write(`${event}: run ${run} of ${runs}, ${told(result)}\n`);
  }
  return results;
}

/** Each with its number: " (status 503: 2)". */
function reasonsOf(failed: readonly { readonly error: string }[]): string {
  const reasons = Object.entries(Object.groupBy(failed, ({ error }) => error));
  if (reasons.length === 0) return '';
  return ` (${reasons.map(([error, all]) => `${error}: ${all?.length}`).join(', ')})`;
}

const toldOf = (failed: number, gap: number): string => `${failed} failed, gap ${milliseconds(gap)} ms`;

async function webRows(world: World): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const possible = [...webScenarios, ...balancerScenarios].filter(
    ({ name, needsRoot }) => isWanted(name) && (needsRoot === undefined || world.cluster.isReallyRoot),
  );
  for (const scenario of possible) {
    const { name, aim } = scenario;
    const outcomes = await repeated(
      name,
      () => runScenario(world, scenario),
      ({ failed, gap }) => toldOf(failed.length, gap) + reasonsOf(failed),
    );
    const refused = median(outcomes.map((outcome) => outcome.refused.length));
    const took = median(outcomes.map((outcome) => outcome.took));
    const notes = [
      `slowest ${milliseconds(median(outcomes.map(({ slowest }) => slowest)))} ms`,
      ...(refused > 0 ? [`${refused} connections refused`] : []),
      ...(name === joining ? [`ready in ${seconds(took)}, aim 60 s`] : []),
    ];
    rows.push({
      event: name,
      failed: outcomes.map((outcome) => outcome.failed.length),
      gaps: outcomes.map(({ gap }) => gap),
      aim: `${aim.failed === 'none' ? '0' : 'in flight'}, ${seconds(aim.gap)}`,
      note: notes.join('; '),
    });
  }
  return rows;
}

async function databaseRows(world: World): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const scenario of databaseScenarios.filter(({ name }) => isWanted(name))) {
    const outcomes = await repeated(
      scenario.name,
      () => runDatabaseScenario(world, scenario),
      ({ writes }) => toldOf(writes.lost.length, writes.gap),
    );
    const failedSearches = median(outcomes.map(({ searches }) => searches.failed.length + searches.refused.length));
    const slowest = median(outcomes.map(({ searches }) => searches.slowest));
    rows.push({
      event: `${scenario.name}: writes`,
      failed: outcomes.map(({ writes }) => writes.lost.length),
      gaps: outcomes.map(({ writes }) => writes.gap),
      aim: `0 lost, ${seconds(scenario.gap)}`,
      note: `searches: ${failedSearches} failed, slowest ${milliseconds(slowest)} ms`,
    });
  }
  return rows;
}

async function uploadRows(world: World): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const scenario of uploadScenarios) {
    const event = `POST with an Idempotency-Key: ${scenario.name}`;
    if (!isWanted(event)) continue;
    const outcomes = await repeated(
      event,
      () => runUploads(world, scenario),
      ({ failed, gap }) => toldOf(failed.length, gap),
    );
    const requests = outcomes.reduce((sum, each) => sum + each.requests, 0);
    const wrong = outcomes.reduce((sum, each) => sum + each.lost + each.repeated + each.unanswered, 0);
    rows.push({
      event,
      failed: outcomes.map(({ failed }) => failed.length),
      gaps: outcomes.map(({ gap }) => gap),
      aim: '0, applied once',
      note: `${requests - wrong} of ${requests} applied once`,
    });
  }
  return rows;
}

async function crawlerRow(world: World): Promise<Row> {
  const outcomes = await repeated(
    crawlers,
    () => runCrawlers(world),
    ({ reader }) => toldOf(reader.failed.length, reader.p99),
  );
  const rate = median(outcomes.map(({ crawler }) => crawler.requests / crawler.seconds));
  const told = median(outcomes.map(({ crawler }) => (crawler.statuses['429'] ?? 0) / crawler.requests));
  return {
    event: crawlers,
    failed: outcomes.map(({ reader }) => reader.failed.length),
    gaps: outcomes.map(({ reader }) => reader.p99),
    aim: `0, readers' p99 ${readersAim} ms`,
    note: `${rate.toFixed(0)} requests/s, ${(told * 100).toFixed(0)} % told to slow down; the gap is readers' p99`,
  };
}

async function throughputRows(world: World): Promise<readonly (readonly string[])[]> {
  const rows: (readonly string[])[] = [];
  for (let nodes = 1; nodes <= webNodes.length; nodes++) {
    const found = await repeated(
      `${throughput} of ${nodes}`,
      () => runThroughput(world, nodes),
      ({ rate }) => `${rate.toFixed(0)} requests/s`,
    );
    const middle = (of: 'rate' | 'p50' | 'p99'): number => median(found.map((each) => each[of]));
    rows.push([String(nodes), middle('rate').toFixed(0), milliseconds(middle('p50')), milliseconds(middle('p99'))]);
  }
  return rows;
}

/** The median, and the worst where that is another. */
function failures(counts: readonly number[]): string {
  const [middle, worst] = [median(counts), Math.max(...counts)];
  return middle === worst ? String(middle) : `${middle} (worst ${worst})`;
}

const problem = tiers.failover.problem();
if (problem !== undefined) throw new Error(`this machine can have no such cluster: ${problem}`);
const begun = performance.now();
const world = await openWholeWorld({ records: Number(values.records) });
try {
  process.stderr.write(`cluster with ${values.records} records after ${seconds(performance.now() - begun)}\n`);
  const rows = [...(await webRows(world)), ...(await uploadRows(world)), ...(await databaseRows(world))];
  if (isWanted(crawlers)) rows.push(await crawlerRow(world));
  const rates = isWanted(throughput) ? await throughputRows(world) : [];
  if (values.json)
    console.log(JSON.stringify({ machine: machine(), runs, records: Number(values.records), rows, rates }));
  else {
    console.log(`${machineLine()}\n${values.records} records, median of ${runs} runs, all hosts on this machine\n`);
    const columns = [
      { title: 'event under load', align: 'left' },
      { title: 'failed' },
      { title: 'longest gap' },
      { title: 'aim' },
      { title: '', align: 'left' },
    ] as const;
    const lines = rows.map(({ event, failed, gaps, aim, note }) => {
      return [event, failures(failed), `${milliseconds(median(gaps))} ms`, aim, note];
    });
    console.log(table(columns, lines));
    const titles = ['web nodes', 'requests/s', 'p50 ms', 'p99 ms'].map((title) => ({ title }));
    if (rates.length > 0) console.log(`\n${table(titles, rates)}`);
  }
} finally {
  await world.close();
}
