import { UserError } from '../../errors/errors.ts';
import { type DocumentFile, filesToShow } from '../../files/documents.ts';
import { fileName } from '../../files/names.ts';
import {
  imageFormats,
  type ThumbnailKind,
  type ThumbnailSize,
  thumbnailFormats,
  thumbnailKind,
} from '../../thumbnails/kinds.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { HitThumbnail } from '../ui/hit.ts';
import { type FilePage, mayRead } from './files.ts';

/** What can do without the database does not wait for it longer. Milliseconds. */
const patience = 300;

/**
 * A thumbnail for each of these records that has a document to be shown by, and that this person
 * may see: a picture rather than a text. The records have been looked at before. One statement, and
 * none in a library without documents or without thumbnails.
 */
export async function thumbnailsOf(
  exchange: Exchange,
  records: readonly number[],
): Promise<ReadonlyMap<number, HitThumbnail>> {
  const { files } = exchange.environment;
  if (files?.thumbnails === undefined || files.changes?.() === '0' || records.length === 0) return new Map();
  const { database } = files;
  const impatient = { query: (statement) => database.query(statement, { patience }) } as Pick<typeof database, 'query'>;
  try {
    const formats = { formats: thumbnailFormats, pictures: imageFormats };
    const all = await exchange.timing.sql(() => filesToShow(impatient, records, formats));
    const shown = new Map<number, DocumentFile>();
    for (const file of all) {
      if (!mayRead(exchange, file.status)) continue;
      const before = shown.get(file.record);
      if (before === undefined || isBetter(file, before)) shown.set(file.record, file);
    }
    return new Map([...shown].map(([record, file]) => [record, thumbnailOf(file)]));
  } catch (error) {
    if (error instanceof UserError && error.status === 503) return new Map();
    throw error;
  }
}

/** What changes lists of records beside the index and the person: see `Exchange.isFresh`. */
export function documentsTag({ environment: { files } }: Exchange): string {
  return files?.thumbnails === undefined ? '' : (files.changes?.() ?? '');
}

function isBetter(one: DocumentFile, other: DocumentFile): boolean {
  const [a, b] = [one, other].map(({ format }) => thumbnailKind(format) === 'image');
  return a === b ? fileName(one) < fileName(other) : a === true;
}

function thumbnailOf(file: DocumentFile): HitThumbnail {
  return { address: thumbnailAddress(file, 'small'), text: file.description };
}

export function thumbnailAddress(file: DocumentFile, size: ThumbnailSize): string {
  const { record, version, newest } = file;
  const which = newest ? '' : `&version=${version}`;
  return `/record/${record}/thumbnails/${encodeURIComponent(fileName(file))}?size=${size}${which}`;
}

/** What the page of a record shows of its documents. */
export interface ShownFiles {
  readonly pictures: readonly DocumentFile[];
  /** Whose first page stands beside the button that opens it. */
  readonly pdf: DocumentFile | undefined;
}

const mostPictures = 24;

export function shownFiles(exchange: Exchange, { files }: FilePage): ShownFiles {
  const newest = files.filter((file) => file.newest && hasThumbnail(exchange, file));
  const kindOf = ({ format }: DocumentFile): ThumbnailKind | undefined => thumbnailKind(format);
  return {
    pictures: newest.filter((file) => kindOf(file) === 'image').slice(0, mostPictures),
    pdf: newest.find((file) => kindOf(file) === 'pdf'),
  };
}

/** Has this document a thumbnail, as far as its name says? */
export function hasThumbnail({ environment: { files } }: Exchange, { format }: DocumentFile): boolean {
  return files?.thumbnails !== undefined && thumbnailKind(format) !== undefined;
}
