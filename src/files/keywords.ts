import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import { fileErrors } from './errors.ts';
import { type DocumentAction, noteEvent } from './events.ts';
import type { KeywordOrder } from './from-upload.ts';
import { type AttachContext, deleteDocument, type LockedDocument, requireDocument } from './locked-document.ts';
import { fileName } from './names.ts';

/** FFT $t PURGE, DELETE, EXPUNGE, REVERT or DELETE-FILE. */
export async function carryOutKeyword(context: AttachContext, order: KeywordOrder): Promise<void> {
  const { mode, isNew } = context;
  if (mode === 'insert' || mode === 'append' || isNew)
    throw new UserError(fileErrors.documentMode, { what: `FFT $t ${order.do}`, mode });
  const document = await requireDocument(context, order);
  await work[order.do](context, document, order);
}

type Work = (context: AttachContext, document: LockedDocument, order: KeywordOrder) => Promise<void>;

const work: Readonly<Record<KeywordOrder['do'], Work>> = {
  DELETE: deleteDocument,

  /** With its rows; garbage collection removes the bytes that nothing names any more. */
  EXPUNGE: async (context, document) => {
    await note(context, document, 'expunge');
    await context.transaction.query(sql`DELETE FROM document WHERE id = ${document.id}`);
  },

  /** The newest of each format stays. */
  PURGE: async (context, document) => {
    const rows = await context.transaction.query(sql`
      DELETE FROM file WHERE document_id = ${document.id}
        AND version < (SELECT max(version) FROM file AS other WHERE other.document_id = ${document.id} AND other.format = file.format)
      RETURNING version`);
    if (rows.length > 0) await note(context, document, 'purge', { detail: `${rows.length} files` });
  },

  /** A new version that is what an earlier one was. */
  REVERT: async (context, document, { version }) => {
    const rows = await context.transaction.query<{ version: number }>(sql`
      INSERT INTO file (document_id, version, format, digest, bytes, person, description, comment, hidden)
      SELECT document_id, (SELECT max(version) + 1 FROM file WHERE document_id = ${document.id}), format, digest, bytes,
        ${context.person ?? null}, description, comment, hidden
      FROM file WHERE document_id = ${document.id} AND version = ${version} RETURNING version`);
    if (rows.length === 0) throw await noVersion(context, document, version!);
    await note(context, document, 'revert', { version: rows[0]!.version, detail: `version ${version}` });
  },

  /** One file of one version; the newest one of its format when no version is named. */
  'DELETE-FILE': async (context, document, { version, format }) => {
    const { transaction } = context;
    const ofFormat = format === undefined ? sql`true` : sql`format = ${format}`;
    const rows = await transaction.query<{ version: number; format: string }>(sql`
      DELETE FROM file WHERE document_id = ${document.id} AND ${ofFormat}
        AND version = coalesce(${version ?? null}, (SELECT max(version) FROM file WHERE document_id = ${document.id} AND ${ofFormat}))
      RETURNING version, format`);
    if (rows.length === 0) {
      if (version !== undefined) throw await noVersion(context, document, version);
      throw new UserError(fileErrors.noDocument, { name: fileName({ document: document.name, format: format ?? '' }) });
    }
    for (const file of rows) await note(context, document, 'delete-file', file);
    await transaction.query(sql`
      DELETE FROM document WHERE id = ${document.id} AND NOT EXISTS (SELECT FROM file WHERE document_id = ${document.id})`);
  },
};

async function note(
  context: AttachContext,
  document: LockedDocument,
  action: DocumentAction,
  more: { readonly version?: number; readonly format?: string; readonly detail?: string } = {},
): Promise<void> {
  const { transaction, person } = context;
  context.changed = true;
  await noteEvent(transaction, { ...document, document: document.id, person, action, ...more });
}

async function noVersion(
  { transaction, record }: AttachContext,
  document: LockedDocument,
  version: number,
): Promise<UserError> {
  const rows = await transaction.query<{ version: number }>(
    sql`SELECT DISTINCT version FROM file WHERE document_id = ${document.id} ORDER BY version DESC LIMIT 50`,
  );
  const versions = rows.map((one) => one.version).join(', ');
  return new UserError(fileErrors.noVersion, { record, name: document.name, version, versions });
}
