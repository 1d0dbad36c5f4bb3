import { Readable } from 'node:stream';
import { mayShow } from '../../access/visible.ts';
import { UserError } from '../../errors/errors.ts';
import type { ExportContext, ExportFormat } from '../../formats/export-format.ts';
import type { ExportItem } from '../../formats/item.ts';
import type { StoredVersion } from '../../index/stored-records.ts';
import { mayHaveOwnLinks } from '../../marc/own-links.ts';
import { compilePath } from '../../marc/path.ts';
import { readParts } from '../../marc/stored.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { type ReadVersion, RecordTooLarge, readVersion } from '../exchange/read-version.ts';
import { pdfsOfMany } from '../files/files.ts';
import { webErrors } from '../http/errors.ts';
import { attempt } from '../ui/attempt.ts';
import { mostCharacters, storedBatches } from './read-records.ts';
import { isWhollyVisible, visibleRecord } from './visible-record.ts';

/** What of a question an export has to know. */
export interface ExportQuestion {
  readonly ids: readonly number[];
  readonly total: number;
  /** Path and query of the page with the same hits. */
  readonly page: string;
  readonly single: boolean;
  /** `ot` */
  readonly only: readonly string[];
}

/** Throws UserError when `only` names a MARC path that is none. */
function contextOf(exchange: Exchange, format: ExportFormat, question: ExportQuestion): ExportContext {
  const { baseUrl, site } = exchange.page;
  const { total, page, single, only } = question;
  return {
    total,
    baseUrl,
    library: site.name,
    page,
    single,
    only,
    paths: format.marcPaths ? only.map(compilePath) : [],
  };
}

/**
 * One record, whole: there is no need for a stream. Throws UserError when it is too large to be
 * made in one piece.
 */
export function exportRecord(
  exchange: Exchange,
  format: ExportFormat,
  item: ReadVersion & Pick<ExportItem, 'pdfs'>,
  only: readonly string[],
): string {
  const question = { ids: [item.id], total: 1, page: `/record/${item.id}`, single: true, only };
  const context = contextOf(exchange, format, question);
  if (item.leftOut > 0) throw new UserError(webErrors.recordTooLarge, { id: item.id });
  const visible = { ...item, record: visibleRecord(exchange, item.record) };
  return format.head(context) + format.item(visible, context) + format.foot(context);
}

/**
 * Any number of records as a stream. Memory is that of two batches: one that is written and one
 * that is being read. Between pieces everything else has its turn, pages first.
 */
export function exportStream(exchange: Exchange, format: ExportFormat, question: ExportQuestion): Readable {
  const context = contextOf(exchange, format, question);
  return Readable.from(pieces(exchange, format, context, question.ids), {
    objectMode: false,
    highWaterMark: pieceSize,
  });
}

/**
 * Milliseconds of work after which others have their turn: some formats need more for a record than
 * for its characters.
 */
const sliceTime = 10;
/** Characters: some milliseconds of work. */
const pieceSize = 128 * 1024;

async function* pieces(
  exchange: Exchange,
  format: ExportFormat,
  context: ExportContext,
  ids: readonly number[],
): AsyncGenerator<Buffer> {
  const write = writerOf(exchange, format, context);
  let piece = format.head(context);
  let first = true;
  let began = performance.now();
  for await (const rows of storedBatches(exchange, ids)) {
    const shown = stillShown(exchange, rows);
    const pdfs = format.namesPdfs ? await pdfsOfMany(exchange, idsOf(shown)) : noPdfs;
    for (const row of shown) {
      const drawn = attempt(exchange.page, row.id, () => write(row, pdfs.get(row.id)));
      if (drawn === undefined) continue;
      piece += first ? drawn : format.between + drawn;
      first = false;
      if (piece.length >= pieceSize) {
        yield* cut(Buffer.from(piece));
        piece = '';
      } else if (performance.now() - began < sliceTime) continue;
      await exchange.giveWay();
      began = performance.now();
    }
  }
  yield* cut(Buffer.from(piece + format.foot(context)));
}

/** A record may be megabytes: what a client takes is measured by the piece. */
function* cut(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += pieceSize) yield bytes.subarray(at, at + pieceSize);
}

const noPdfs: ReadonlyMap<number, readonly string[]> = new Map();

function idsOf(rows: readonly StoredVersion[]): readonly number[] {
  return rows.map(({ id }) => id);
}

export type WriteRow = (row: StoredVersion, pdfs?: readonly string[]) => string;

export function writerOf(exchange: Exchange, format: ExportFormat, context: ExportContext): WriteRow {
  const { stored } = format;
  const direct = stored !== undefined && context.only.length === 0 ? stored : undefined;
  return (row, pdfs = []) => {
    const { marc, ...version } = row;
    if (marc.length > mostCharacters) throw new RecordTooLarge(marc.length);
    if (direct !== undefined && !mayHaveOwnLinks(marc)) {
      const parts = readParts(marc);
      if (isWhollyVisible(exchange, parts)) return direct(parts);
    }
    const { record, leftOut } = readVersion(row);
    if (leftOut > 0) throw new RecordTooLarge(marc.length);
    return format.item({ ...version, pdfs, record: visibleRecord(exchange, record) }, context);
  };
}

/**
 * An export takes a while: what was deleted or closed to the person since it was asked for is left
 * out.
 */
function stillShown(exchange: Exchange, rows: readonly StoredVersion[]): readonly StoredVersion[] {
  const now = exchange.newest();
  const isSame = now.version === exchange.snapshot.version && now.siteVersion === exchange.snapshot.siteVersion;
  return rows.filter(({ id, deleted }) => !deleted && (isSame || mayShow(exchange.person, now, id) === 'yes'));
}

/**
 * `[3,2,1]` and a line break, as bytes: half a million numbers are written in a few milliseconds.
 */
export function idList(ids: ArrayLike<number>): Buffer {
  // A record number has ten digits at most, and a comma.
  const bytes = Buffer.allocUnsafe(ids.length * 11 + 3);
  let at = 0;
  bytes[at++] = 0x5b;
  for (let i = 0; i < ids.length; i++) {
    if (i > 0) bytes[at++] = 0x2c;
    let rest = ids[i] as number;
    let end = at;
    for (let size = rest; size >= 10; size = (size / 10) | 0) end++;
    for (let place = end; place >= at; place--) {
      bytes[place] = 0x30 + (rest % 10);
      rest = (rest / 10) | 0;
    }
    at = end + 1;
  }
  bytes[at++] = 0x5d;
  bytes[at++] = 0x0a;
  return bytes.subarray(0, at);
}
