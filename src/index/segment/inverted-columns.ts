import { writeFacetColumn, writeSortColumn } from './columns-writer.ts';
import type { SegmentOutput } from './output.ts';
import { compareSortKeys } from './sort-keys.ts';
import { sortedTexts } from './term-sort.ts';
import { TermTable } from './term-table.ts';

/** One sort method while records come in: distinct keys as bytes, and which record has which. */
export class InvertedSort {
  readonly code: string;
  readonly #keys = new TermTable();
  readonly #records: number[] = [];
  readonly #numbers: number[] = [];

  constructor(code: string) {
    this.code = code;
  }

  get bytes(): number {
    return this.#keys.memory + this.#records.length * 16;
  }

  add(ordinal: number, key: string): void {
    this.#records.push(ordinal);
    this.#numbers.push(this.#keys.number(key));
  }

  write(output: SegmentOutput, records: number): void {
    const table = this.#keys;
    const keys = Array.from({ length: table.count }, (_, number) => ({ number, text: table.text(number) }));
    keys.sort((a, b) => compareSortKeys(a.text, b.text));
    const rankOf = new Uint32Array(table.count);
    for (let i = 0; i < keys.length; i++) rankOf[keys[i]!.number] = i + 1;
    const ranks = () => {
      const column = new Uint32Array(records);
      for (let i = 0; i < this.#records.length; i++) column[this.#records[i]!] = rankOf[this.#numbers[i]!]!;
      return column;
    };
    writeSortColumn(
      output,
      this.code,
      termBytes(
        table,
        keys.map((key) => key.number),
      ),
      ranks,
    );
  }
}

/** One facet while records come in: distinct values as bytes, and pairs of record and value. */
export class InvertedFacet {
  readonly code: string;
  readonly #texts = new TermTable();
  readonly #records: number[] = [];
  readonly #numbers: number[] = [];

  constructor(code: string) {
    this.code = code;
  }

  get bytes(): number {
    return this.#texts.memory + this.#records.length * 16;
  }

  add(ordinal: number, value: string): void {
    this.#records.push(ordinal);
    this.#numbers.push(this.#texts.number(value));
  }

  write(output: SegmentOutput, records: number): void {
    const order = sortedTexts(this.#texts);
    const rankOf = new Uint32Array(order.length);
    for (let i = 0; i < order.length; i++) rankOf[order[i]!] = i;
    writeFacetColumn(output, this.code, termBytes(this.#texts, order), () => this.#column(records, rankOf));
  }

  #column(records: number, rankOf: Uint32Array): { starts: Uint32Array; values: Uint32Array } {
    const starts = new Uint32Array(records + 1);
    const values = new Uint32Array(this.#records.length);
    let end = 0;
    let pair = 0;
    for (let ordinal = 0; ordinal < records; ordinal++) {
      const start = end;
      while (pair < this.#records.length && this.#records[pair] === ordinal)
        values[end++] = rankOf[this.#numbers[pair++]!]!;
      values.subarray(start, end).sort();
      end = dropRepeated(values, start, end);
      starts[ordinal + 1] = end;
    }
    return { starts, values: values.slice(0, end) };
  }
}

function dropRepeated(values: Uint32Array, start: number, end: number): number {
  let kept = start;
  for (let i = start; i < end; i++) if (kept === start || values[kept - 1] !== values[i]) values[kept++] = values[i]!;
  return kept;
}

function* termBytes(table: TermTable, numbers: Iterable<number>): Generator<Uint8Array> {
  for (const number of numbers) yield table.bytes.subarray(table.starts[number], table.starts[number + 1]);
}
