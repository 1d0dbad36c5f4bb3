import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Transaction } from '../store/database.ts';
import type { Content, ContentStore } from './content.ts';
import { shareContent } from './content-lock.ts';
import { fileErrors } from './errors.ts';
import { noteEvent } from './events.ts';
import { type DocumentName, type FileOrder, isTemporary, type Said } from './from-upload.ts';
import { carryOutKeyword } from './keywords.ts';
import {
  type AttachContext,
  type Attaching,
  deleteDocument,
  findDocument,
  type LockedDocument,
  requireDocument,
} from './locked-document.ts';
import { fileName, splitFileName } from './names.ts';
import { addNotes, relateDocuments } from './relations.ts';

export interface Attached {
  readonly changed: boolean;
  /** Sentences. */
  readonly warnings: readonly string[];
}

/**
 * Does what the fields of one record say, in the transaction of the record: the bytes were fetched
 * before. Throws a UserError for the first that cannot be done; then nothing of the transaction may
 * stay. `gone` is one of the moment: the bytes were removed, since nobody named them.
 */
export async function attachDocuments(
  transaction: Transaction,
  store: Pick<ContentStore, 'size'>,
  attaching: Attaching,
): Promise<Attached> {
  const context: AttachContext = { ...attaching, transaction, changed: false };
  const { orders, contents, mode, isNew } = attaching;
  await holdContents(transaction, store, contents);
  const files = orders.files.filter((order) => order.do === 'file');
  const replaces = mode === 'replace' && !isNew && files.length > 0;
  const groups = Map.groupBy(files, ({ id, name }) => JSON.stringify(name === '' ? [id] : name));
  const named = new Set<number>();
  for (const group of groups.values()) named.add(await takeGroup(context, group, replaces));
  if (replaces) await deleteOthers(context, named);
  for (const order of orders.files) if (order.do !== 'file') await carryOutKeyword(context, order);
  for (const order of orders.relations) await relateDocuments(context, order);
  for (const order of orders.notes) await addNotes(context, order);
  return { changed: context.changed, warnings: orders.warnings };
}

/**
 * From here to the end of the transaction nobody removes their bytes. In one order, so that two
 * wait for no circle.
 */
async function holdContents(
  transaction: Transaction,
  store: Pick<ContentStore, 'size'>,
  contents: ReadonlyMap<string, Content>,
): Promise<void> {
  for (const digest of [...new Set([...contents.values()].map((content) => content.digest))].sort()) {
    await shareContent(transaction, digest);
    if ((await store.size(digest)) === undefined) throw new UserError(fileErrors.gone, { name: digest });
  }
}

async function setName(
  { transaction, upload }: AttachContext,
  name: string,
  { document, version }: { readonly document: number; readonly version?: number },
): Promise<void> {
  await transaction.query(sql`
    INSERT INTO upload_name (upload_id, name, document_id, version) VALUES (${upload}, ${name}, ${document}, ${version ?? null})
    ON CONFLICT (upload_id, name) DO UPDATE SET document_id = excluded.document_id, version = excluded.version`);
}

interface KeptFile {
  readonly format: string;
  readonly version: number;
  readonly digest: string;
  readonly description: string;
  readonly comment: string;
  readonly hidden: boolean;
}

/** The newest of each format. */
async function newestFiles(transaction: Transaction, document: number): Promise<readonly KeptFile[]> {
  return await transaction.query<KeptFile>(sql`
    SELECT DISTINCT ON (format) format, version, encode(digest, 'hex') AS digest,
      coalesce(file.description, document.description) AS description, comment, hidden
    FROM file JOIN document ON document.id = document_id WHERE document_id = ${document} ORDER BY format, version DESC`);
}

interface ComingFile extends Pick<FileOrder, 'format' | 'description' | 'comment' | 'hidden' | 'added'> {
  readonly content: Content;
}

