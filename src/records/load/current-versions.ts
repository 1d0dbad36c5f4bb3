import sql from 'sql-template-tag';
import { decodeStored } from '../../marc/stored.ts';
import type { Queryable } from '../../store/database.ts';
import { type BaseVersion, isStampOf, type Standing } from '../next-version.ts';

/**
 * So many records that are replaced are read at once, and so many characters of them: a batch of
 * large ones would fill the memory.
 */
const mostAtOnce = 2_000;
const mostCharacters = 8_000_000;

/**
 * The records of a batch that it changes, in ascending number, in pieces. They stay locked until
 * the end of the transaction: `locks`.
 */
export async function piecesOf(
  database: Queryable,
  ids: readonly number[],
  locks: boolean,
): Promise<readonly (readonly number[])[]> {
  if (ids.length === 0) return [];
  const sizes = await (locks
    ? database.query<SizeRow>(sql`
        SELECT id, octet_length(marc) AS size FROM record WHERE id = ANY (${ids}::integer[]) ORDER BY id FOR UPDATE`)
    : database.query<SizeRow>(sql`
        SELECT id, octet_length(marc) AS size FROM record WHERE id = ANY (${ids}::integer[]) ORDER BY id`));
  const sizeOf = new Map(sizes.map(({ id, size }) => [id, size]));
  const pieces: number[][] = [];
  let room = 0;
  for (const id of ids) {
    room -= sizeOf.get(id) ?? 0;
    const last = pieces.at(-1);
    if (last === undefined || room < 0 || last.length >= mostAtOnce) {
      pieces.push([id]);
      room = mostCharacters - (sizeOf.get(id) ?? 0);
    } else last.push(id);
  }
  return pieces;
}

interface SizeRow {
  readonly id: number;
  readonly size: number;
}

export async function readStanding(database: Queryable, ids: readonly number[]): Promise<Map<number, Standing>> {
  if (ids.length === 0) return new Map();
  return new Map(
    (
      await database.query<Standing>(sql`
        SELECT id, revision, created, modified, deleted, marc,
          ARRAY(SELECT kind || ' ' || value FROM identifier WHERE record_id = record.id) AS keys,
          ARRAY(SELECT kind || ' ' || value FROM identifier WHERE record_id = record.id AND alias) AS aliases
        FROM record WHERE id = ANY (${ids}::integer[])`)
    ).map((row) => [row.id, row]),
  );
}

/** A 005 of the input, and the record that it comes for. */
export interface AskedBase {
  readonly standing: Standing;
  readonly stamp: Date;
}

/** Earlier versions, by record and 005. */
export type Bases = ReadonlyMap<string, BaseVersion>;

export function baseKey(id: number, stamp: Date): string {
  return `${id} ${stamp.getTime()}`;
}

/**
 * The replaced versions with these 005. The 005 with which a record came first, and which became
 * its creation date, names its first version.
 */
export async function readBases(database: Queryable, asked: readonly AskedBase[]): Promise<Bases> {
  const older = asked.filter(({ standing, stamp }) => !isStampOf(stamp, standing.modified));
  if (older.length === 0) return new Map();
  const rows = await database.query<{
    readonly id: number;
    readonly at: Date;
    readonly revision: number;
    readonly marc: string;
  }>(sql`
    SELECT asked.id, asked.at, found.revision, found.marc
    FROM unnest(${older.map(({ standing }) => standing.id)}::integer[], ${older.map(({ stamp }) => stamp)}::timestamptz[],
      ${older.map(({ standing, stamp }) => isStampOf(stamp, standing.created))}::boolean[]) AS asked (id, at, first)
    CROSS JOIN LATERAL (
      SELECT revision, marc FROM revision WHERE record_id = asked.id
        AND (modified >= asked.at AND modified < asked.at + interval '100 milliseconds' OR asked.first AND revision = 1)
      ORDER BY revision DESC LIMIT 1) AS found`);
  return new Map(rows.map(({ id, at, revision, marc }) => [baseKey(id, at), { revision, record: decodeStored(marc) }]));
}

/** Looked for among the versions of this transaction too, the newest first. */
export function findBase(bases: Bases, seen: readonly Standing[], stamp: Date): BaseVersion | undefined {
  const here = seen.findLast(
    ({ modified, created, revision }) => isStampOf(stamp, modified) || (revision === 1 && isStampOf(stamp, created)),
  );
  if (here !== undefined) return { revision: here.revision, record: decodeStored(here.marc) };
  return seen[0] === undefined ? undefined : bases.get(baseKey(seen[0].id, stamp));
}
