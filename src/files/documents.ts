import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Queryable, Transaction } from '../store/database.ts';
import type { Content, ContentStore } from './content.ts';
import { shareContent } from './content-lock.ts';
import { fileErrors } from './errors.ts';
import { noteEvent } from './events.ts';
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
  /** Of this file, in the words of who sent it. */
  readonly comment: string;
  /** Kept, and shown to nobody. */
  readonly hidden: boolean;
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

/** Who may see a document: '' is everybody; undefined: there is none. */
export async function documentStatus(
  database: Queryable,
  record: number,
  document: string,
): Promise<string | undefined> {
  const [row] = await database.query<{ status: string }>(
    sql`SELECT status FROM document WHERE record_id = ${record} AND name = ${document} AND deleted IS NULL`,
  );
  return row?.status;
}

/**
 * Attaches a file whose bytes are in the store. Another format of the newest version joins it;
 * other bytes in a format that this has begin a new version; the same bytes again change nothing.
 * Whoever adds to one document at once waits for the other. Throws `restricted` for a document that
 * the asker may not see: else they could open it to all. Throws `gone` when the bytes were removed
 * between `receive` and here: from here to the end of the transaction nobody removes them.
 */
export async function addFile(
  transaction: Transaction,
  store: Pick<ContentStore, 'size'>,
  file: NewFile,
  maySee: (status: string) => boolean,
): Promise<Added> {
  const { record, document, format, digest, bytes, status, description, person } = file;
  await shareContent(transaction, digest);
  if ((await store.size(digest)) === undefined) throw new UserError(fileErrors.gone, { name: fileName(file) });
  const [before] = await transaction.query<{ status: string }>(
    sql`SELECT status FROM document WHERE record_id = ${record} AND name = ${document} FOR UPDATE`,
  );
  if (before !== undefined && before.status !== '' && !maySee(before.status))
    throw new UserError(fileErrors.restricted);
  const [found] = await transaction.query<{ id: number; status: string }>(sql`
    INSERT INTO document (record_id, name, status, description)
    VALUES (${record}, ${document}, ${status ?? ''}, ${description ?? ''})
    ON CONFLICT (record_id, name) DO UPDATE
      SET status = coalesce(${status ?? null}, document.status), description = coalesce(${description ?? null}, document.description)
    RETURNING id, status`);
  const { id } = found!;
  // That of the document is meant for its files.
  if (description !== undefined)
    await transaction.query(
      sql`UPDATE file SET description = NULL WHERE document_id = ${id} AND format = ${format} AND description IS NOT NULL`,
    );
  const event = { record, document: id, name: document, status: found!.status, person };
  if (before !== undefined && before.status !== found!.status)
    await noteEvent(transaction, { ...event, action: 'restrict', detail: found!.status || 'everybody' });
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
  await noteEvent(transaction, { ...event, action: same === undefined ? 'add' : 'revise', version, format });
  return { ...answer, version, isNew: true };
}

const columns = sql`record_id AS record, name AS document, format, version, status, coalesce(file.description, document.description) AS description,
  comment, hidden, encode(digest, 'hex') AS digest, bytes, added, file.person,
  version = max(version) OVER (PARTITION BY document_id, format) AS newest`;

/** What readers may be shown at all; the newest is the newest of these. */
const isShown = sql`document.deleted IS NULL AND NOT file.hidden`;

/** The files of a record that have one status. */
export interface FilesWithStatus {
  readonly status: string;
  readonly count: number;
  /** When the last of them was added. */
  readonly latest: Date;
  /** Changes with anything that is told of them. */
  readonly digest: string;
}

/** What a record has, without reading each file of what may be thousands. One statement. */
export async function filesByStatus(database: Queryable, record: number): Promise<readonly FilesWithStatus[]> {
  return database.query<FilesWithStatus>(sql`
    SELECT status, count(*)::integer AS count, max(added) AS latest,
      md5(string_agg(json_build_array(name, format, version, encode(digest, 'hex'), coalesce(file.description, document.description))::text, '' ORDER BY name, version, format)) AS digest
    FROM document JOIN file ON document_id = id WHERE record_id = ${record} AND ${isShown} GROUP BY status ORDER BY status`);
}

