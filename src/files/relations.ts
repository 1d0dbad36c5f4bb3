import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Queryable } from '../store/database.ts';
import { fileErrors } from './errors.ts';
import { noteEvent } from './events.ts';
import { type DocumentPart, isTemporary, type NoteOrder, type Notes, type RelationOrder } from './from-upload.ts';
import { type AttachContext, type LockedDocument, nameOf, requireDocument } from './locked-document.ts';

/** How documents belong to each other (BDR), and what else is noted of them (BDM). */

interface Part {
  readonly document: LockedDocument;
  readonly version: number;
  readonly format: string;
}

/** BDR: makes a relation, adds notes to it, or takes it away. */
export async function relateDocuments(context: AttachContext, order: RelationOrder): Promise<void> {
  const { transaction, mode } = context;
  // Relations follow one another as in the record, whatever they name.
  const isAll = mode === 'correct' || mode === 'replace';
  if (order.relation !== undefined) {
    const { first } = await requireRelation(context, order.relation);
    if (order.deletes) await transaction.query(sql`DELETE FROM document_relation WHERE id = ${order.relation}`);
    else if (order.more !== undefined) await noteRelation(context, order.relation, order.more, isAll);
    return await say(context, first, order.deletes ? 'unrelate' : 'relate', order.type);
  }
  const [first, second] = [await partOf(context, order.first), await partOf(context, order.second)];
  const which = sql`first_id = ${first.document.id} AND first_version = ${first.version} AND first_format = ${first.format}
    AND second_id = ${second.document.id} AND second_version = ${second.version} AND second_format = ${second.format}`;
  if (order.deletes) {
    const ofType = order.type === '' ? sql`true` : sql`type = ${order.type}`;
    await transaction.query(sql`DELETE FROM document_relation WHERE ${which} AND ${ofType}`);
    return await say(context, first.document, 'unrelate', order.type);
  }
  if (order.type === '')
    throw new UserError(fileErrors.ordersWrong, {
      ...{
        tag: 'BDR',
        problem: 'it says no type',
        hint: 'Say in $t how they belong together, such as is_extracted_from.',
      },
    });
  const [made] = await transaction.query<{ id: number }>(sql`
    INSERT INTO document_relation (first_id, first_version, first_format, second_id, second_version, second_format, type)
    VALUES (${first.document.id}, ${first.version}, ${first.format}, ${second.document.id}, ${second.version}, ${second.format}, ${order.type})
    ON CONFLICT DO NOTHING RETURNING id`);
  const [known] =
    made === undefined
      ? await transaction.query<{ id: number }>(
          sql`SELECT id FROM document_relation WHERE ${which} AND type = ${order.type}`,
        )
      : [made];
  if (order.more !== undefined) await noteRelation(context, known!.id, order.more, isAll);
  if (made !== undefined || order.more !== undefined) await say(context, first.document, 'relate', order.type);
}

/** BDM: notes of a document, of a version or format of it, or of a relation. */
export async function addNotes(context: AttachContext, order: NoteOrder): Promise<void> {
  const { transaction } = context;
  if (order.relation !== undefined) {
    const { first } = await requireRelation(context, order.relation);
    await noteRelation(context, order.relation, order.more, false);
    return await say(context, first, 'note');
  }
  const { document, version, format } = await partOf(context, order);
  const [row] = await transaction.query<{ more: Notes }>(sql`
    SELECT more FROM document_note WHERE document_id = ${document.id} AND version = ${version} AND format = ${format} FOR UPDATE`);
  const more = JSON.stringify(joined(row?.more ?? {}, order.more));
  await transaction.query(sql`
    INSERT INTO document_note (document_id, version, format, more) VALUES (${document.id}, ${version}, ${format}, ${more}::jsonb)
    ON CONFLICT (document_id, version, format) DO UPDATE SET more = excluded.more`);
  await say(context, document, 'note');
}

