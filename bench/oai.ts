/**
 * OAI-PMH: giving a library its dates, a whole harvest to its last page, touching all.
 * `node bench/oai.ts --records 100000`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import sql from 'sql-template-tag';
import { openableRecords } from '../src/access/visible.ts';
import { askToTouch, readSets } from '../src/exchange/oai/store.ts';
import { touchSet } from '../src/exchange/oai/touch.ts';
import { guest } from '../src/people/person.ts';
import type { Database } from '../src/store/database.ts';
import { demoSite, openLoaded } from './lib/loaded.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { reperio } from './lib/reperio.ts';
import { machine, machineLine, milliseconds, quantile, table } from './lib/report.ts';
import { startServer, webWorker } from './lib/server.ts';

/** What others publish of theirs, in records a second. */
const published = { 'HathiTrust, OAI-PMH': 300, 'Zenodo, OAI-PMH: 50 records, 30 requests a minute': 25 } as const;

/** Of the system's clock. */
const ticksPerSecond = 100;

interface Harvest {
  readonly prefix: string;
  readonly records: number;
  readonly seconds: number;
  /** Of each page, in ms. */
  readonly pages: readonly number[];
  /** Records a second of the last tenth of the pages. */
  readonly deep: number;
  /** Seconds of a processor that the process needed that answers. */
  readonly cpu: number;
}

const options = { ...benchOptions({ records: 20_000 }), peer: false };
await runBench(options, async () => {
  const loaded = await openLoaded(options);
  try {
    const { database } = loaded.library;
    const { records, site } = loaded.library.snapshot();
    if (site.oai === undefined) {
      const file = join(options.data, 'bench-oai.yaml');
      const sets = `[{spec: "kind:articles", name: Articles, query: '980__a:"ARTICLE"'}]`;
      writeFileSync(file, `${readFileSync(demoSite, 'utf8')}\noai: {repository: bench.example, sets: ${sets}}\n`);
      await reperio(options.data, ['site', 'apply', file]);
    }
    await database.query(sql`TRUNCATE oai_entry`);
    await database.query(sql`UPDATE oai_set SET records = 0, entries = 0, touching = NULL`);
    const server = await startServer(options.data, { REPERIO_WEB_WORKERS: '1', REPERIO_EXPORT_RATE: '0' });
    try {
      const open = openableRecords(guest, loaded.library.snapshot()).reduce((sum, bits) => sum + bits.size, 0);
      const stamped = await dated(database, open);
      const harvests: Harvest[] = [];
      // Of a million records one format shows it: three take half an hour.
      for (const prefix of options.records > 200_000 ? ['oai_dc'] : ['oai_dc', 'marcxml', 'mods'])
        harvests.push(await harvest(`${server.address}/oai2d`, prefix, webWorker(server.pid)));
      const touched = performance.now();
      await askToTouch(database, '');
      await touchSet(database, 0);
      const touch = (performance.now() - touched) / 1000;
      const [size] = await database.query<{ bytes: number; entries: number }>(sql`
        SELECT pg_total_relation_size('oai_entry')::float8 AS bytes, count(*)::float8 AS entries FROM oai_entry`);
      report({ records, stamped, harvests, touch, entry: stamped.bytes, entries: size!.entries });
    } finally {
      await server.stop();
    }
  } finally {
    await loaded.close();
  }
});

/** Until every record has a date: seconds since the first had one, and bytes of an entry. */
async function dated(database: Database, records: number) {
  let began = 0;
  let before = 0;
  for (;;) {
    const done = (await readSets(database))[0]!.records;
    if (done > 0 && began === 0) [began, before] = [performance.now(), done];
    if (done >= records) {
      const seconds = (performance.now() - began) / 1000;
      const [size] = await database.query<{ bytes: number }>(sql`
        SELECT pg_total_relation_size('oai_entry')::float8 / count(*) AS bytes FROM oai_entry`);
      return { seconds, rate: (done - before) / seconds, bytes: size!.bytes };
    }
    await sleep(20);
  }
}

function processorTime(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

async function harvest(base: string, prefix: string, worker: number): Promise<Harvest> {
  const before = processorTime(worker);
  const pages: number[] = [];
  const counts: number[] = [];
  let query = `verb=ListRecords&metadataPrefix=${prefix}`;
  const began = performance.now();
  for (;;) {
    const asked = performance.now();
    const body = await (await fetch(`${base}?${query}`)).text();
    pages.push(performance.now() - asked);
    counts.push(body.split('<record>\n').length - 1 || body.split('<header').length - 1);
    const token = /<resumptionToken[^>]*>([^<]+)</.exec(body)?.[1];
    if (token === undefined) break;
    query = `verb=ListRecords&resumptionToken=${token}`;
  }
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  const tenth = Math.max(1, Math.ceil(pages.length / 10));
  const deep = sum(counts.slice(-tenth)) / (sum(pages.slice(-tenth)) / 1000);
  return {
    prefix,
    records: sum(counts),
    seconds: (performance.now() - began) / 1000,
    pages,
    deep,
    cpu: processorTime(worker) - before,
  };
}

function report(found: {
  readonly records: number;
  readonly stamped: { readonly seconds: number; readonly rate: number };
  readonly harvests: readonly Harvest[];
  readonly touch: number;
  readonly entry: number;
  readonly entries: number;
}): void {
  if (options.json) {
    console.log(JSON.stringify({ machine: machine(), ...found, published }));
    return;
  }
  const { records, stamped, harvests, touch, entry, entries } = found;
  console.log(machineLine());
  console.log(`${records} records, ${entries} entries of ${Math.round(entry)} bytes`);
  console.log(`dates: ${Math.round(stamped.rate)} records/s; touch of all: ${touch.toFixed(1)} s\n`);
  const rows = harvests.map(({ prefix, records: all, seconds, pages, deep, cpu }) => [
    ...[prefix, String(all), String(pages.length), String(Math.round(all / seconds)), String(Math.round(deep))],
    ...[milliseconds(quantile(pages, 0.5)), milliseconds(quantile(pages, 0.99)), String(Math.round(all / cpu))],
  ]);
  const columns = ['records', 'pages', 'records/s', 'last tenth', 'page ms', 'p99 ms', 'records/s of CPU'].map(
    (title) => ({ title }),
  );
  console.log(table([{ title: 'format', align: 'left' }, ...columns], rows));
  for (const [name, rate] of Object.entries(published)) console.log(`published: ${name}: ${rate} records/s`);
}
