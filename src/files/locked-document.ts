import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Queryable, Transaction } from '../store/database.ts';
import type { Content } from './content.ts';
import { fileErrors } from './errors.ts';
import { noteEvent } from './events.ts';
import { type DocumentMode, type DocumentName, type DocumentOrders, isTemporary } from './from-upload.ts';

/** What comes with one record for its documents; what had to be fetched is in the store. */
export interface Attaching {
  readonly record: number;
  /** The record was not there before. */
  readonly isNew: boolean;
  readonly mode: DocumentMode;
  readonly orders: DocumentOrders;
  /** By location, as the field has it. */
  readonly contents: ReadonlyMap<string, Content>;
  /** May who sends it see a document with this status? */
  readonly maySee: (status: string) => boolean;
  /** May they see documents of any record? */
  readonly seesAll: boolean;
  readonly person: string | undefined;
  /** Within which names (TMP:...) hold. */
  readonly upload: number;
}

/** A document that is there, locked. */
export interface LockedDocument {
  readonly id: number;
  readonly record: number;
  readonly name: string;
  readonly status: string;
}

/** What all steps share. */
export interface AttachContext extends Attaching {
  readonly transaction: Transaction;
  changed: boolean;
}

/** A document with this name, or number; undefined: there is none. Throws `restricted`. */
export async function findDocument(
  { transaction, record, upload, maySee, seesAll }: AttachContext,
  { id, name }: DocumentName,
  anyRecord = false,
): Promise<LockedDocument | undefined> {
  let number = id === undefined || isTemporary(id) ? undefined : Number(id);
  const isOurs = id !== undefined && isTemporary(id);
  if (isOurs) number = (await nameOf(transaction, upload, id))?.document ?? undefined;
  if (number === undefined && (name === undefined || name === '')) return undefined;
  const which = number === undefined ? sql`record_id = ${record} AND name = ${name}` : sql`id = ${number}`;
  const [found] = await transaction.query<LockedDocument>(
    sql`SELECT id, record_id AS record, name, status FROM document WHERE ${which} AND deleted IS NULL FOR UPDATE`,
  );
  if (found === undefined) return undefined;
  // Of documents of other records nothing is said: who sends this may not see them.
  if (found.record !== record && !(anyRecord && (seesAll || isOurs))) return undefined;
  if (found.status !== '' && !maySee(found.status)) throw new UserError(fileErrors.restricted);
  return found;
}

export async function requireDocument(
  context: AttachContext,
  named: DocumentName,
  anyRecord = false,
): Promise<LockedDocument> {
  const found = await findDocument(context, named, anyRecord);
  if (found === undefined) throw new UserError(fileErrors.noDocument, { name: named.name || named.id || '' });
  return found;
}

/** What a name of this upload stands for. */
export async function nameOf(
  transaction: Transaction,
  upload: number,
  name: string,
): Promise<{ readonly document: number | null; readonly version: number | null } | undefined> {
  const [row] = await transaction.query<{ document: number | null; version: number | null }>(
    sql`SELECT document_id AS document, version FROM upload_name WHERE upload_id = ${upload} AND name = ${name}`,
  );
  return row;
}

/** Softly: it is shown to nobody, and its bytes stay. Its name is free again. */
export async function deleteDocument(context: AttachContext, document: LockedDocument): Promise<void> {
  const { transaction, person } = context;
  await noteEvent(transaction, { ...document, document: document.id, person, action: 'delete' });
  await transaction.query(sql`
    UPDATE document SET deleted = now(), status = 'DELETED', name = 'DELETED-' || id || '-' || name WHERE id = ${document.id}`);
  context.changed = true;
}

/** At its end names of an upload stand for nothing any more. */
export async function forgetNames(database: Queryable, upload: number): Promise<void> {
  await database.query(sql`DELETE FROM upload_name WHERE upload_id = ${upload}`);
}
