import { createHash, randomBytes } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { UserError } from '../../errors/errors.ts';
import { placeFile } from '../../store/folder-owner.ts';
import { segmentErrors } from './errors.ts';
import { segmentFileName } from './open.ts';
import type { SegmentData } from './output.ts';
import { writeAll } from './spill.ts';

/** Bytes of all blocks but the last. */
export const blockLength = 1024 * 1024;

/** A piece of a segment as the database keeps it. */
export interface SegmentBlock {
  /** 0, 1, 2 ... */
  readonly number: number;
  /** CRC-32 of `data`, four bytes, highest first. */
  readonly checksum: Buffer;
  readonly data: Buffer;
}

/** Blocks of a segment in memory; they share its bytes. */
export function* blocksOf(data: SegmentData): Generator<SegmentBlock> {
  for (let number = 0; number * blockLength < data.bytes.length; number++) {
    yield block(number, data.bytes.subarray(number * blockLength, (number + 1) * blockLength));
  }
}

/** Blocks of a segment file, read one by one. */
export function* blocksOfFile(path: string): Generator<SegmentBlock> {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    for (let number = 0; number * blockLength < size; number++) {
      const data = Buffer.allocUnsafeSlow(Math.min(blockLength, size - number * blockLength));
      let at = 0;
      while (at < data.length) {
        const count = readSync(file, data, at, data.length - at, number * blockLength + at);
        if (count === 0) throw new Error(`${path} became shorter while it was read`);
        at += count;
      }
      yield block(number, data);
    }
  } finally {
    closeSync(file);
  }
}

export function blockCount(bytes: number): number {
  return Math.ceil(bytes / blockLength);
}

/**
 * Puts blocks back together as `folder/ID.segment`. Throws REPERIO_SEGMENT_BLOCK when one is
 * damaged, missing, or of another segment.
 */
export class BlockJoiner {
  readonly #id: string;
  readonly #folder: string;
  readonly #temporary: string;
  readonly #file: number;
  readonly #hash = createHash('sha256');
  #next = 0;
  #closed = false;

  constructor(id: string, folder: string) {
    this.#id = id;
    this.#folder = folder;
    this.#temporary = join(folder, `${id}-${randomBytes(6).toString('hex')}.tmp`);
    this.#file = openSync(this.#temporary, 'wx', 0o600);
  }

  /** Blocks come in order. */
  add({ number, checksum, data }: SegmentBlock): void {
    if (number !== this.#next) throw this.#damaged(this.#next, `block ${number} came instead`);
    if (!checksumOf(data).equals(checksum)) throw this.#damaged(number, 'its checksum is wrong');
    this.#next++;
    this.#hash.update(data);
    writeAll(this.#file, data);
  }

  /**
   * Gives the file its name, once its content is known to be that of the segment. Gives the path.
   */
  finish(): string {
    const found = this.#hash.digest('hex');
    if (found !== this.#id) throw this.#damaged(this.#next, `the blocks before it make segment ${found}`);
    fsyncSync(this.#file);
    this.#close();
    const path = join(this.#folder, segmentFileName(this.#id));
    placeFile(this.#temporary, path);
    return path;
  }

  /** Lets go of what was written, unless it was finished. */
  discard(): void {
    this.#close();
    rmSync(this.#temporary, { force: true });
  }

  #close(): void {
    if (!this.#closed) closeSync(this.#file);
    this.#closed = true;
  }

  #damaged(number: number, problem: string): UserError {
    return new UserError(segmentErrors.block, { segment: this.#id, block: number, problem });
  }
}

function block(number: number, data: Buffer): SegmentBlock {
  return { number, checksum: checksumOf(data), data };
}

function checksumOf(data: Buffer): Buffer {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(crc32(data));
  return checksum;
}
