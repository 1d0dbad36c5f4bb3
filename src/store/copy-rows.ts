import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

/**
 * Rows in PostgreSQL's binary COPY format (COPY documentation, "Binary Format"): no escaping, and
 * JavaScript strings are written as UTF-8 straight into the buffer that is sent.
 */
const header = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');
const chunkBytes = 512 * 1024;
/** Microseconds from 1970 to 2000, where PostgreSQL's time starts. */
const epoch = 946_684_800_000_000n;

export class CopyRows {
  #buffer: Buffer = Buffer.allocUnsafe(chunkBytes);
  #length = 0;
  readonly #full: Buffer[] = [];

  constructor() {
    this.#bytes(header);
  }

  row(columns: number): void {
    this.#reserve(2);
    this.#length = this.#buffer.writeInt16BE(columns, this.#length);
  }

  integer(value: number): void {
    this.#reserve(8);
    this.#length = this.#buffer.writeInt32BE(4, this.#length);
    this.#length = this.#buffer.writeInt32BE(value, this.#length);
  }

  boolean(value: boolean): void {
    this.#reserve(5);
    this.#length = this.#buffer.writeInt32BE(1, this.#length);
    this.#length = this.#buffer.writeUInt8(value ? 1 : 0, this.#length);
  }

  time(value: Date): void {
    this.#reserve(12);
    this.#length = this.#buffer.writeInt32BE(8, this.#length);
    this.#length = this.#buffer.writeBigInt64BE(BigInt(value.getTime()) * 1000n - epoch, this.#length);
  }

  text(value: string): void {
    this.#reserve(4 + value.length * 3);
    const written = this.#buffer.write(value, this.#length + 4);
    this.#buffer.writeInt32BE(written, this.#length);
    this.#length += 4 + written;
  }

  /** Undefined is NULL. */
  optionalText(value: string | undefined): void {
    if (value === undefined) {
      this.#reserve(4);
      this.#length = this.#buffer.writeInt32BE(-1, this.#length);
    } else this.text(value);
  }

  bytes(value: Uint8Array): void {
    this.#reserve(4);
    this.#length = this.#buffer.writeInt32BE(value.length, this.#length);
    this.#bytes(value);
  }

  /** Whether `flush` has something to send. */
  get full(): boolean {
    return this.#full.length > 0;
  }

  /** Sends what is full; for COPY streams that are fed while the rows are made. */
  async flush(into: Writable): Promise<void> {
    for (const chunk of this.#full.splice(0)) {
      if (into.errored !== null) throw into.errored;
      if (!into.write(chunk)) await once(into, 'drain');
    }
  }

  /** Sends the rest and waits until the server has taken all rows. */
  async end(into: Writable): Promise<void> {
    this.row(-1);
    this.#retire();
    const done = finished(into);
    // A refused row fails the stream while flush waits for "drain", which then rejects too.
    done.catch(() => undefined);
    await this.flush(into);
    into.end();
    await done;
  }

  #bytes(value: Uint8Array): void {
    this.#reserve(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#buffer.length) return;
    this.#retire(bytes);
  }

  #retire(bytes = 0): void {
    if (this.#length > 0) this.#full.push(this.#buffer.subarray(0, this.#length));
    this.#buffer = Buffer.allocUnsafe(Math.max(chunkBytes, bytes));
    this.#length = 0;
  }
}
