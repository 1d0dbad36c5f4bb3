import type { FacetColumn } from '../index/segment.ts';
import type { Work } from '../index/work.ts';

/**
 * Numbers of a facet's values over all segments: telling by their texts which value of one segment
 * is which of another takes longer than counting them. They are made when a segment is first
 * counted, and outlive snapshots.
 */
export interface Numbers {
  /** By column: number of a value there -> number over all segments. */
  readonly numbers: readonly Uint32Array[];
  /** All numbers are below. */
  readonly count: number;
  /** Texts by number, of those that were among the most frequent before. */
  readonly names: Map<number, string>;
}

const facets = new Map<string, FacetNumbers>();
const mostFacets = 16;

export function* numbering(code: string, columns: readonly FacetColumn[]): Work<Numbers> {
  const distinct = columns.reduce((sum, column) => sum + column.distinct, 0);
  let facet = facets.get(code);
  // Values of segments that are gone keep their numbers, until most of them are such.
  if (facet === undefined || facet.count > 2 * distinct + 1000) {
    if (facets.size >= mostFacets) facets.clear();
    facet = new FacetNumbers();
    facets.set(code, facet);
  }
  const numbers: Uint32Array[] = [];
  for (const column of columns) numbers.push(yield* facet.of(column));
  return { numbers, count: facet.count, names: facet.names };
}

/** Texts that are read between two places where others may have their turn: some milliseconds. */
const valuesBetweenTurns = 4096;

/** Numbers of the values of one facet by fingerprint: open addressing, at most half full. */
class FacetNumbers {
  count = 0;
  readonly names = new Map<number, string>();
  readonly #known = new WeakMap<FacetColumn, Uint32Array>();
  #fingerprints = new Float64Array(1024);
  #numbers = new Uint32Array(1024);

  *of(column: FacetColumn): Work<Uint32Array> {
    const known = this.#known.get(column);
    if (known !== undefined) return known;
    const made = new Uint32Array(column.distinct);
    let value = 0;
    for (const fingerprint of column.fingerprints()) {
      made[value++] = this.#number(fingerprint);
      if (value % valuesBetweenTurns === 0) yield;
    }
    this.#known.set(column, made);
    return made;
  }

  #number(fingerprint: number): number {
    const slot = this.#slot(fingerprint);
    if (this.#fingerprints[slot] === fingerprint) return this.#numbers[slot]!;
    const number = this.count++;
    this.#fingerprints[slot] = fingerprint;
    this.#numbers[slot] = number;
    if (this.count * 2 > this.#numbers.length) this.#grow();
    return number;
  }

  #slot(fingerprint: number): number {
    const mask = this.#fingerprints.length - 1;
    let slot = fingerprint & mask;
    while (this.#fingerprints[slot] !== 0 && this.#fingerprints[slot] !== fingerprint) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [fingerprints, numbers] = [this.#fingerprints, this.#numbers];
    this.#fingerprints = new Float64Array(fingerprints.length * 2);
    this.#numbers = new Uint32Array(numbers.length * 2);
    for (const [at, fingerprint] of fingerprints.entries()) {
      if (fingerprint === 0) continue;
      const slot = this.#slot(fingerprint);
      this.#fingerprints[slot] = fingerprint;
      this.#numbers[slot] = numbers[at]!;
    }
  }
}
