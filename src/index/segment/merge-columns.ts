import { type KeyColumnName, keyColumns } from '../document.ts';
import { Texts } from './columns.ts';
import { writeBasicColumns, writeFacetColumn, writeKeyColumn, writeSortColumn, writeTexts } from './columns-writer.ts';
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
  for (const name of keyColumns) mergeKeys(plan, name, output);
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
    const starts = mergedStarts(plan, columns);
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

function mergeKeys(plan: MergePlan, name: KeyColumnName, output: SegmentOutput): void {
  const columns = plan.sources.map(({ segment, map }) => ({ column: segment.columns.keys(name), map }));
  const starts = mergedStarts(plan, columns);
  const total = starts[plan.records]!;
  if (total === 0) return;
  const high = new Uint32Array(total);
  const low = new Uint32Array(total);
  for (const { column, map } of columns) {
    if (!column) continue;
    for (let k = 0; k < map.length; k++) {
      if (map[k] === dropped) continue;
      let at = starts[map[k]!]!;
      for (let from = column.starts[k]!; from < column.starts[k + 1]!; from++, at++) {
        high[at] = column.high[from]!;
        low[at] = column.low[from]!;
      }
    }
  }
  writeKeyColumn(output, name, { starts, high, low });
}

interface StartedColumn {
  readonly column: { readonly starts: Uint32Array } | undefined;
  readonly map: MergePlan['sources'][number]['map'];
}

/** Where the values of each record begin, of those that are kept. */
function mergedStarts({ records }: MergePlan, columns: readonly StartedColumn[]): Uint32Array {
  const starts = new Uint32Array(records + 1);
  for (const { column, map } of columns) {
    if (!column) continue;
    for (let k = 0; k < map.length; k++) {
      if (map[k] !== dropped) starts[map[k]! + 1] = column.starts[k + 1]! - column.starts[k]!;
    }
  }
  for (let i = 0; i < records; i++) starts[i + 1]! += starts[i]!;
  return starts;
}

interface TextInput {
  readonly texts: Texts | undefined;
  /** By number: 1 when a kept record has it. */
  readonly used: Uint8Array;
}

interface NumberedText<K> {
  readonly number: number;
  readonly bytes: Buffer;
  readonly key: K;
}

type Walk<K> = Generator<NumberedText<K>, undefined>;

interface TextHead<K> extends NumberedText<K> {
  readonly input: number;
  readonly walk: Walk<K>;
}

/**
 * Merges tables of texts in order, leaving out what nobody uses. `numbers` fills while `texts` is
 * walked.
 */
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
    const heads: TextHead<K>[] = [];
    this.#inputs.forEach(({ texts, used }, input) => {
      if (texts) this.#advance(heads, input, this.#walk(texts, used));
    });
    let number = -1;
    let before: K | undefined;
    for (let head = heads.pop(); head; head = heads.pop()) {
      const { bytes, key } = head;
      if (before === undefined || this.#compare(before, key) !== 0) {
        number++;
        yield bytes;
      }
      before = key;
      this.numbers[head.input]![head.number] = number;
      this.#advance(heads, head.input, head.walk);
    }
  }

  /** Puts an input's next text in its place among the heads, of which the lowest is the last. */
  #advance(heads: TextHead<K>[], input: number, walk: Walk<K>): void {
    const next = walk.next();
    if (next.done) return;
    const head = { input, walk, ...next.value };
    let low = 0;
    let high = heads.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#compare(heads[middle]!.key, head.key) > 0) low = middle + 1;
      else high = middle;
    }
    heads.splice(low, 0, head);
  }

  *#walk(texts: Texts, used: Uint8Array): Walk<K> {
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
