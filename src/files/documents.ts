import sql from 'sql-template-tag';
import type { Queryable, Transaction } from '../store/database.ts';
import type { Content } from './content.ts';
import { type FileName, fileName } from './names.ts';

/** A file of a record: one format of one version of a document. */
export interface DocumentFile extends FileName, Content {
  readonly record: number;
  readonly version: number;
  /** Is there none newer of this format? */
  readonly newest: boolean;
  /** Not '': who may `viewrestrdoc` with this status. */
  readonly status: string;
  readonly description: string;
  readonly added: Date;
  readonly person: string | null;
}

export interface NewFile extends FileName, Content {
  readonly record: number;
  /** Undefined: as it is, '' for a new document. */
  readonly status: string | undefined;
  readonly description: string | undefined;
  readonly person: string | undefined;
}

export interface Added {
  readonly name: string;
  readonly version: number;
  readonly digest: string;
  readonly bytes: number;
  /** False: this was the newest version already. */
  readonly isNew: boolean;
}

/**
 * Attaches a file whose bytes are in the store. Another format of the newest version joins it; other bytes in a format that this has begin a new version; the same
 * bytes again change nothing. Whoever adds to one document at once waits for the other.
 */
export async function addFile(transaction: Transaction, file: NewFile): Promise<Added> {
  const { record, document, format, digest, bytes, status, description, person } = file;
  const [found] = await transaction.query<{ id: number }>(sql`
    INSERT INTO document (record_id, name, status, description)
    VALUES (${record}, ${document}, ${status ?? ''}, ${description ?? ''})
    ON CONFLICT (record_id, name) DO UPDATE
      SET status = coalesce(${status ?? null}, document.status), description = coalesce(${description ?? null}, document.description)
    RETURNING id`);
  const { id } = found!;
  const held = await transaction.query<{ version: number; format: string; digest: string }>(sql`
    SELECT version, format, encode(digest, 'hex') AS digest FROM file
    WHERE document_id = ${id} AND version = (SELECT max(version) FROM file WHERE document_id = ${id})`);
  const newest = held[0]?.version ?? 0;
  const same = held.find((one) => one.format === format);
  const answer = { name: fileName({ document, format }), digest, bytes };
  if (same?.digest === digest) return { ...answer, version: newest, isNew: false };
  const version = newest === 0 || same !== undefined ? newest + 1 : newest;
  await transaction.query(sql`
    INSERT INTO file (document_id, version, format, digest, bytes, person)
    VALUES (${id}, ${version}, ${format}, decode(${digest}, 'hex'), ${bytes}, ${person ?? null})`);
  return { ...answer, version, isNew: true };
}

const columns = sql`record_id AS record, name AS document, format, version, status, description, encode(digest, 'hex') AS digest, bytes, added, person,
  version = max(version) OVER (PARTITION BY document_id, format) AS newest`;

/** By name, the newest version first. One statement. */
export async function filesOf(database: Queryable, record: number): Promise<readonly DocumentFile[]> {
  return database.query<DocumentFile>(sql`
    SELECT ${columns} FROM document JOIN file ON document_id = id
    WHERE record_id = ${record} ORDER BY name, version DESC, format`);
}

/** All of them, to be verified, in pages by document. */
export async function* allFiles(database: Queryable): AsyncGenerator<readonly DocumentFile[], void, void> {
  for (let after = 0; ; ) {
    const rows = await database.query<DocumentFile & { readonly id: number }>(sql`
      SELECT id, ${columns} FROM document JOIN file ON document_id = id
      WHERE id IN (SELECT id FROM document WHERE id > ${after} ORDER BY id LIMIT 500) ORDER BY id, version, format`);
    const last = rows.at(-1);
    if (last === undefined) return;
    yield rows;
    after = last.id;
  }
}
