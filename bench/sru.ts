/**
 * SRU beside the product's own export of the same hits: a search, and a page of records.
 * `node bench/sru.ts --records 100000`
 */
import { openLoaded } from './lib/loaded.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { machine, machineLine, median, milliseconds, quantile, ratio, table } from './lib/report.ts';
import { startServer } from './lib/server.ts';

interface Case {
  readonly name: string;
  readonly cql: string;
  readonly text: string;
  readonly size: number;
}

const cases: readonly Case[] = [
  { name: 'one word, 10 records', cql: 'dc.title = higgs', text: 'title:higgs', size: 10 },
  { name: 'two words, 10 records', cql: 'dc.title all "higgs boson"', text: 'title:higgs title:boson', size: 10 },
  { name: 'a phrase, 10 records', cql: '"dark matter"', text: '"dark matter"', size: 10 },
  { name: 'a name, 10 records', cql: 'dc.creator = "Ellis, J"', text: 'author:"Ellis, J"', size: 10 },
  { name: 'years, 10 records', cql: 'dc.date within "1990 1999"', text: 'year:1990->1999', size: 10 },
  { name: 'a beginning, 10 records', cql: 'dc.title = neutr*', text: 'title:neutr*', size: 10 },
  { name: 'all, 200 records', cql: 'cql.allRecords = 1', text: '', size: 200 },
];
const passes = 40;

const options = { ...benchOptions({ records: 20_000 }), peer: false };
await runBench(options, async () => {
  const loaded = await openLoaded(options);
  try {
    const { records } = loaded.library.snapshot();
    const server = await startServer(options.data, {
      REPERIO_WEB_WORKERS: '1',
      REPERIO_EXPORT_RATE: '0',
      REPERIO_PAGE_RATE: '0',
    });
    try {
      const rows = [];
      for (const one of cases) rows.push({ name: one.name, ...(await compare(server.address, one)) });
      console.log(`${records.toLocaleString('en')} records, milliseconds: median (p95). ${machineLine()}`);
      console.log(
        table(
          [
            { title: 'query', align: 'left' },
            { title: 'ratio' },
            { title: '/sru' },
            { title: '/search?of=xm' },
            { title: 'hits' },
          ],
          rows.map(({ name, sru, own, hits }) => [
            name,
            ratio(median(sru), median(own)),
            `${milliseconds(median(sru))} (${milliseconds(quantile(sru, 0.95))})`,
            `${milliseconds(median(own))} (${milliseconds(quantile(own, 0.95))})`,
            hits.toLocaleString('en'),
          ]),
        ),
      );
      if (options.json) console.log(JSON.stringify({ machine: machine(), records, rows }));
    } finally {
      await server.stop();
    }
  } finally {
    await loaded.close();
  }
});

/** Alternately, so that both meet the same machine. Throws when they do not find the same. */
async function compare(address: string, { cql, text, size }: Case) {
  const sruUrl = `${address}/sru?${new URLSearchParams({ query: cql, maximumRecords: String(size) })}`;
  const ownUrl = `${address}/search?${new URLSearchParams({ p: text, of: 'xm', rg: String(size) })}`;
  const sru: number[] = [];
  const own: number[] = [];
  let hits = 0;
  for (let pass = -5; pass < passes; pass++) {
    const one = await timed(sruUrl);
    const other = await timed(ownUrl);
    hits = Number(/<numberOfRecords>(\d+)</.exec(one.body)?.[1]);
    const found = Number(/Total-Number-Of-Results: (\d+)/.exec(other.body)?.[1]);
    if (hits !== found) throw new Error(`${cql} finds ${hits} records, and ${text} ${found}`);
    if (pass < 0) continue;
    sru.push(one.time);
    own.push(other.time);
  }
  return { sru, own, hits };
}

async function timed(url: string): Promise<{ readonly body: string; readonly time: number }> {
  const began = performance.now();
  const answer = await fetch(url);
  const body = await answer.text();
  if (answer.status !== 200) throw new Error(`${url} answers ${answer.status}: ${body.slice(0, 200)}`);
  return { body, time: performance.now() - began };
}