/** Each namespace takes the keys that come; null takes one away, and an empty namespace is none. */
function joined(before: Notes, given: Notes): Notes {
  const all = new Map<string, unknown>(Object.entries(before));
  for (const [name, value] of Object.entries(given)) {
    const old = all.get(name);
    const next =
      isObject(old) && isObject(value)
        ? Object.fromEntries(Object.entries({ ...old, ...value }).filter(([, one]) => one !== null))
        : value;
    if (next === null || (isObject(next) && Object.keys(next).length === 0)) all.delete(name);
    else all.set(name, next);
  }
  return Object.fromEntries(all);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function noteRelation({ transaction }: AttachContext, id: number, more: Notes, isAll: boolean): Promise<void> {
  const [row] = await transaction.query<{ more: Notes }>(
    sql`SELECT more FROM document_relation WHERE id = ${id} FOR UPDATE`,
  );
  const text = JSON.stringify(joined(isAll ? {} : row!.more, more));
  await transaction.query(sql`UPDATE document_relation SET more = ${text}::jsonb WHERE id = ${id}`);
}

/** One of which a document belongs to this record. */
async function requireRelation(context: AttachContext, id: number): Promise<{ readonly first: LockedDocument }> {
  const [row] = await context.transaction.query<{ first: number; second: number }>(
    sql`SELECT first_id AS first, second_id AS second FROM document_relation WHERE id = ${id}`,
  );
  const none = (): UserError =>
    new UserError(fileErrors.ordersWrong, {
      tag: 'BDR',
      problem: `there is no relation ${id} of this record`,
      hint: 'Name the two documents instead.',
    });
  if (row === undefined) throw none();
  for (const document of [row.first, row.second]) {
    const found = await requireDocument(context, { id: String(document), name: undefined }).catch(() => undefined);
    if (found !== undefined) return { first: found };
  }
  throw none();
}

async function partOf(context: AttachContext, { id, name, version, format }: DocumentPart): Promise<Part> {
  const document = await requireDocument(context, { id, name }, true);
  const kept =
    version !== undefined && isTemporary(version)
      ? await nameOf(context.transaction, context.upload, version)
      : undefined;
  if (version !== undefined && isTemporary(version) && (kept?.version ?? null) === null)
    throw new UserError(fileErrors.noDocument, { name: version });
  const number = version === undefined ? 0 : (kept?.version ?? Number(version));
  const named = await context.transaction.query(sql`
    SELECT FROM file WHERE document_id = ${document.id} AND (${number} = 0 OR version = ${number})
      AND (${format ?? null}::text IS NULL OR format = ${format ?? null}) LIMIT 1`);
  if (named.length === 0)
    throw new UserError(fileErrors.noDocument, { name: `${document.name} ${version ?? ''} ${format ?? ''}`.trim() });
  return { document, version: number, format: format ?? '*' };
}

async function say(
  context: AttachContext,
  document: LockedDocument,
  action: 'relate' | 'unrelate' | 'note',
  detail = '',
): Promise<void> {
  const { transaction, person } = context;
  await noteEvent(transaction, {
    ...document,
    document: document.id,
    person,
    action,
    detail: detail === '' ? undefined : detail,
  });
}

/** A relation of two documents, as people read it. */
export interface DocumentRelation {
  readonly id: number;
  readonly type: string;
  readonly first: RelatedPart;
  readonly second: RelatedPart;
  readonly more: Notes;
}

export interface RelatedPart {
  readonly record: number;
  readonly document: string;
  /** 0: all. */
  readonly version: number;
  /** '*': all. */
  readonly format: string;
  readonly status: string;
}

/** Those of documents of a record. */
export async function relationsOf(database: Queryable, record: number): Promise<readonly DocumentRelation[]> {
  return await database.query<DocumentRelation>(sql`
    SELECT relation.id, relation.type, more,
      json_build_object('record', first.record_id, 'document', first.name, 'version', first_version,
        'format', first_format, 'status', first.status) AS first,
      json_build_object('record', second.record_id, 'document', second.name, 'version', second_version,
        'format', second_format, 'status', second.status) AS second
    FROM document_relation AS relation JOIN document AS first ON first.id = first_id JOIN document AS second ON second.id = second_id
    WHERE (first.record_id = ${record} OR second.record_id = ${record}) AND first.deleted IS NULL AND second.deleted IS NULL
    ORDER BY relation.id`);
}
