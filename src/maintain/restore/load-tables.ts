import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import sql, { raw } from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Queryable, Transaction } from '../../store/database.ts';
import { Damage, verified } from '../backup/blocks.ts';
import type { Manifest, SetFile } from '../backup/manifest.ts';
import type { Place } from '../backup/place.ts';
import { damagedOr } from '../backup/set-file.ts';
import { identities, quoted } from '../backup/tables.ts';
import { restoreErrors } from './errors.ts';

export interface LoadWatch {
  readonly onBytes?: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Puts all rows of a set in the place of those that are there, whose tables are as they were when
 * it was made. Each file is compared with its digest. Throws `damaged`, `differs`; the caller's
 * transaction is rolled back then.
 */
export async function loadTables(
  transaction: Transaction,
  place: Place,
  manifest: Manifest,
  watch: LoadWatch,
): Promise<void> {
  const files = new Map(manifest.files.flatMap((file) => (file.table ? [[file.table.name, file] as const] : [])));
  await transaction.query(sql`TRUNCATE ${raw([...files.keys()].map(quoted).join(', '))} CASCADE`);
  for (const name of await parentsFirst(transaction, [...files.keys()])) {
    watch.signal?.throwIfAborted();
    await loadTable(transaction, place, manifest.set, files.get(name)!, watch);
  }
  for (const { table, column, sequence } of await identities(transaction)) {
    const last = manifest.sequences[`${table}.${column}`];
    if (last !== undefined)
      await transaction.query(sql`SELECT setval(${sequence}::regclass, ${Math.max(1, last)}::bigint, ${last > 0})`);
  }
}

async function loadTable(
  transaction: Transaction,
  place: Place,
  set: string,
  file: SetFile,
  { onBytes, signal }: LoadWatch,
): Promise<void> {
  const { name: table, columns, rows } = file.table!;
  const path = `sets/${set}/${file.path}`;
  const stream = transaction.copyIn(
    `COPY ${quoted(table)} (${columns.map(quoted).join(', ')}) FROM STDIN (FORMAT binary)`,
  );
  const counted = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      onBytes?.(chunk.length);
      yield chunk;
    }
  };
  try {
    const source = Readable.from(verified(await place.read(path), file), { objectMode: false });
    const parts = [source, createZstdDecompress(), counted, stream] as const;
    await (signal === undefined ? pipeline(...parts) : pipeline(...parts, { signal }));
  } catch (error) {
    throw await explained(error, place, set, file);
  }
  const found = (stream as { readonly rowCount?: number }).rowCount;
  if (found !== rows) throw new UserError(restoreErrors.differs, { table, set, found: found ?? 0, wanted: rows });
}

/**
 * What the decompression or the server says of damaged bytes may come before their digest is known.
 */
export async function explained(error: unknown, place: Place, set: string, file: SetFile): Promise<unknown> {
  if (error instanceof Damage) return damagedOr(error, set, file.path);
  try {
    for await (const _ of verified(await place.read(`sets/${set}/${file.path}`), file));
    return error;
  } catch (found) {
    const damaged = damagedOr(found, set, file.path);
    return damaged === found ? error : damaged;
  }
}

/** Tables in an order in which each row finds those that it refers to. */
async function parentsFirst(database: Queryable, names: readonly string[]): Promise<readonly string[]> {
  const references = await database.query<{ child: string; parent: string }>(sql`
    SELECT c.relname AS child, p.relname AS parent FROM pg_constraint
      JOIN pg_class c ON c.oid = conrelid JOIN pg_class p ON p.oid = confrelid
    WHERE contype = 'f' AND conrelid <> confrelid AND c.relnamespace = current_schema()::regnamespace`);
  const ordered = new Set<string>();
  const place = (name: string): void => {
    for (const { child, parent } of references) if (child === name && !ordered.has(parent)) place(parent);
    if (names.includes(name)) ordered.add(name);
  };
  for (const name of names) place(name);
  return [...ordered];
}
