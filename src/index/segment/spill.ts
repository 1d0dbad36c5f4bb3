import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { ByteWriter } from './bytes.ts';
import type { SegmentOutput } from './output.ts';

/** Kept in memory up to here: an ordinary batch never touches the disk. */
const memoryLength = 8 * 1024 * 1024;
let opened = 0;

/** Where bytes go while a section is made. Write to `writer`, then call `settle`. */
export interface SectionStream {
  readonly writer: ByteWriter;
  /** Bytes so far. */
  readonly length: number;
  settle(): void;
  /** The whole section is in `output` after this. */
  moveTo(output: SegmentOutput): void;
  close(): void;
}

/**
 * A section that is made while another one is being written. It grows in memory, or when a folder
 * is given, in a file there that has no name: it is gone when the process is.
 */
export class Spill implements SectionStream {
  readonly writer = new ByteWriter();
  readonly #folder: string | undefined;
  readonly #limit: number;
  #file = -1;
  #spilled = 0;

  constructor(folder?: string, limit = memoryLength) {
    this.#folder = folder;
    this.#limit = limit;
  }

  get length(): number {
    return this.#spilled + this.writer.length;
  }

  settle(): void {
    if (this.writer.length < this.#limit || this.#folder === undefined) return;
    if (this.#file < 0) {
      const path = join(this.#folder, `spill-${process.pid}-${opened++}-${Date.now()}.tmp`);
      this.#file = openSync(path, 'wx+', 0o600);
      unlinkSync(path);
    }
    writeAll(this.#file, this.writer.view());
    this.#spilled += this.writer.length;
    this.writer.length = 0;
  }

  moveTo(output: SegmentOutput): void {
    if (this.#file >= 0) {
      const piece = Buffer.allocUnsafeSlow(1024 * 1024);
      let at = 0;
      while (at < this.#spilled) {
        const count = readSync(this.#file, piece, 0, piece.length, at);
        if (count === 0) throw new Error('a temporary file of a merge ends early');
        output.write(piece.subarray(0, count));
        at += count;
      }
    }
    output.write(this.writer.view());
    this.close();
  }

  close(): void {
    if (this.#file >= 0) closeSync(this.#file);
    this.#file = -1;
    this.#spilled = 0;
    this.writer.length = 0;
  }
}

/** The section that is being written to the output meanwhile. */
export class DirectStream implements SectionStream {
  readonly writer = new ByteWriter();
  readonly #output: SegmentOutput;
  #written = 0;

  constructor(output: SegmentOutput) {
    this.#output = output;
  }

  get length(): number {
    return this.#written + this.writer.length;
  }

  settle(): void {
    this.#output.write(this.writer.view());
    this.#written += this.writer.length;
    this.writer.length = 0;
  }

  moveTo(): void {
    this.settle();
  }

  close(): void {
    this.writer.length = 0;
  }
}

/** writeSync may write less than it was given. */
export function writeAll(file: number, bytes: Uint8Array): void {
  let at = 0;
  while (at < bytes.length) at += writeSync(file, bytes, at, bytes.length - at);
}
