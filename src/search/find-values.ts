import type { IndexSnapshot } from '../index/snapshot.ts';
import type { Work } from '../index/work.ts';
import { numbering } from './facet-numbers.ts';
import type { CountedHits } from './facets.ts';
import { type Counted, mostFrequent } from './top-values.ts';

/** Values of a facet among hits that are wanted, the most frequent first. */
export interface FoundValues {
  readonly values: readonly Counted[];
  /** Were all values looked at? Not when the time was over before. */
  readonly all: boolean;
}

/**
 * Values that are counted or looked at between two places where others may have their turn: a
 * millisecond, more or less.
 */
const betweenTurns = 4096;

/** `deadline`: when it must have looked at enough, in milliseconds of `performance.now()`. */
export function* findingValues(
  snapshot: IndexSnapshot,
  code: string,
  hits: CountedHits,
  isWanted: (text: string) => boolean,
  wanted: number,
  deadline: number,
): Work<FoundValues> {
  const segments = snapshot.segments.flatMap(({ segment }, index) => {
    const column = segment.columns.facet(code);
    return column === undefined ? [] : [{ column, index }];
  });
  const { numbers, count } = yield* numbering(
    code,
    segments.map(({ column }) => column),
  );
  const counts = new Uint32Array(count);
  let done = 0;
  for (const [at, { column, index }] of segments.entries()) {
    const { starts, values } = column;
    const number = numbers[at]!;
    for (const ordinal of hits.lists()[index]!) {
      const end = starts[ordinal + 1]!;
      for (let place = starts[ordinal]!; place < end; place++) counts[number[values[place]!]!]!++;
      if (++done % betweenTurns === 0) yield;
    }
  }
  const found: Counted[] = [];
  for (const [at, { column }] of segments.entries()) {
    const number = numbers[at]!;
    for (let value = 0; value < column.distinct; value++) {
      const here = counts[number[value]!]!;
      if (++done % betweenTurns === 0) yield;
      if (here === 0) continue;
      if (done % 64 === 0 && performance.now() > deadline) return { values: mostFrequent(found, wanted), all: false };
      // The same value of another segment is not looked at again.
      counts[number[value]!] = 0;
      const text = column.text(value);
      if (isWanted(text)) found.push({ text, count: here });
    }
  }
  return { values: mostFrequent(found, wanted), all: true };
}
