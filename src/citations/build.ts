import type { RoaringBitmap32 } from '../index/bitmap.ts';
import { ByteWriter } from '../index/segment/bytes.ts';
import type { KeyColumn, Segment } from '../index/segment.ts';
import { type KeyEntries, KeyList, KeyTable, mostHolders } from './key-table.ts';
import { RowReader, type RowTable, writeRow } from './rows.ts';
import { markOf, share } from './self-citation.ts';

/**
 * The newest versions in a segment: those that no other segment hides, deletion markers included.
 */
export interface GraphInput {
  readonly segment: Segment;
  readonly newest: RoaringBitmap32;
}

/** A whole citation graph. All lists are by record number. */
export interface GraphData {
  readonly records: number;
  readonly citations: number;
  /** Revision of the version that was read, of deletion markers too; 0: no such record. */
  readonly revisions: Uint32Array;
  /** `markOf` of that version; 0 for a deletion marker. */
  readonly marks: Uint32Array;
  readonly citing: RowTable;
  readonly cited: RowTable;
  /** Keys that records hold. */
  readonly own: KeyEntries;
  /** Keys of references that mean no record here, with the citing record. */
  readonly unresolved: KeyEntries;
}

/**
 * Matches all references with all records. A reference means every record that holds one of its
 * keys: that depends on nothing but the two records, so what a person may not see can be left out
 * of the answer without a trace. Twelve million citations of a million records take some seconds
 * and 400 MB.
 */
export function buildGraph(inputs: readonly GraphInput[]): GraphData {
  const records = new Records(inputs);
  const own = ownKeys(records);
  const matched = matchReferences(records, own);
  const citing = invert(matched.cited, matched.citations, matched.degrees);
  return {
    records: records.count,
    citations: matched.citations,
    revisions: records.revisions,
    marks: records.marks,
    citing,
    cited: matched.cited,
    own: own.entries,
    unresolved: matched.unresolved,
  };
}

/** Where the newest version of each record is, and its authors. */
class Records {
  readonly inputs: readonly GraphInput[];
  readonly size: number;
  readonly count: number;
  readonly revisions: Uint32Array;
  readonly marks: Uint32Array;
  /** Authors of record N: authors[authorStarts[N] .. authorEnds[N]-1], ascending. */
  readonly authors: Uint32Array;
  readonly authorStarts: Uint32Array;
  readonly authorEnds: Uint32Array;

  constructor(inputs: readonly GraphInput[]) {
    this.inputs = inputs;
    const largest = Math.max(0, ...inputs.map(({ segment }) => segment.ids.at(-1) ?? 0));
    this.size = largest + 1;
    this.revisions = new Uint32Array(this.size);
    this.marks = new Uint32Array(this.size);
    this.authorStarts = new Uint32Array(this.size);
    this.authorEnds = new Uint32Array(this.size);
    let count = 0;
    const columns = inputs.map(({ segment }) => authorColumn(segment));
    this.authors = new Uint32Array(columns.reduce((sum, column) => sum + column.low.length, 0));
    let end = 0;
    for (const [place, { segment, newest }] of inputs.entries()) {
      const { starts, low } = columns[place]!;
      for (const ordinal of newest) {
        const id = segment.ids[ordinal]!;
        this.revisions[id] = segment.revisions[ordinal]!;
        if (segment.deleted.has(ordinal)) continue;
        count++;
        this.authorStarts[id] = end;
        for (let i = starts[ordinal]!; i < starts[ordinal + 1]!; i++) this.authors[end++] = low[i]!;
        this.authorEnds[id] = end;
        this.authors.subarray(this.authorStarts[id], end).sort();
      }
    }
    this.count = count;
  }

  /** Calls `visit` for each record that is not deleted, with where its keys stand in a column. */
  forEach(name: 'own' | 'references', visit: (id: number, column: KeyColumn, from: number, to: number) => void): void {
    for (const { segment, newest } of this.inputs) {
      const column = segment.columns.keys(name) ?? emptyColumn(segment.count);
      for (const ordinal of newest) {
        if (segment.deleted.has(ordinal)) continue;
        visit(segment.ids[ordinal]!, column, column.starts[ordinal]!, column.starts[ordinal + 1]!);
      }
    }
  }

  exists(id: number): boolean {
    return id < this.size && this.marks[id] !== 0;
  }

