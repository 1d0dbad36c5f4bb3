/**
 * Whole search pages over the published mix of 1,000 queries, from `reperio serve`. `node
 * bench/pages.ts --records 100000`
 */
import { once } from 'node:events';
import { Agent, get, type IncomingHttpHeaders } from 'node:http';
import { raw } from 'sql-template-tag';
import { connect, type Queryable } from '../src/store/database.ts';
import { sqlPage } from './lib/kinds.ts';
import { openLoaded } from './lib/loaded.ts';
import { processMemory } from './lib/memory.ts';
import { type MixedQuery, type QueryClass, queryMix } from './lib/mix.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { settingsOf } from './lib/reperio.ts';
import { machine, machineLine, median, megabytes, milliseconds, quantile, ratio, table } from './lib/report.ts';
import { startServer, webWorker } from './lib/server.ts';

interface Page {
  readonly class: QueryClass;
  /** Milliseconds in the server, of them in the engine, and SQL statements: from Server-Timing. */
  readonly server: number;
  readonly search: number;
  readonly statements: number;
  readonly bytes: number;
  /**
   * Milliseconds that PostgreSQL takes for the counts, hits and facets of the same page; only some
   * are asked.
   */
  readonly peer: number | undefined;
}

const peerEvery = 10;
const warmUpSeed = 7;
const warmUps = 300;

const agent = new Agent({ keepAlive: true, maxSockets: 1 });
const options = benchOptions({ records: 100_000 });
await runBench(options, async () => {
  const loaded = await openLoaded(options);
  try {
    const snapshot = loaded.library.snapshot();
    const mix = queryMix(snapshot);
    const warmUp = queryMix(snapshot, warmUpSeed).slice(0, warmUps);
    const database = connect(loaded.library.url, { ...settingsOf(options.data), poolSize: 1, statementTimeout: 0 });
    const server = await startServer(options.data, { REPERIO_WEB_WORKERS: '1' });
    try {
      for (const query of warmUp) await fetchPage(server.address, query);
      const pages: Page[] = [];
      for (const [number, query] of mix.entries()) {
        const page = await fetchPage(server.address, query);
        const peer = options.peer && number % peerEvery === 0 ? await askPeer(database, query) : undefined;
        pages.push({ ...page, peer });
      }
      report(snapshot.records, pages, processMemory(webWorker(server.pid)));
    } finally {
      await server.stop();
      await database.close();
    }
  } finally {
    await loaded.close();
  }
});

async function fetchPage(address: string, query: MixedQuery): Promise<Omit<Page, 'peer'>> {
  const url = new URL('/search', address);
  url.searchParams.set('p', query.text);
  url.searchParams.set('rg', '25');
  const { status, headers, bytes } = await fetchWhole(url);
  if (status !== 200) throw new Error(`${url} was answered with ${status}`);
  const timing = String(headers['server-timing'] ?? '');
  const duration = (name: string): number => Number(new RegExp(`${name};dur=([\\d.]+)`).exec(timing)?.[1]);
  const statements = Number(/sql;[^,]*desc="(\d+)"/.exec(timing)?.[1]);
  return { class: query.class, server: duration('total'), search: duration('search'), statements, bytes };
}

async function fetchWhole(
  url: URL,
): Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders; readonly bytes: number }> {
  const request = get(url, { agent });
  const [response] = (await once(request, 'response')) as [import('node:http').IncomingMessage];
  let bytes = 0;
  for await (const chunk of response) bytes += (chunk as Buffer).length;
  return { status: response.statusCode ?? 0, headers: response.headers, bytes };
}

async function askPeer(database: Queryable, query: MixedQuery): Promise<number> {
  const started = performance.now();
  await database.query(raw(sqlPage(query.text.split(' ').join(' & '))));
  return performance.now() - started;
}

function report(records: number, pages: readonly Page[], memory: ReturnType<typeof processMemory>): void {
  const classes = ['all', 'rare', 'two words', 'common'] as const;
  const rows = classes.map((name) => {
    const of = pages.filter((page) => name === 'all' || page.class === name);
    const server = of.map((page) => page.server);
    const peer = of.flatMap((page) => (page.peer === undefined ? [] : [page.peer]));
    return {
      name,
      pages: of.length,
      median: median(server),
      p95: quantile(server, 0.95),
      p99: quantile(server, 0.99),
      slowest: Math.max(...server),
      search: median(of.map((page) => page.search)),
      statements: Math.max(...of.map((page) => page.statements)),
      bytes: median(of.map((page) => page.bytes)),
      peer: median(peer),
    };
  });
  if (options.json) {
    console.log(JSON.stringify({ benchmark: 'pages', records, machine: machine(), memory, rows }));
    return;
  }
  console.log(
    `Search pages with 25 hits and facets, ${records.toLocaleString('en')} records, server time in ms. ${machineLine()}`,
  );
  console.log(
    table(
      [
        { title: 'queries', align: 'left' },
        { title: 'pages' },
        { title: 'ratio' },
        { title: 'median' },
        { title: 'p95' },
        { title: 'p99' },
        { title: 'slowest' },
        { title: 'engine' },
        { title: 'most SQL' },
        { title: 'size' },
        { title: 'PostgreSQL' },
      ],
      rows.map((row) => [
        row.name,
        `${row.pages}`,
        ratio(row.median, row.peer),
        milliseconds(row.median),
        milliseconds(row.p95),
        milliseconds(row.p99),
        milliseconds(row.slowest),
        milliseconds(row.search),
        `${row.statements}`,
        `${(row.bytes / 1000).toFixed(0)} kB`,
        milliseconds(row.peer),
      ]),
    ),
  );
  console.log(
    `The web worker has ${megabytes(memory.resident)} resident, ${megabytes(memory.anonymous)} of it without the page cache it shares. ` +
      'PostgreSQL: count, hits and three facets of every tenth page by its full text search, without making a page.',
  );
}
