import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';

export const documentActions = [
  'add',
  'revise',
  'describe',
  'restrict',
  'rename',
  'hide',
  'delete',
  'expunge',
  'purge',
  'revert',
  'delete-file',
  'relate',
  'unrelate',
  'note',
] as const;
export type DocumentAction = (typeof documentActions)[number];

/** What became of a document. */
export interface DocumentEvent {
  /** Its number; it may be gone. */
  readonly document: number;
  readonly at: Date;
  readonly person: string | null;
  readonly action: DocumentAction;
  /** Of the document, then. */
  readonly name: string;
  /** Who may see it is who may see a document with this status, and with the one it has now. */
  readonly status: string;
  readonly statusNow: string | null;
  readonly version: number | null;
  readonly format: string | null;
  readonly detail: string | null;
}

export interface NewEvent {
  readonly record: number;
  readonly document: number;
  readonly name: string;
  readonly status: string;
  readonly person: string | undefined;
  readonly action: DocumentAction;
  readonly version?: number | undefined;
  readonly format?: string | undefined;
  readonly detail?: string | undefined;
}

/** In the transaction of what happened. */
export async function noteEvent(transaction: Queryable, event: NewEvent): Promise<void> {
  const { record, document, name, status, person, action, version, format, detail } = event;
  await transaction.query(sql`
    INSERT INTO document_event (record_id, document_id, name, status, person, action, version, format, detail)
    VALUES (${record}, ${document}, ${name}, ${status}, ${person ?? null}, ${action}, ${version ?? null}, ${format ?? null}, ${detail ?? null})`);
}

/** Of all documents that a record has or had, the newest first. */
export async function eventsOf(database: Queryable, record: number, limit: number): Promise<readonly DocumentEvent[]> {
  return await database.query<DocumentEvent>(sql`
    SELECT document_id AS document, at, person, action, event.name, event.status, document.status AS "statusNow", version, format, detail
    FROM document_event AS event LEFT JOIN document ON document.id = event.document_id
    WHERE event.record_id = ${record} ORDER BY event.id DESC LIMIT ${limit}`);
}
