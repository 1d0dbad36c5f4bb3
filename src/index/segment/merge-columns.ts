import { Texts } from './columns.ts';
import { writeBasicColumns, writeFacetColumn, writeSortColumn, writeTexts } from './columns-writer.ts';
import { compareNames, isWordSpace } from './format.ts';
import { dropped, type MergePlan } from './merge-plan.ts';
import { type SegmentOutput, writeColumn } from './output.ts';
import { compareSortKeys } from './sort-keys.ts';
import type { StoredSegment } from './stored-segment.ts';

/** Merges everything but the terms, one column after the other. */
export function mergeColumns(plan: MergePlan, output: SegmentOutput): void {
  const deleted = plan.sources.flatMap(({ segment, map }) =>
    segment.deleted.toArray().flatMap((ordinal) => (map[ordinal] === dropped ? [] : [map[ordinal]!])),
  );
  writeBasicColumns(output, {
    ids: mergedColumn(plan, (segment) => segment.ids),
    revisions: mergedColumn(plan, (segment) => segment.revisions),
    deleted: Uint32Array.from(deleted).sort(),
    created: mergedColumn(plan, (segment) => segment.columns.created),
    modified: mergedColumn(plan, (segment) => segment.columns.modified),
    year: mergedColumn(plan, (segment) => segment.columns.year),
  });
  for (const space of namesIn(plan, (segment) => segment.spaces.filter(isWordSpace))) {
    const lengths = mergedColumn(plan, (segment) => segment.columns.lengths(space));
    if (lengths.some((length) => length > 0)) writeColumn(output, `lengths ${space}`, lengths);
  }
  for (const code of namesIn(plan, (segment) => segment.columns.sortCodes)) mergeSort(plan, code, output);
  for (const code of namesIn(plan, (segment) => segment.columns.facetCodes)) mergeFacet(plan, code, output);
  mergeBriefs(plan, output);
}

function mergeSort(plan: MergePlan, code: string, output: SegmentOutput): void {
  const columns = plan.sources.map(({ segment, map }) => ({ column: segment.columns.sort(code), segment, map }));
  const inputs = columns.map(({ column, segment, map }): TextInput => {
    if (!column) return { texts: undefined, used: new Uint8Array(0) };
    const texts = new Texts(segment.source, `sort ${code} keys`);
    const used = new Uint8Array(texts.count + 1);
    for (let i = 0; i < map.length; i++) if (map[i] !== dropped) used[column.ranks[i]!] = 1;
    return { texts, used: used.subarray(1) };
  });
  if (inputs.every(({ used }) => !used.includes(1))) return;
  const merged = new MergedTexts(inputs, (bytes) => bytes.toString('utf8'), compareSortKeys);
  writeSortColumn(output, code, merged.texts(), () => {
    const ranks = new Uint32Array(plan.records);
    columns.forEach(({ column, map }, i) => {
      if (!column) return;
      const numbers = merged.numbers[i]!;
      for (let k = 0; k < map.length; k++) {
        const rank = column.ranks[k]!;
        if (map[k] !== dropped && rank > 0) ranks[map[k]!] = numbers[rank - 1]! + 1;
      }
    });
    return ranks;
  });
}

function mergeFacet(plan: MergePlan, code: string, output: SegmentOutput): void {
  const columns = plan.sources.map(({ segment, map }) => ({ column: segment.columns.facet(code), segment, map }));
  const inputs = columns.map(({ column, segment, map }): TextInput => {
    if (!column) return { texts: undefined, used: new Uint8Array(0) };
    const used = new Uint8Array(column.distinct);
    for (let i = 0; i < map.length; i++) {
      if (map[i] === dropped) continue;
      for (let v = column.starts[i]!; v < column.starts[i + 1]!; v++) used[column.values[v]!] = 1;
    }
    return { texts: new Texts(segment.source, `facet ${code} texts`), used };
  });
  if (inputs.every(({ used }) => !used.includes(1))) return;
  const merged = new MergedTexts(inputs, (bytes) => bytes, Buffer.compare);
  writeFacetColumn(output, code, merged.texts(), () => {
    const starts = new Uint32Array(plan.records + 1);
    for (const { column, map } of columns) {
      if (!column) continue;
      for (let k = 0; k < map.length; k++) {
        if (map[k] !== dropped) starts[map[k]! + 1] = column.starts[k + 1]! - column.starts[k]!;
      }
    }
    for (let i = 0; i < plan.records; i++) starts[i + 1]! += starts[i]!;
    const values = new Uint32Array(starts[plan.records]!);
    columns.forEach(({ column, map }, i) => {
      if (!column) return;
      const numbers = merged.numbers[i]!;
      for (let k = 0; k < map.length; k++) {
        if (map[k] === dropped) continue;
        let at = starts[map[k]!]!;
        for (let v = column.starts[k]!; v < column.starts[k + 1]!; v++) values[at++] = numbers[column.values[v]!]!;
      }
    });
    return { starts, values };
  });
}

