import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';
import type { NodeSummary } from './node-status.ts';

/** A node of this library, as it last told. */
export interface KnownNode {
  readonly summary: NodeSummary;
  /** Milliseconds since it told. */
  readonly age: number;
  /**
   * How far its clock is before (positive) or behind the database's, in ms; the way there included.
   */
  readonly skew: number;
}

/** A node that has told nothing for so long is forgotten. */
const forgotten = '1 day';

/** A node keeps its number in its data folder. */
export function nodeId(dataFolder: string): string {
  const path = join(dataFolder, 'node-id');
  try {
    const found = readFileSync(path, 'utf8').trim();
    if (/^[0-9a-f-]{36}$/.test(found)) return found;
  } catch {
    // Not there yet.
  }
  const made = randomUUID();
  writeFileSync(path, `${made}\n`);
  return made;
}

/** One statement. */
export async function tellNode(database: Queryable, id: string, summary: NodeSummary): Promise<void> {
  await database.query(sql`
    INSERT INTO node (id, seen, skew, summary)
    VALUES (${id}::uuid, clock_timestamp(), ${summary.now} - extract(epoch FROM clock_timestamp()) * 1000, ${JSON.stringify(summary)}::jsonb)
    ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, skew = excluded.skew, summary = excluded.summary`);
}

/** Deletes nodes that have told nothing for a day, and returns how many. */
export async function forgetNodes(database: Queryable): Promise<number> {
  const gone = await database.query(sql`DELETE FROM node WHERE seen < now() - ${forgotten}::interval RETURNING id`);
  return gone.length;
}

/** By name. One statement. */
export async function knownNodes(database: Queryable): Promise<readonly KnownNode[]> {
  return database.query<KnownNode>(sql`
    SELECT summary, (extract(epoch FROM clock_timestamp() - seen) * 1000)::float8 AS age, skew
    FROM node ORDER BY summary->>'name', id`);
}
