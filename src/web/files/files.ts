import { type DocumentFile, filesByStatus, newestOf, someFiles, statusesOf } from '../../files/documents.ts';
import { fileName } from '../../files/names.ts';
import { maySeeDocument } from '../../people/document-access.ts';
import type { Database } from '../../store/database.ts';
import type { Exchange } from '../exchange/exchange.ts';

/** May this person see a document with this status? The record itself has been looked at before. */
export function mayRead({ person, snapshot }: Exchange, status: string): boolean {
  return maySeeDocument(snapshot.site, person, status);
}

/** A part of the files of a record that this person may see. */
export interface FilePage {
  readonly files: readonly DocumentFile[];
  /** From 1; the last one when a later one was asked for. */
  readonly page: number;
  readonly last: number;
  /** Of all pages. */
  readonly count: number;
  /** When the last of them was added, in ms since 1970; 0: there are none. */
  readonly latest: number;
  /** Changes with anything that is told of them. */
  readonly tag: string;
}

export const noFiles: FilePage = { files: [], page: 1, last: 1, count: 0, latest: 0, tag: '' };

/** Two statements; one for a record without files. */
export async function filePage(
  exchange: Exchange,
  database: Database,
  record: number,
  { size, wanted }: { readonly size: number; readonly wanted: number },
): Promise<FilePage> {
  const { timing } = exchange;
  const all = await timing.sql(() => filesByStatus(database, record));
  const visible = all.filter(({ status }) => mayRead(exchange, status));
  const count = visible.reduce((sum, one) => sum + one.count, 0);
  if (count === 0) return noFiles;
  const last = Math.ceil(count / size);
  const page = Math.min(wanted, last);
  const statuses = visible.map(({ status }) => status);
  const files = await timing.sql(() => someFiles(database, record, { statuses, skip: (page - 1) * size, count: size }));
  return {
    ...{ files, page, last, count },
    latest: Math.max(...visible.map(({ latest }) => latest.getTime())),
    tag: visible.map(({ status, digest }) => JSON.stringify([status, digest])).join(),
  };
}

/** The first of them that is a PDF. */
export function newestPdf({ files }: FilePage): { readonly href: string; readonly bytes: number } | undefined {
  const file = files.find((one) => one.newest && one.format === 'pdf');
  return file && { href: fileAddress(file.record, fileName(file)), bytes: file.bytes };
}

/** Addresses of the newest versions of those that are PDF. */
export function pdfsOf({ files }: FilePage, baseUrl: string): readonly string[] {
  return files
    .filter((file) => file.newest && file.format === 'pdf')
    .map((file) => `${baseUrl}${fileAddress(file.record, fileName(file))}`);
}

/** Of each record of a list so many are named. */
const pdfsOfEach = 10;

/**
 * The same for many records, of documents that this person may see: two statements, whatever their
 * number.
 */
export async function pdfsOfMany(
  exchange: Exchange,
  records: readonly number[],
): Promise<ReadonlyMap<number, readonly string[]>> {
  const found = new Map<number, string[]>();
  const { environment, timing } = exchange;
  const { files } = environment;
  if (files === undefined || records.length === 0) return found;
  const all = await timing.sql(() => statusesOf(files.database, records));
  const statuses = all.filter((status) => mayRead(exchange, status));
  if (statuses.length === 0) return found;
  const wanted = { format: 'pdf', statuses, most: pdfsOfEach };
  for (const file of await timing.sql(() => newestOf(files.database, records, wanted))) {
    const address = `${exchange.page.baseUrl}${fileAddress(file.record, fileName(file))}`;
    const known = found.get(file.record);
    if (known === undefined) found.set(file.record, [address]);
    else known.push(address);
  }
  return found;
}

export function fileAddress(record: number, name: string): string {
  return `/record/${record}/files/${encodeURIComponent(name)}`;
}
