import { createHash, type Hash } from 'node:crypto';

/** A file of a set is hashed by blocks, so that damage is found where it is. Bytes. */
export const blockBytes = 4 * 1024 * 1024;

/** What is known of the bytes of a file. */
export interface Hashed {
  readonly bytes: number;
  /** Hex SHA-256 of all. */
  readonly sha256: string;
  /** Of each block; none where there is only one. */
  readonly blocks: readonly string[];
}

/** Takes bytes as they come. */
export class BlockHasher {
  readonly #all: Hash = createHash('sha256');
  #block: Hash = createHash('sha256');
  #inBlock = 0;
  #bytes = 0;
  readonly #blocks: string[] = [];

  /** Calls back with each block that is complete, by its number. */
  add(chunk: Uint8Array, onBlock?: (at: number, sha256: string) => void): void {
    this.#all.update(chunk);
    this.#bytes += chunk.length;
    for (let at = 0; at < chunk.length; ) {
      const take = Math.min(chunk.length - at, blockBytes - this.#inBlock);
      this.#block.update(chunk.subarray(at, at + take));
      this.#inBlock += take;
      at += take;
      if (this.#inBlock === blockBytes) this.#close(onBlock);
    }
  }

  end(onBlock?: (at: number, sha256: string) => void): Hashed {
    if (this.#inBlock > 0) this.#close(onBlock);
    const blocks = this.#blocks.length > 1 ? this.#blocks : [];
    return { bytes: this.#bytes, sha256: this.#all.digest('hex'), blocks };
  }

  #close(onBlock?: (at: number, sha256: string) => void): void {
    const sha256 = this.#block.digest('hex');
    onBlock?.(this.#blocks.length, sha256);
    this.#blocks.push(sha256);
    this.#block = createHash('sha256');
    this.#inBlock = 0;
  }
}

/** Bytes that are not those that were written. */
export class Damage extends Error {
  /** Where the damaged block begins, or where the file ends too soon. */
  readonly offset: number;
  constructor(offset: number, problem: string) {
    super(problem);
    this.offset = offset;
  }
}

/**
 * Passes on what agrees with the hashes; throws Damage before the first block that does not. What
 * was passed on of a file of one block is known to agree at its end only.
 */
export async function* verified(
  chunks: AsyncIterable<Uint8Array>,
  { bytes, sha256, blocks }: Hashed,
): AsyncGenerator<Uint8Array> {
  const hasher = new BlockHasher();
  const check = (at: number, found: string): void => {
    const wanted = blocks[at];
    if (wanted !== undefined && wanted !== found)
      throw new Damage(at * blockBytes, 'its bytes are not those that were written');
  };
  let seen = 0;
  for await (const chunk of chunks) {
    seen += chunk.length;
    hasher.add(chunk, check);
    if (seen > bytes) throw new Damage(bytes, `it has more than its ${bytes} bytes`);
    yield chunk;
  }
  if (seen < bytes) throw new Damage(seen, `it ends there and had ${bytes} bytes`);
  if (hasher.end(check).sha256 !== sha256) throw new Damage(0, 'its bytes are not those that were written');
}