interface TextInput {
  readonly texts: Texts | undefined;
  /** By number: 1 when a kept record has it. */
  readonly used: Uint8Array;
}

/** Merges tables of texts in order, leaving out what nobody uses. `numbers` fills while `texts` is walked. */
class MergedTexts<K> {
  /** For each input: its number of a text -> the merged one. */
  readonly numbers: readonly Uint32Array[];
  readonly #inputs: readonly TextInput[];
  readonly #key: (bytes: Buffer) => K;
  readonly #compare: (a: K, b: K) => number;

  constructor(inputs: readonly TextInput[], key: (bytes: Buffer) => K, compare: (a: K, b: K) => number) {
    this.#inputs = inputs;
    this.#key = key;
    this.#compare = compare;
    this.numbers = inputs.map(({ used }) => new Uint32Array(used.length));
  }

  *texts(): Generator<Buffer> {
    const heads = this.#inputs.flatMap(({ texts, used }, input) => {
      const walk = texts && this.#walk(texts, used);
      const first = walk?.next();
      return walk && first && !first.done ? [{ input, walk, ...first.value }] : [];
    });
    // Few inputs stand here, so looking at each is cheaper than a heap.
    for (let number = 0; heads.length > 0; number++) {
      let lowest = heads[0]!;
      for (const head of heads) if (this.#compare(head.key, lowest.key) < 0) lowest = head;
      const { bytes, key } = lowest;
      yield bytes;
      for (let i = heads.length - 1; i >= 0; i--) {
        const head = heads[i]!;
        if (head !== lowest && this.#compare(head.key, key) !== 0) continue;
        this.numbers[head.input]![head.number] = number;
        const next = head.walk.next();
        if (next.done) heads.splice(i, 1);
        else Object.assign(head, next.value);
      }
    }
  }

  *#walk(texts: Texts, used: Uint8Array): Generator<{ number: number; bytes: Buffer; key: K }, undefined> {
    let number = -1;
    for (const bytes of texts.all()) if (used[++number] === 1) yield { number, bytes, key: this.#key(bytes) };
  }
}

function mergeBriefs(plan: MergePlan, output: SegmentOutput): void {
  const order = new Uint32Array(plan.records);
  plan.sources.forEach(({ map }, source) => {
    for (let i = 0; i < map.length; i++) if (map[i] !== dropped) order[map[i]!] = source;
  });
  const walks = plan.sources.map(({ segment, map }) => keptTexts(new Texts(segment.source, 'brief'), map));
  writeTexts(output, 'brief', inOrder(order, walks));
}

function* keptTexts(texts: Texts, map: Uint32Array): Generator<Buffer, undefined> {
  let ordinal = 0;
  for (const bytes of texts.all()) if (map[ordinal++] !== dropped) yield bytes;
}

function* inOrder(order: Uint32Array, walks: readonly Generator<Buffer, undefined>[]): Generator<Buffer> {
  for (const source of order) {
    const next = walks[source]!.next();
    if (next.done) throw new Error('a segment has fewer records than were planned');
    yield next.value;
  }
}

function mergedColumn(plan: MergePlan, column: (segment: StoredSegment) => ArrayLike<number> | undefined): Uint32Array {
  const merged = new Uint32Array(plan.records);
  for (const { segment, map } of plan.sources) {
    const numbers = column(segment);
    if (!numbers) continue;
    for (let i = 0; i < map.length; i++) if (map[i] !== dropped) merged[map[i]!] = numbers[i]!;
  }
  return merged;
}

function namesIn(plan: MergePlan, names: (segment: StoredSegment) => readonly string[]): string[] {
  return [...new Set(plan.sources.flatMap(({ segment }) => names(segment)))].sort(compareNames);
}
