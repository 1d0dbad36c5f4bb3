import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { UserError } from '../errors/errors.ts';
import type { ExportContext } from '../formats/export-format.ts';
import { requireExportFormat } from '../formats/formats.ts';
import type { ExportItem } from '../formats/item.ts';
import { recordIdIn } from '../index/record-id.ts';
import { decodeVersion, type StoredBatch } from '../index/stored-records.ts';
import type { MarcPath } from '../marc/path.ts';
import { withoutPaths } from '../marc/select-fields.ts';
import { toIso2709 } from '../marc/writers/iso2709.ts';
import { recordErrors } from '../records/errors.ts';

/** Characters of records that are in memory at once, more or less. */
const batchBytes = 2 * 1024 * 1024;
const batchRecords = 1_000;
const pieceSize = 128 * 1024;

/** How records are written one after the other. */
export interface RecordWriter {
  readonly head: string;
  readonly between: string;
  readonly foot: string;
  readonly item: (item: ExportItem) => string | Buffer;
}

export type WriterContext = Pick<ExportContext, 'total' | 'baseUrl' | 'library' | 'page' | 'single'>;

/** By the name of a format; ISO 2709 is none of those of the web. Throws UserError. */
export function writerOf(name: string, given: WriterContext): RecordWriter {
  if (name === 'iso2709') return { head: '', between: '', foot: '', item: ({ record }) => toIso2709(record) };
  const format = requireExportFormat(name);
  const context: ExportContext = { ...given, only: [], paths: [] };
  const { between } = format;
  return {
    head: format.head(context),
    between,
    foot: format.foot(context),
    item: (item) => format.item(item, context),
  };
}

export interface ManyRecords {
  readonly ids: readonly number[];
  readonly stored: (ids: readonly number[], bytes: number) => Promise<StoredBatch>;
  /** What nobody but cataloguers sees, when it is to be left out. */
  readonly without: readonly MarcPath[];
  /** May this record be written? Asked for deleted ones too. */
  readonly mayWrite: (id: number, deleted: boolean) => boolean;
  readonly writer: RecordWriter;
  readonly out: Writable;
  readonly signal: AbortSignal;
  /**
   * Called with what is not written: the record is not there, may not be seen, or does not fit the
   * format.
   */
  readonly onProblem: (problem: UserError) => void;
}

/** Writes any number of records in constant memory. How many were written. */
export async function exportMany(many: ManyRecords): Promise<number> {
  const { ids, stored, without, mayWrite, writer, out, signal, onProblem } = many;
  const pieces: Buffer[] = [];
  let size = 0;
  let written = 0;
  const add = (part: string | Buffer): void => {
    const bytes = typeof part === 'string' ? Buffer.from(part) : part;
    pieces.push(bytes);
    size += bytes.length;
  };
  const flush = async (): Promise<void> => {
    const piece = Buffer.concat(pieces.splice(0));
    size = 0;
    if (piece.length > 0 && !out.write(piece)) await once(out, 'drain', { signal });
  };
  add(writer.head);
  for (let at = 0; at < ids.length; ) {
    signal.throwIfAborted();
    const asked = ids.slice(at, at + batchRecords);
    const { rows, taken } = await stored(asked, batchBytes);
    at += taken;
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const id of asked.slice(0, taken)) {
      const row = byId.get(id);
      if (row === undefined || !mayWrite(id, row.deleted)) {
        onProblem(new UserError(recordErrors.notExported, { id }));
        continue;
      }
      const version = decodeVersion(row);
      try {
        const part = writer.item({ ...version, record: withoutPaths(version.record, without) });
        if (written > 0) add(writer.between);
        add(part);
        written++;
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        onProblem(error);
      }
      if (size >= pieceSize) await flush();
    }
  }
  add(writer.foot);
  await flush();
  return written;
}

/**
 * The record numbers of a text: one a line, or with blanks or commas between them, or a JSON list.
 * Throws UserError.
 */
export function recordNumbers(text: string): readonly number[] {
  const words = text.split(/[\s,;[\]\ufeff]+/).filter((word) => word !== '');
  const ids = words.map((word) => {
    const id = recordIdIn(word);
    if (id === undefined) throw new UserError(recordErrors.noNumber, { text: word.slice(0, 40) });
    return id;
  });
  return [...new Set(ids)];
}
