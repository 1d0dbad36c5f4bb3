import type { KeyColumnName } from '../document.ts';
import { writeKeyColumn } from './columns-writer.ts';
import type { SegmentOutput } from './output.ts';

/** One key column while records come in. */
export class InvertedKeys {
  readonly name: KeyColumnName;
  /** High, low, high, low ... */
  #pairs = new Uint32Array(1024);
  #length = 0;
  readonly #starts: number[] = [0];

  constructor(name: KeyColumnName) {
    this.name = name;
  }

  get bytes(): number {
    return this.#pairs.byteLength + this.#starts.length * 8;
  }

  add(keys: readonly number[]): void {
    const end = this.#length + keys.length;
    if (end > this.#pairs.length) {
      const grown = new Uint32Array(Math.max(end, this.#pairs.length * 2));
      grown.set(this.#pairs);
      this.#pairs = grown;
    }
    for (let i = 0; i < keys.length; i++) this.#pairs[this.#length + i] = keys[i]!;
    this.#length = end;
  }

  endRecord(): void {
    this.#starts.push(this.#length / 2);
  }

  /** Nothing when no record has any. */
  write(output: SegmentOutput): void {
    const count = this.#length / 2;
    if (count === 0) return;
    const high = new Uint32Array(count);
    const low = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      high[i] = this.#pairs[2 * i]!;
      low[i] = this.#pairs[2 * i + 1]!;
    }
    writeKeyColumn(output, this.name, { starts: Uint32Array.from(this.#starts), high, low });
  }
}