/**
 * `count` files with one of these statuses, after the first `skip`: the newest versions by name, and then the older ones. One statement.
 */
export async function someFiles(
  database: Queryable,
  record: number,
  { statuses, skip, count }: { readonly statuses: readonly string[]; readonly skip: number; readonly count: number },
): Promise<readonly DocumentFile[]> {
  return database.query<DocumentFile>(sql`
    SELECT ${columns} FROM document JOIN file ON document_id = id
    WHERE record_id = ${record} AND status = ANY (${statuses}::text[]) AND ${isShown}
    ORDER BY newest DESC, name, version DESC, format OFFSET ${skip} LIMIT ${count}`);
}

/** With which statuses these records have documents. One statement. */
export async function statusesOf(database: Queryable, records: readonly number[]): Promise<readonly string[]> {
  const rows = await database.query<{ status: string }>(
    sql`SELECT DISTINCT status FROM document WHERE record_id = ANY (${records}::integer[]) AND deleted IS NULL`,
  );
  return rows.map(({ status }) => status);
}

/**
 * The newest versions of one format of documents of these records that have one of these statuses,
 * at most `most` of each record, by name. One statement.
 */
export async function newestOf(
  database: Queryable,
  records: readonly number[],
  { format, statuses, most }: { readonly format: string; readonly statuses: readonly string[]; readonly most: number },
): Promise<readonly (FileName & { readonly record: number })[]> {
  return database.query(sql`
    SELECT record, document, format FROM (
      SELECT record_id AS record, name AS document, format, row_number() OVER (PARTITION BY record_id ORDER BY name) AS place
      FROM document JOIN file ON document_id = id
      WHERE record_id = ANY (${records}::integer[]) AND status = ANY (${statuses}::text[]) AND format = ${format} AND ${isShown}
        AND version = (SELECT max(version) FROM file AS other WHERE other.document_id = document.id AND other.format = ${format} AND NOT other.hidden)
    ) AS newest WHERE place <= ${most} ORDER BY record, place`);
}

/** All versions of one file of a record. One statement. */
export async function versionsOf(
  database: Queryable,
  record: number,
  { document, format }: FileName,
): Promise<readonly DocumentFile[]> {
  // PostgreSQL refuses such a text, and a stranger may write it.
  if (document.includes('\0')) return [];
  return database.query<DocumentFile>(sql`
    SELECT ${columns} FROM document JOIN file ON document_id = id
    WHERE record_id = ${record} AND name = ${document} AND format = ${format} AND ${isShown}`);
}

/**
 * For each of these records and each status the newest version of one file in these formats: of the
 * formats of pictures one by name, else one of the others by name. One statement, whatever their
 * number.
 */
export async function filesToShow(
  database: Queryable,
  records: readonly number[],
  { formats, pictures }: { readonly formats: readonly string[]; readonly pictures: readonly string[] },
): Promise<readonly DocumentFile[]> {
  if (records.length === 0) return [];
  return database.query<DocumentFile>(sql`
    SELECT DISTINCT ON (record, status) * FROM (
      SELECT ${columns} FROM document JOIN file ON document_id = id
      WHERE record_id = ANY (${records}::integer[]) AND format = ANY (${formats}::text[]) AND ${isShown}
    ) AS shown WHERE newest
    ORDER BY record, status, format = ANY (${pictures}::text[]) DESC, document, format`);
}

/**
 * All of a record, by name, the newest version first; `withHidden`: those too that are shown to
 * nobody. One statement.
 */
export async function filesOf(
  database: Queryable,
  record: number,
  { withHidden = false }: { readonly withHidden?: boolean } = {},
): Promise<readonly DocumentFile[]> {
  return database.query<DocumentFile>(sql`
    SELECT ${columns} FROM document JOIN file ON document_id = id
    WHERE record_id = ${record} AND deleted IS NULL AND (${withHidden} OR NOT hidden) ORDER BY name, version DESC, format`);
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