/** All that comes for one document; its number. */
async function takeGroup(context: AttachContext, group: readonly FileOrder[], replaces: boolean): Promise<number> {
  const { mode, isNew } = context;
  const [first] = group as [FileOrder];
  const coming = comingFiles(context, group);
  const given: DocumentName = { id: group.find(({ id }) => id !== undefined)?.id, name: first.name };
  const found = await findDocument(context, given);
  if (found === undefined && (coming.length === 0 || first.name === ''))
    throw new UserError(fileErrors.noDocument, { name: first.name || (given.id ?? '') });
  const adds = mode === 'insert' || mode === 'append' || isNew;
  if (adds && coming.length === 0)
    throw new UserError(fileErrors.documentMode, { what: 'A change of a document that brings no file', mode });
  const before = found === undefined ? [] : await newestFiles(context.transaction, found.id);
  const isIn = (format: string): boolean => coming.some((one) => one.format === format);
  // A document that has more than what came is not what came: it is begun anew.
  const goes = replaces && before.some(({ format, hidden }) => !hidden && !isIn(format));
  if (found !== undefined && goes) await deleteDocument(context, found);
  const document = found === undefined || goes ? await createDocument(context, first, found) : found;
  const version = await addFiles(context, document, coming, { adds, before });
  await describe(context, document, group, coming);
  for (const order of group) {
    if (order.id !== undefined && isTemporary(order.id)) await setName(context, order.id, { document: document.id });
    if (order.version !== undefined) await setName(context, order.version, { document: document.id, version });
    for (const { of, more } of order.notes)
      await addNotes(context, {
        ...{ relation: undefined, id: String(document.id), name: document.name, more },
        version: of === 'version' || of === 'file' ? String(version) : undefined,
        format: of === 'file' || of === 'format' ? order.format : undefined,
      });
  }
  if (group.some(({ hidesPrevious }) => hidesPrevious)) await hideBefore(context, document, version);
  return document.id;
}

/** With their icons. Throws for two of one format. */
function comingFiles({ contents }: AttachContext, group: readonly FileOrder[]): readonly ComingFile[] {
  const files = new Map<string, ComingFile>();
  for (const { location, format, name, description, comment, hidden, added } of group) {
    if (location === undefined) continue;
    const content = contents.get(location)!;
    const before = files.get(format);
    if (before !== undefined && before.content.digest !== content.digest)
      throw new UserError(fileErrors.ordersWrong, {
        ...{ tag: 'FFT', problem: `two files for "${fileName({ document: name, format })}" come at once` },
        hint: 'Give one of them another name ($n) or format ($f).',
      });
    files.set(format, { format, content, description, comment, hidden, added });
  }
  for (const { icon, hidden } of group) {
    if (icon === undefined || icon === 'KEEP-OLD-VALUE') continue;
    const format = `${splitFileName(icon.replace(/[?#].*$/s, '')).format.split(';', 1)[0]}`;
    files.set(`${format};icon`, {
      ...{ format: `${format};icon`, content: contents.get(icon)!, hidden },
      ...{ description: undefined, comment: undefined, added: undefined },
    });
  }
  return [...files.values()];
}

/** `instead` of one that was deleted just now: whoever might not see that sees this as little. */
async function createDocument(
  context: AttachContext,
  { name, status }: FileOrder,
  instead: LockedDocument | undefined,
): Promise<LockedDocument> {
  const { transaction, record } = context;
  const word = typeof status === 'object' ? status.text : (instead?.status ?? '');
  const [made] = await transaction.query<{ id: number }>(sql`
    INSERT INTO document (record_id, name, status) VALUES (${record}, ${name}, ${word})
    ON CONFLICT (record_id, name) DO NOTHING RETURNING id`);
  // Somebody made it just now, and may have restricted it.
  if (made === undefined) return await requireDocument(context, { id: undefined, name });
  return { id: made.id, record, name, status: word };
}

/** The version that was made, or was there. */
async function addFiles(
  context: AttachContext,
  document: LockedDocument,
  coming: readonly ComingFile[],
  { adds, before }: { readonly adds: boolean; readonly before: readonly KeptFile[] },
): Promise<number> {
  const { transaction, person } = context;
  const kept = await newestFiles(transaction, document.id);
  const newest = Math.max(0, ...kept.map(({ version }) => version));
  const old = (format: string): KeptFile | undefined => kept.find((one) => one.format === format);
  const fresh = coming.filter(({ format, content }) => old(format)?.digest !== content.digest);
  if (fresh.length === 0) return newest;
  const there = adds ? fresh.find(({ format }) => old(format) !== undefined) : undefined;
  if (there !== undefined)
    throw new UserError(fileErrors.documentThere, {
      name: fileName({ document: document.name, format: there.format }),
    });
  const version = newest === 0 ? 1 : adds ? newest : newest + 1;
  for (const { format, content, description, comment, hidden, added } of fresh) {
    const last = before.find((one) => one.format === format);
    await transaction.query(sql`
      INSERT INTO file (document_id, version, format, digest, bytes, person, description, comment, hidden, added)
      VALUES (${document.id}, ${version}, ${format}, decode(${content.digest}, 'hex'), ${content.bytes}, ${person ?? null},
        ${wordOf(description, last?.description)}, ${wordOf(comment, last?.comment)}, ${hidden}, ${added ?? new Date()})`);
    const action = old(format) === undefined ? 'add' : 'revise';
    await noteEvent(transaction, { ...document, document: document.id, person, action, version, format });
  }
  context.changed = true;
  return version;
}

