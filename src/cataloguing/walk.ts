import sql from 'sql-template-tag';
import type { IndexSnapshot } from '../index/snapshot.ts';
import type { Database, Queryable } from '../store/database.ts';

/**
 * A walk looks at every version of every record once: it remembers which version of each it has
 * seen, so that the next one looks only at what was written since. Four bytes a record, and they
 * are written in the transaction of what was found, so a walk may be killed anywhere.
 */
export interface Walk {
  readonly name: string;
  /** The revision of each record, by its number; 0: not seen. */
  readonly seen: Uint32Array;
}

const partSize = 65_536;

/**
 * What a walk has seen; nothing when it was made by something else than `digest`. `restart` is done
 * then, in the same transaction.
 */
export async function beginWalk(
  database: Database,
  { name, digest, most }: { readonly name: string; readonly digest: string; readonly most: number },
  restart: (transaction: Queryable) => Promise<void> = async () => undefined,
): Promise<Walk> {
  await database.transaction(async (transaction) => {
    const [row] = await transaction.query<{ digest: string }>(sql`SELECT digest FROM walk WHERE name = ${name}`);
    if (row?.digest === digest) return;
    await transaction.query(sql`DELETE FROM walked WHERE walk = ${name}`);
    await transaction.query(sql`
      INSERT INTO walk (name, digest) VALUES (${name}, ${digest})
      ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, ended = NULL`);
    await restart(transaction);
  });
  const parts = await database.query<{ part: number; revisions: Buffer }>(
    sql`SELECT part, revisions FROM walked WHERE walk = ${name} ORDER BY part`,
  );
  const last = parts.at(-1)?.part ?? 0;
  const seen = new Uint32Array(Math.max(most + 1, (last + 1) * partSize));
  for (const { part, revisions } of parts)
    for (let at = 0; at + 4 <= revisions.length; at += 4) seen[part * partSize + at / 4] = revisions.readUInt32LE(at);
  return { name, seen };
}

/** The highest record number of a snapshot. */
export function highestNumber({ segments }: IndexSnapshot): number {
  return Math.max(0, ...segments.map(({ segment }) => segment.ids.at(-1) ?? 0));
}

/** Numbers of records of which the snapshot has a newer version than was seen, ascending. */
export function notSeen({ seen }: Walk, { segments }: IndexSnapshot): readonly number[] {
  const newer = new Set<number>();
  for (const { segment } of segments) {
    const { ids, revisions } = segment;
    for (let ordinal = 0; ordinal < ids.length; ordinal++)
      if (revisions[ordinal]! > (seen[ids[ordinal]!] ?? 0)) newer.add(ids[ordinal]!);
  }
  return Uint32Array.from(newer).sort() as unknown as readonly number[];
}

/** Writes down that these versions were seen, in the transaction of what was found in them. */
export async function noteSeen(
  transaction: Queryable,
  { name, seen }: Walk,
  versions: readonly { readonly id: number; readonly revision: number }[],
): Promise<void> {
  const parts = new Set<number>();
  for (const { id, revision } of versions) {
    seen[id] = revision;
    parts.add(Math.floor(id / partSize));
  }
  for (const part of parts) {
    const revisions = seen.subarray(part * partSize, (part + 1) * partSize);
    let end = revisions.length;
    while (end > 0 && revisions[end - 1] === 0) end--;
    const bytes = Buffer.alloc(end * 4);
    for (let at = 0; at < end; at++) bytes.writeUInt32LE(revisions[at]!, at * 4);
    await transaction.query(sql`
      INSERT INTO walked (walk, part, revisions) VALUES (${name}, ${part}, ${bytes})
      ON CONFLICT (walk, part) DO UPDATE SET revisions = excluded.revisions`);
  }
}

export async function endWalk(database: Queryable, name: string): Promise<void> {
  await database.query(sql`UPDATE walk SET ended = now() WHERE name = ${name}`);
}

/** When it last came to its end; undefined: never. */
export async function walkEnded(database: Queryable, name: string): Promise<Date | undefined> {
  const [row] = await database.query<{ ended: Date | null }>(sql`SELECT ended FROM walk WHERE name = ${name}`);
  return row?.ended ?? undefined;
}
