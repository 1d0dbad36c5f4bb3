import { closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { UserError } from '../../errors/errors.ts';
import { type RecordFormat, readers } from '../../marc/readers/readers.ts';
import { recordErrors } from '../errors.ts';
import type { RefusedRaw } from './protocol.ts';

/** Where the refused records of a load stand so far. */
export interface RejectsMark {
  readonly records: number;
  readonly reasons: number;
}

/**
 * The refused records of a load, in a file that can be loaded again after correction, in the format
 * of the input; and beside it FILE.reasons, one line each: position, where the record ends in the
 * file, 001, code, what is wrong and what to do, separated by tabs.
 */
export interface Rejects {
  readonly mark: RejectsMark;
  add(format: RecordFormat, refused: readonly RefusedRaw[]): Promise<void>;
  /** Forgets what was added since. */
  backTo(mark: RejectsMark): Promise<void>;
  close(): void;
}

/** For a load without a rejects file. */
export const noRejects: Rejects = {
  mark: { records: 0, reasons: 0 },
  add: async () => undefined,
  backTo: async () => undefined,
  close: () => undefined,
};

/**
 * `done`: the load goes on behind this record, and what was refused up to there is kept; 0 for a new file.
 */
export function openRejects(path: string, done: number): Rejects {
  try {
    const kept = done === 0 ? { records: 0, reasons: 0 } : keptUpTo(path, done);
    if (kept.reasons === 0) for (const file of [path, reasonsOf(path)]) rmSync(file, { force: true });
    return new RejectsFile(path, kept);
  } catch (error) {
    throw cannotWrite(path, error);
  }
}

function reasonsOf(path: string): string {
  return `${path}.reasons`;
}

class RejectsFile implements Rejects {
  readonly #path: string;
  #files: { readonly records: number; readonly reasons: number } | undefined;
  #format: RecordFormat | undefined;
  mark: RejectsMark;

  constructor(path: string, kept: RejectsMark) {
    this.#path = path;
    this.mark = kept;
  }

  async add(format: RecordFormat, refused: readonly RefusedRaw[]): Promise<void> {
    if (refused.length === 0) return;
    try {
      this.#format = format;
      this.#files ??= this.#open();
      if (this.mark.records === 0) this.#write(Buffer.from(readers[format].refused.head), undefined);
      for (const one of refused) this.#write(recordBytes(format, one), one);
    } catch (error) {
      throw cannotWrite(this.#path, error);
    }
  }

  async backTo(mark: RejectsMark): Promise<void> {
    this.mark = mark;
    if (this.#files === undefined) return;
    ftruncateSync(this.#files.records, mark.records);
    ftruncateSync(this.#files.reasons, mark.reasons);
  }

  close(): void {
    if (this.#files === undefined || this.#format === undefined) return;
    writeSync(this.#files.records, readers[this.#format].refused.tail, this.mark.records);
    closeSync(this.#files.records);
    closeSync(this.#files.reasons);
    this.#files = undefined;
  }

  #open(): { readonly records: number; readonly reasons: number } {
    // Not emptied: what is kept of an earlier run stays, what it wrote behind is cut off.
    const flags = this.mark.reasons === 0 ? 'w' : 'r+';
    const records = openSync(this.#path, flags);
    const reasons = openSync(reasonsOf(this.#path), flags);
    ftruncateSync(records, this.mark.records);
    ftruncateSync(reasons, this.mark.reasons);
    return { records, reasons };
  }

  #write(bytes: Buffer, refused: RefusedRaw | undefined): void {
    const { records, reasons } = this.mark;
    const files = this.#files!;
    let line = 0;
    if (refused !== undefined) {
      const { position, control001, reason } = refused;
      const cells = [position, records + bytes.length, control001 ?? '', reason.code, reason.message, reason.hint];
      line = writeSync(
        files.reasons,
        `${cells.map((cell) => String(cell).replace(/\s+/g, ' ')).join('\t')}\n`,
        reasons,
      );
    }
    for (let done = 0; done < bytes.length; )
      done += writeSync(files.records, bytes, done, bytes.length - done, records + done);
    this.mark = { records: records + bytes.length, reasons: reasons + line };
  }
}

function recordBytes(format: RecordFormat, { position, control001, reason, raw }: RefusedRaw): Buffer {
  const known = control001 === undefined ? '' : ` (001 ${control001})`;
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.length);
  return readers[format].refused.record(bytes, `record ${position}${known}: ${reason.message}`);
}

/** The second cell of a line says where its record ends. */
function keptUpTo(path: string, done: number): RejectsMark {
  let records = 0;
  let reasons = 0;
  let text: string;
  try {
    text = readFileSync(reasonsOf(path), 'utf8');
  } catch {
    return { records, reasons };
  }
  for (const line of text.split(/(?<=\n)/)) {
    const [position, end] = line.split('\t').map(Number);
    if (!line.endsWith('\n') || !(position! <= done)) break;
    records = end!;
    reasons += Buffer.byteLength(line);
  }
  return { records, reasons };
}

function cannotWrite(path: string, error: unknown): UserError {
  const reason = error instanceof Error ? error.message : String(error);
  return new UserError(recordErrors.rejectsFile, { file: path, reason }, error);
}