function wordOf(said: Said, before: string | undefined): string {
  return said === 'keep' ? (before ?? '') : (said?.text ?? '');
}

/** Texts, restriction, type, name: of what is there as of what came. */
async function describe(
  context: AttachContext,
  document: LockedDocument,
  group: readonly FileOrder[],
  coming: readonly ComingFile[],
): Promise<void> {
  const { transaction, record, person, mode, isNew } = context;
  const note = (action: 'describe' | 'restrict' | 'rename', detail?: string, format?: string): Promise<void> => {
    context.changed = true;
    return noteEvent(transaction, { ...document, document: document.id, person, action, detail, format });
  };
  const kept = await newestFiles(transaction, document.id);
  for (const { location, format, description, comment, hidden } of group) {
    // Without a file and a format all formats are meant.
    const isAll = location === undefined && format === '';
    for (const file of kept.filter((one) => (isAll ? !one.format.includes(';') : one.format === format))) {
      const [text, words] = [
        typeof description === 'object' ? description.text : file.description,
        typeof comment === 'object' ? comment.text : file.comment,
      ];
      const isHidden = hidden || file.hidden;
      if (text === file.description && words === file.comment && isHidden === file.hidden) continue;
      await transaction.query(sql`
        UPDATE file SET description = ${text}, comment = ${words}, hidden = ${isHidden}
        WHERE document_id = ${document.id} AND version = ${file.version} AND format = ${file.format}`);
      await note('describe', undefined, file.format);
    }
  }
  const status = group.map((one) => one.status).find((one) => typeof one === 'object');
  if (typeof status === 'object' && status.text !== document.status) {
    await transaction.query(sql`UPDATE document SET status = ${status.text} WHERE id = ${document.id}`);
    await note('restrict', status.text === '' ? 'everybody' : status.text);
  }
  const type = group.map((one) => one.type).find((one) => one !== undefined);
  if (type !== undefined) {
    const rows = await transaction.query(
      sql`UPDATE document SET type = ${type} WHERE id = ${document.id} AND type <> ${type} RETURNING id`,
    );
    if (rows.length > 0 && coming.length === 0) await note('describe', `type ${type}`);
  }
  const newName = group.map((one) => one.newName).find((one) => one !== undefined);
  if (newName !== undefined && newName !== document.name && mode !== 'insert' && mode !== 'append' && !isNew) {
    const renamed = await transaction.query(sql`
      UPDATE document SET name = ${newName} WHERE id = ${document.id}
        AND NOT EXISTS (SELECT FROM document AS other WHERE other.record_id = ${record} AND other.name = ${newName}) RETURNING id`);
    if (renamed.length === 0) throw new UserError(fileErrors.documentThere, { name: newName });
    await note('rename', newName);
  }
}

async function hideBefore(context: AttachContext, document: LockedDocument, version: number): Promise<void> {
  const { transaction, person } = context;
  const rows = await transaction.query(sql`
    UPDATE file SET hidden = true WHERE document_id = ${document.id} AND version < ${version} AND NOT hidden RETURNING version`);
  if (rows.length === 0) return;
  context.changed = true;
  await noteEvent(transaction, { ...document, document: document.id, person, action: 'hide', version });
}

/**
 * With the mode replace the record has what came, and of what it had before that which its sender
 * may not see.
 */
async function deleteOthers(context: AttachContext, named: ReadonlySet<number>): Promise<void> {
  const { transaction, record, maySee } = context;
  const all = await transaction.query<LockedDocument>(sql`
    SELECT id, record_id AS record, name, status FROM document
    WHERE record_id = ${record} AND deleted IS NULL AND NOT id = ANY (${[...named]}::integer[]) ORDER BY id FOR UPDATE`);
  for (const document of all)
    if (document.status === '' || maySee(document.status)) await deleteDocument(context, document);
}
