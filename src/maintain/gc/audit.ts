import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import sql from 'sql-template-tag';
import { placeFile } from '../../store/folder-owner.ts';
import { type Found, foundIn, type GcContext, nothing } from './kind.ts';
import { added, isOlder, lookAtRows, type OldRows } from './rows.ts';

const rows: OldRows = { table: 'audit', when: sql`t.at` };
const batch = 10_000;

export async function lookAtAudit(context: GcContext, age: number): Promise<Found> {
  return lookAtRows(context, rows, age);
}

/**
 * Entries go only when a file in the data folder has them, safely on the disk. Who is killed in
 * between leaves them in both: their numbers tell.
 */
export async function moveAudit({ database, settings, signal, advance, now }: GcContext, age: number): Promise<Found> {
  let all = nothing;
  for (;;) {
    signal.throwIfAborted();
    const found = await database.query<{ id: number; at: Date; line: string }>(sql`
      SELECT id, at, row_to_json(t)::text AS line FROM audit AS t WHERE ${isOlder(rows.when, age)} ORDER BY id LIMIT ${batch}`);
    const [first, last] = [found[0], found.at(-1)];
    if (first === undefined || last === undefined) return all;
    const when = new Date(now()).toISOString().slice(0, 19).replaceAll(':', '-');
    // Between the strings of JSON a line break is a space.
    const text = found.map(({ line }) => `${line.replaceAll(/[\r\n]/g, ' ')}\n`).join('');
    await writeSafely(settings.dataFolder, `audit-${when}Z-${first.id}-${last.id}.jsonl`, text);
    await database.query(sql`DELETE FROM audit WHERE id = ANY (${found.map(({ id }) => id)}::bigint[])`);
    const { oldest } = foundIn(found.map(({ at }) => ({ bytes: 0, at })));
    all = added(all, { count: found.length, bytes: Buffer.byteLength(text), oldest });
    advance(found.length);
  }
}

/** For its owner alone; whole on the disk when it resolves, else not there. */
async function writeSafely(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  const part = `${path}.part`;
  try {
    const file = await open(part, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    placeFile(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
  const place = await open(folder, 'r');
  try {
    await place.sync();
  } finally {
    await place.close();
  }
}
