/**
 * Load and index rate, memory and disk, beside PostgreSQL's own full text search, and beside Zebra,
 * with which Koha searches. `node bench/load.ts --records 1000000`
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import sql from 'sql-template-tag';
import { currentSite } from '../src/site/versions.ts';
import type { Database } from '../src/store/database.ts';
import { prepareCorpus } from './lib/corpus.ts';
import { demoSite } from './lib/loaded.ts';
import { childrenTime, familyTime } from './lib/memory.ts';
import { benchOptions, runBench } from './lib/options.ts';
import { buildPeer, peerBytes } from './lib/peer.ts';
import { folderBytes, holdServer, reperio } from './lib/reperio.ts';
import { machine, machineLine, megabytes, ratio, table } from './lib/report.ts';
import { buildZebra, type ZebraBuild } from './lib/zebra.ts';

const options = benchOptions({ records: 100_000 });
await runBench(options, async () => {
  const corpus = await prepareCorpus(options);
  const store = await holdServer(options.data);
  try {
    if (options.file === undefined) await reperio(options.data, ['site', 'apply', demoSite]);
    const server = Number(readFileSync(join(options.data, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0]);
    const used = (): number => (childrenTime() + familyTime(server)) / 1000;
    const before = used();
    const run = await reperio(options.data, ['load', corpus.path, '--mode', 'insert', '--json']);
    const records = await recordsIn(store.database);
    const ours = {
      records,
      seconds: run.seconds,
      processor: used() - before,
      recordsPerSecond: records / run.seconds,
      megabytesPerSecond: corpus.bytes / 1e6 / run.seconds,
      peakMemory: run.peakMemory,
      processes: run.processes,
      ...(await ourBytes(store.database)),
      files: folderBytes(join(options.data, 'index')),
    };
    const { site } = await currentSite(store.database);
    const built = options.peer ? await buildPeer(store.database, site, corpus.path) : undefined;
    const seconds = built === undefined ? Number.NaN : built.copy + built.vectors + built.indexes;
    const peer = {
      ...built,
      seconds,
      recordsPerSecond: records / seconds,
      ...(built === undefined ? {} : await peerBytes(store.database)),
    };
    // It has the demo records only: others may not fit into ISO 2709.
    const zebra = options.file === undefined ? await buildZebra(options.data, options.records) : undefined;
    if (options.json) {
      const { name, bytes } = corpus;
      console.log(JSON.stringify({ benchmark: 'load', corpus: name, bytes, machine: machine(), ours, peer, zebra }));
    } else {
      print(corpus.name, ours, peer);
      if (zebra !== undefined) printZebra(ours, zebra);
    }
  } finally {
    await store.release();
  }
});

interface Ours {
  readonly records: number;
  readonly seconds: number;
  /** Seconds of processor, of the load and of PostgreSQL. */
  readonly processor: number;
  readonly recordsPerSecond: number;
  readonly megabytesPerSecond: number;
  readonly peakMemory: number;
  readonly processes: number;
  readonly stored: number;
  readonly segments: number;
  readonly files: number;
}

interface Peer {
  readonly seconds: number;
  readonly recordsPerSecond: number;
  readonly copy?: number;
  readonly vectors?: number;
  readonly indexes?: number;
  readonly tableBytes?: number;
  readonly indexBytes?: number;
}

function print(name: string, ours: Ours, peer: Peer): void {
  const rate = (value: number): string =>
    Number.isNaN(value) ? '-' : `${Math.round(value).toLocaleString('en')} records/s`;
  const bytes = (value: number | undefined): string => (value === undefined ? '-' : megabytes(value));
  console.log(`Loading ${name}, from file to searchable. ${machineLine()}`);
  console.log(
    table(
      [{ title: '', align: 'left' }, { title: 'ratio' }, { title: 'Reperio' }, { title: 'PostgreSQL full text' }],
      [
        ['rate', ratio(ours.seconds, peer.seconds), rate(ours.recordsPerSecond), rate(peer.recordsPerSecond)],
        ['', '', `${ours.megabytesPerSecond.toFixed(1)} MB/s`, ''],
        ['seconds', '', ours.seconds.toFixed(1), Number.isNaN(peer.seconds) ? '-' : peer.seconds.toFixed(1)],
        ['peak memory of Node', '', `${megabytes(ours.peakMemory)} in ${ours.processes}`, ''],
        ['records and other tables', '', bytes(ours.stored), bytes(peer.tableBytes)],
        ['index in the database', '', bytes(ours.segments), bytes(peer.indexBytes)],
        ['index files of a node', '', bytes(ours.files), ''],
      ],
    ),
  );
  if (peer.copy !== undefined) {
    const { copy, vectors, indexes } = peer;
    console.log(
      `PostgreSQL: COPY ${copy.toFixed(1)} s, to_tsvector ${vectors?.toFixed(1)} s, GIN and other indexes ${indexes?.toFixed(1)} s.`,
    );
  }
}

function printZebra(ours: Ours, zebra: readonly ZebraBuild[]): void {
  const { records } = ours;
  const row = (name: string, one: { readonly seconds: number; readonly processor: number }, bytes: number) => [
    name,
    ratio(ours.seconds, one.seconds),
    one.seconds.toFixed(1),
    Math.round(records / one.seconds).toLocaleString('en'),
    one.processor.toFixed(1),
    megabytes(bytes),
  ];
  console.log('Beside Zebra, which reads the same records in ISO 2709:');
  console.log(
    table(
      [
        { title: '', align: 'left' },
        { title: 'we are as fast' },
        { title: 'seconds' },
        { title: 'records/s' },
        { title: 'processor, s' },
        { title: 'disk' },
      ],
      [
        row('Reperio, PostgreSQL included', ours, ours.stored + ours.segments + ours.files),
        ...zebra.map((one) => row(`Zebra, ${one.rules}`, one, one.bytes)),
      ],
    ),
  );
}

async function recordsIn(database: Database): Promise<number> {
  const [row] = await database.query<{ records: number }>(sql`SELECT count(*) AS records FROM record`);
  return row!.records;
}

/** `stored`: records, revisions, identifiers and the rest; `segments`: the index's blocks. */
async function ourBytes(database: Database): Promise<{ readonly stored: number; readonly segments: number }> {
  const [row] = await database.query<{ stored: number; segments: number }>(sql`
    SELECT sum(pg_total_relation_size(oid)) FILTER (WHERE relname <> 'segment_block') AS stored,
      sum(pg_total_relation_size(oid)) FILTER (WHERE relname = 'segment_block') AS segments
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'`);
  return { stored: Number(row!.stored), segments: Number(row!.segments) };
}