  shareAuthor(a: number, b: number): boolean {
    const { authors, authorStarts, authorEnds } = this;
    return share(authors, authorStarts[a]!, authorEnds[a]!, authors, authorStarts[b]!, authorEnds[b]!);
  }
}

function authorColumn(segment: Segment): Pick<KeyColumn, 'starts' | 'low'> {
  return segment.columns.keys('authors') ?? emptyColumn(segment.count);
}

function emptyColumn(count: number): KeyColumn {
  const none = new Uint32Array(0);
  return { starts: new Uint32Array(count + 1), high: none, low: none };
}

function ownKeys(records: Records): KeyTable {
  let total = 0;
  records.forEach('own', (_, __, from, to) => (total += to - from));
  const table = new KeyTable(total);
  records.forEach('own', (id, { high, low }, from, to) => {
    for (let i = from; i < to; i++) table.add(high[i]!, low[i]!, id);
    const authors = records.authors.subarray(records.authorStarts[id], records.authorEnds[id]);
    records.marks[id] = markOf(interleaved(high, low, from, to), authors);
  });
  return table;
}

function interleaved(high: Uint32Array, low: Uint32Array, from: number, to: number): readonly number[] {
  const keys: number[] = [];
  for (let i = from; i < to; i++) keys.push(high[i]!, low[i]!);
  return keys;
}

interface Matched {
  readonly cited: RowTable;
  readonly citations: number;
  /** How often each record is cited. */
  readonly degrees: Uint32Array;
  readonly unresolved: KeyEntries;
}

function matchReferences(records: Records, own: KeyTable): Matched {
  const starts = new Uint32Array(records.size);
  const degrees = new Uint32Array(records.size);
  const rows = new ByteWriter(1 << 20);
  const unresolved = new KeyList();
  let citations = 0;
  let targets = new Uint32Array(1024);
  rows.byte(0);
  records.forEach('references', (id, { high, low }, from, to) => {
    if ((to - from) * mostHolders > targets.length) targets = new Uint32Array((to - from) * mostHolders * 2);
    let end = 0;
    for (let i = from; i < to; i++) {
      const before = end;
      if (high[i] !== 0) end = own.find(high[i]!, low[i]!, targets, end);
      else if (records.exists(low[i]!)) targets[end++] = low[i]!;
      if (end === before) unresolved.add(high[i]!, low[i]!, id);
    }
    const length = toEntries(targets, end, id, records);
    if (length === 0) return;
    for (let i = 0; i < length; i++) degrees[targets[i]! >>> 1]!++;
    citations += length;
    starts[id] = rows.length;
    writeRow(rows, targets, length);
  });
  return { cited: { starts, bytes: rows.view() }, citations, degrees, unresolved: unresolved.entries };
}

/** Sorts the targets, drops doubles and the record itself, and adds the self-citation bit. */
function toEntries(targets: Uint32Array, end: number, id: number, records: Records): number {
  targets.subarray(0, end).sort();
  let length = 0;
  let before = id;
  for (let i = 0; i < end; i++) {
    const target = targets[i]!;
    if (target === id || (length > 0 && target === before)) continue;
    before = target;
    targets[length++] = target * 2 + (records.shareAuthor(id, target) ? 1 : 0);
  }
  return length;
}

/** The same citations from the other side. */
function invert(cited: RowTable, citations: number, degrees: Uint32Array): RowTable {
  const size = degrees.length;
  const ends = new Uint32Array(size);
  let end = 0;
  for (let id = 0; id < size; id++) {
    ends[id] = end;
    end += degrees[id]!;
  }
  const entries = new Uint32Array(citations);
  const reader = new RowReader();
  for (let id = 0; id < size; id++) {
    const length = reader.read(cited, id);
    const row = reader.entries;
    for (let i = 0; i < length; i++) entries[ends[row[i]! >>> 1]!++] = id * 2 + (row[i]! & 1);
  }
  const starts = new Uint32Array(size);
  const rows = new ByteWriter(1 << 20);
  rows.byte(0);
  for (let id = 0; id < size; id++) {
    if (degrees[id] === 0) continue;
    starts[id] = rows.length;
    writeRow(rows, entries.subarray(ends[id]! - degrees[id]!, ends[id]), degrees[id]!);
  }
  return { starts, bytes: rows.view() };
}
