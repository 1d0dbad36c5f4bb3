import { createHash, type Hash } from 'node:crypto';
import type { RawRecord } from '../../marc/raw.ts';
import type { RawBatch } from '../../marc/readers/read.ts';
import type { RecordFormat } from '../../marc/readers/readers.ts';
import type { RefusedRaw } from './protocol.ts';

/** A piece of the input that is committed at once. */
export interface Batch {
  /** From 0, in the order of the input. */
  readonly number: number;
  readonly format: RecordFormat;
  /** The records that were cut out whole, one after the other, and where each ends. */
  readonly data: ArrayBuffer;
  readonly ends: Uint32Array;
  readonly positions: Uint32Array;
  /** What the splitter refused among them. */
  readonly refused: readonly RefusedRaw[];
  /** Sentences about the input. */
  readonly notices: readonly string[];
  /** Position of the last record, refused or not. */
  readonly lastPosition: number;
  /** SHA-256 of the bytes of all records of the input up to here. */
  readonly prefix: Uint8Array;
  readonly bytes: number;
}

export interface BatchLimits {
  readonly records: number;
  readonly bytes: number;
}

/** How large the next batch may be, when so many records and bytes went into those before it. */
export type BatchSizes = (done: BatchLimits) => BatchLimits;

/** So many bytes of records say which input this is. */
const namingBytes = 1024 * 1024;

/**
 * Reads an input, first its beginning, which names it (SHA-256 of the records of the first
 * megabyte, hex), then all of it. The splitter's buffers are used again, so what waits for
 * `batches` is copied.
 */
export class InputReader {
  readonly #source: AsyncIterator<RawBatch>;
  #isWhole = false;
  readonly #waiting: RawBatch[] = [];

  constructor(source: AsyncIterable<RawBatch>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  async name(): Promise<string> {
    const hash = createHash('sha256');
    let bytes = 0;
    while (bytes < namingBytes) {
      const next = await this.#source.next();
      if (next.done === true) {
        this.#isWhole = true;
        break;
      }
      const { format, records } = next.value;
      this.#waiting.push({ format, records: records.map((raw) => ({ ...raw, bytes: Uint8Array.from(raw.bytes) })) });
      for (const raw of records) {
        // Whole records until the megabyte is full, so that the size of the reads does not matter.
        if (bytes < namingBytes) hash.update(raw.bytes);
        bytes += raw.bytes.length;
      }
    }
    return hash.digest('hex');
  }

  /** The name is that of all its records: the input is no longer than what was read for it. */
  get isNamedWhole(): boolean {
    return this.#isWhole;
  }

  /**
   * All batches after record `done`. `check` gets the SHA-256 of the records up to there (undefined
   * when the input is shorter) and may throw.
   */
  async *batches(
    sizes: BatchSizes,
    done: number,
    check: (prefix: Uint8Array | undefined) => void,
  ): AsyncGenerator<Batch, void, void> {
    const hash = createHash('sha256');
    let checked = done === 0;
    let number = 0;
    const made = { records: 0, bytes: 0 };
    let limits = sizes(made);
    let batch = new BatchMaker();
    for await (const { format, records } of this.#records()) {
      for (const raw of records) {
        if (raw.notice !== undefined) {
          batch.notices.push(raw.notice);
          continue;
        }
        hash.update(raw.bytes);
        if (raw.position < done) continue;
        if (raw.position === done) {
          check(hash.copy().digest());
          checked = true;
          continue;
        }
        batch.add(raw);
        if (batch.count >= limits.records || batch.bytes >= limits.bytes) {
          made.records += batch.count;
          made.bytes += batch.bytes;
          limits = sizes(made);
          yield batch.finish(number++, format, hash);
          // The next one is mostly as long: room for it at once spares copying it as it grows.
          batch = new BatchMaker(Math.min(limits.bytes, batch.bytes) * 1.1);
        }
      }
      this.#format = format;
    }
    if (!checked) check(undefined);
    if ((batch.count > 0 || batch.notices.length > 0) && this.#format !== undefined)
      yield batch.finish(number, this.#format, hash);
  }

  /** Lets go of the input before its end. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }

  #format: RecordFormat | undefined;

  async *#records(): AsyncGenerator<RawBatch, void, void> {
    yield* this.#waiting.splice(0);
    for (;;) {
      const next = await this.#source.next();
      if (next.done === true) return;
      yield next.value;
    }
  }
}

class BatchMaker {
  #data: ArrayBuffer;
  #view: Uint8Array;
  readonly #ends: number[] = [];
  readonly #positions: number[] = [];
  readonly #refused: RefusedRaw[] = [];
  readonly notices: string[] = [];
  #length = 0;
  #last = 0;

  /** `room` in bytes; more is made when it is needed. */
  constructor(room = 1024 * 1024) {
    this.#data = new ArrayBuffer(Math.ceil(room));
    this.#view = new Uint8Array(this.#data);
  }

  get count(): number {
    return this.#positions.length + this.#refused.length;
  }

  get bytes(): number {
    return this.#length;
  }

  add({ position, bytes, refusal }: RawRecord): void {
    this.#last = position;
    if (refusal !== undefined) {
      this.#refused.push({ position, control001: undefined, reason: refusal, raw: Uint8Array.from(bytes) });
      return;
    }
    const end = this.#length + bytes.length;
    if (end > this.#data.byteLength) {
      // Moves the pages instead of copying them.
      this.#data = this.#data.transfer(Math.max(end, this.#data.byteLength * 2));
      this.#view = new Uint8Array(this.#data);
    }
    this.#view.set(bytes, this.#length);
    this.#length = end;
    this.#ends.push(end);
    this.#positions.push(position);
  }

  finish(number: number, format: RecordFormat, hash: Hash): Batch {
    return {
      number,
      format,
      data: this.#data,
      ends: Uint32Array.from(this.#ends),
      positions: Uint32Array.from(this.#positions),
      refused: this.#refused,
      notices: this.notices,
      lastPosition: this.#last,
      prefix: hash.copy().digest(),
      bytes: this.#length,
    };
  }
}
