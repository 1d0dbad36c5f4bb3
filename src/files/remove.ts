import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Transaction } from '../store/database.ts';
import { fileErrors } from './errors.ts';
import { noteEvent } from './events.ts';
import { type FileName, fileName, splitFileName } from './names.ts';

export interface Removed {
  readonly record: number;
  readonly name: string;
  /** From the newest. */
  readonly versions: readonly number[];
}

/** What is to be removed: all versions of a file unless one is named. Other formats stay. */
export interface Removal {
  readonly record: number;
  readonly name: string;
  readonly version: number | undefined;
}

/**
 * Removes a file from its record, and the document with its last file. The bytes stay in the store
 * until garbage collection finds that nothing names them. Throws `none` and `noVersion`; `none` too
 * for a document that the asker may not see.
 */
export async function removeFile(
  transaction: Transaction,
  { record, name, version }: Removal,
  maySee: (status: string) => boolean,
  person?: string,
): Promise<Removed> {
  const { document, format } = splitFileName(name);
  const none = (): UserError => new UserError(fileErrors.none, { record, name });
  // PostgreSQL refuses such a text.
  if (document.includes('\0') || fileName({ document, format }) !== name) throw none();
  const [found] = await transaction.query<{ id: number; status: string }>(
    sql`SELECT id, status FROM document WHERE record_id = ${record} AND name = ${document} AND deleted IS NULL FOR UPDATE`,
  );
  if (found === undefined || (found.status !== '' && !maySee(found.status))) throw none();
  const held = await versionsHeld(transaction, found.id, { document, format });
  if (held.length === 0) throw none();
  if (version !== undefined && !held.includes(version))
    throw new UserError(fileErrors.noVersion, { record, name, version, versions: held.join(', ') });
  const versions = version === undefined ? held : [version];
  await transaction.query(sql`
    DELETE FROM file WHERE document_id = ${found.id} AND format = ${format} AND version = ANY (${[...versions]}::integer[])`);
  const event = { record, document: found.id, name: document, status: found.status, person, format };
  for (const one of versions) await noteEvent(transaction, { ...event, action: 'delete-file', version: one });
  await transaction.query(sql`
    DELETE FROM document WHERE id = ${found.id} AND NOT EXISTS (SELECT FROM file WHERE document_id = ${found.id})`);
  return { record, name, versions };
}

/** What the audit log calls it. */
export function fileSubject({ record, name }: Pick<Removed, 'record' | 'name'>): string {
  return `record ${record}: ${name}`;
}

async function versionsHeld(transaction: Transaction, id: number, { format }: FileName): Promise<readonly number[]> {
  const rows = await transaction.query<{ version: number }>(
    sql`SELECT version FROM file WHERE document_id = ${id} AND format = ${format} ORDER BY version DESC`,
  );
  return rows.map(({ version }) => version);
}
