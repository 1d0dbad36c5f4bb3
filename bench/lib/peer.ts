import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import sql, { raw } from 'sql-template-tag';
import { compilePath } from '../../src/marc/path.ts';
import type { MarcRecord } from '../../src/marc/record.ts';
import { encodeStored } from '../../src/marc/stored.ts';
import type { Site } from '../../src/site/site.ts';
import type { Database } from '../../src/store/database.ts';
import { recordsOf } from './corpus.ts';

/**
 * The peer: PostgreSQL's own full text search over the same records in the same server. Its vectors
 * are made with its English stemmer, but without stop words, since our index has none and a phrase
 * such as "of the" should find the same records.
 */
export interface PeerBuild {
  readonly records: number;
  /** Seconds of each step. */
  readonly copy: number;
  readonly vectors: number;
  readonly indexes: number;
}

const schema = 'bench_peer';

/** Is there a table with that many records? */
export async function peerRecords(database: Database): Promise<number> {
  const [there] = await database.query<{ name: string | null }>(sql`SELECT to_regclass('bench_peer.done') AS name`);
  if (there?.name == null) return 0;
  const [row] = await database.query<{ records: number }>(sql`SELECT records FROM bench_peer.done`);
  return row?.records ?? 0;
}

/** COPY of the records, then vectors, then GIN indexes: the fast order for a bulk load. */
export async function buildPeer(database: Database, site: Site, file: string): Promise<PeerBuild> {
  for (const statement of [
    `DROP SCHEMA IF EXISTS ${schema} CASCADE`,
    `CREATE SCHEMA ${schema}`,
    `CREATE TEXT SEARCH DICTIONARY ${schema}.stem (TEMPLATE = snowball, LANGUAGE = english)`,
    `CREATE TEXT SEARCH CONFIGURATION ${schema}.words (COPY = simple)`,
    `ALTER TEXT SEARCH CONFIGURATION ${schema}.words
      ALTER MAPPING FOR asciiword, asciihword, hword_asciipart, word, hword, hword_part WITH ${schema}.stem`,
    `CREATE TABLE ${schema}.loaded (id integer, created bigint, year integer, journal text, subject text, restricted boolean,
      title text, body text, authors text, marc text)`,
  ]) {
    await database.query(raw(statement));
  }
  const started = performance.now();
  let records = 0;
  const rowOf = rowMaker(site);
  async function* rows(): AsyncGenerator<string> {
    let chunk = '';
    for await (const record of recordsOf(file)) {
      chunk += rowOf(++records, record);
      if (chunk.length < 1 << 18) continue;
      yield chunk;
      chunk = '';
    }
    yield chunk;
  }
  await database.transaction(
    (transaction) => pipeline(Readable.from(rows()), transaction.copyIn(`COPY ${schema}.loaded FROM STDIN`)),
    { timeout: 0 },
  );
  const copied = performance.now();
  await inBulk(database, [
    `CREATE TABLE ${schema}.record AS SELECT id, created, year, journal, subject, restricted, marc,
      to_tsvector('${schema}.words', title) AS title,
      to_tsvector('${schema}.words', body) AS body,
      to_tsvector('simple', authors) AS authors FROM ${schema}.loaded`,
  ]);
  const vectors = performance.now();
  await inBulk(database, [
    `CREATE INDEX ON ${schema}.record USING gin (title)`,
    `CREATE INDEX ON ${schema}.record USING gin (body)`,
    `CREATE INDEX ON ${schema}.record USING gin (authors)`,
    `CREATE UNIQUE INDEX ON ${schema}.record (id)`,
    `CREATE INDEX ON ${schema}.record (created, id)`,
    `CREATE INDEX ON ${schema}.record (year)`,
  ]);
  const indexed = performance.now();
  await inBulk(database, [
    `DROP TABLE ${schema}.loaded`,
    `ANALYZE ${schema}.record`,
    `CREATE TABLE ${schema}.done AS SELECT ${records}::integer AS records`,
  ]);
  const seconds = (from: number, to: number): number => (to - from) / 1000;
  return {
    records,
    copy: seconds(started, copied),
    vectors: seconds(copied, vectors),
    indexes: seconds(vectors, indexed),
  };
}

async function inBulk(database: Database, statements: readonly string[]): Promise<void> {
  await database.transaction(
    async (transaction) => {
      await transaction.query(sql`SET LOCAL maintenance_work_mem = '512MB'`);
      for (const statement of statements) await transaction.query(raw(statement));
    },
    { timeout: 0 },
  );
}

/** Sizes on disk in bytes. */
export async function peerBytes(
  database: Database,
): Promise<{ readonly tableBytes: number; readonly indexBytes: number }> {
  const [row] = await database.query<{ tableBytes: number; indexBytes: number }>(sql`
    SELECT pg_table_size('bench_peer.record') AS "tableBytes", pg_indexes_size('bench_peer.record') AS "indexBytes"`);
  return row!;
}

/** A record as a line of COPY's text format. */
function rowMaker(site: Site): (id: number, record: MarcRecord) => string {
  const pathsOf = (code: string): readonly string[] => {
    const field = site.fields.find((each) => each.code === code);
    const joined = field?.index?.union ?? [];
    return [...(field?.paths ?? []), ...joined.flatMap(pathsOf)];
  };
  const texts = (code: string): ((record: MarcRecord) => readonly string[]) => {
    const paths = [...new Set(pathsOf(code))].map(compilePath);
    return (record) => paths.flatMap((path) => path.values(record));
  };
  const [title, body, author, year, journal, subject] = [
    'title',
    'anyfield',
    'author',
    'year',
    'journal',
    'subject',
  ].map(texts);
  return (id, record) => {
    const stamp = record.fields.find(({ tag }) => tag === '005')?.value?.slice(0, 14) ?? '0';
    const isRestricted = record.fields.some(
      ({ tag, subfields }) => tag === '980' && subfields[0]?.value === 'INTERNALNOTE',
    );
    const cells = [
      `${id}`,
      /^\d{14}$/.test(stamp) ? stamp : '0',
      /\d{4}/.exec(year!(record)[0] ?? '')?.[0] ?? '0',
      journal!(record)[0] ?? '',
      subject!(record)[0] ?? '',
      isRestricted ? 't' : 'f',
      // A full stop keeps the last word of a value and the first of the next from being neighbours'
      // stems of one hyphenated word.
      title!(record).join(' . '),
      body!(record).join(' . '),
      author!(record).join(' . '),
      encodeStored(record),
    ];
    return `${cells.map(escapeCopy).join('\t')}\n`;
  };
}

function escapeCopy(text: string): string {
  return /[\\\t\n\r\0]/.test(text)
    ? text
        .replaceAll('\0', '')
        .replaceAll('\\', '\\\\')
        .replaceAll('\t', '\\t')
        .replaceAll('\n', '\\n')
        .replaceAll('\r', '\\r')
    : text;
}
