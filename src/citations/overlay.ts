import type { CitationGraph, Direction } from '../index/citation-graph.ts';
import type { LiveSegment } from '../index/snapshot.ts';
import type { Base } from './base.ts';
import { type ChangedRecord, forEachKey, holdersOf, keyName, lookUp } from './changed-record.ts';
import type { Change } from './changes.ts';
import { mostHolders } from './key-table.ts';
import { RowReader, rowLength } from './rows.ts';
import { share } from './self-citation.ts';

/** What became of a row: as stored; wholly another; or some entries are. */
const asStored = 0;
const replaced = 1;
const patched = 2;

/**
 * Keeps what was looked up for changed records, since most of them are changed in the next snapshot
 * too.
 */
export class Overlays {
  readonly #base: Base;
  #known = new Map<number, ChangedRecord>();

  constructor(base: Base) {
    this.#base = base;
  }

  /** The stored graph with these changes: exactly the graph of the segments. */
  over(changes: ReadonlyMap<number, Change>, segments: readonly LiveSegment[]): CitationGraph {
    const records = new Map<number, ChangedRecord>();
    for (const change of changes.values()) {
      const before = this.#known.get(change.id);
      const same = before !== undefined && before.revision === change.revision && before.deleted === change.deleted;
      records.set(change.id, same ? before : lookUp(change, this.#base, segments));
    }
    this.#known = records;
    return new Overlay(this.#base, records);
  }
}

class Overlay implements CitationGraph {
  readonly largestId: number;
  readonly #base: Base;
  readonly #reader = new RowReader();
  /** Record number -> what became of its rows; undefined when nothing changed. */
  readonly #state: Uint8Array | undefined;
  readonly #changed: ReadonlyMap<number, ChangedRecord>;
  readonly #own: ReadonlyMap<string, readonly number[]>;
  /** Whole rows of changed records, and entries that unchanged ones get. */
  readonly #rows: Readonly<Record<Direction, Map<number, Uint32Array>>> = { citing: new Map(), cited: new Map() };
  readonly #added: Readonly<Record<Direction, Map<number, number[]>>> = { citing: new Map(), cited: new Map() };

  constructor(base: Base, changed: ReadonlyMap<number, ChangedRecord>) {
    this.#base = base;
    this.#changed = changed;
    let largest = base.largestId;
    for (const id of changed.keys()) if (id > largest) largest = id;
    this.largestId = largest;
    this.#own = ownKeys(changed);
    if (changed.size === 0) return;
    const state = new Uint8Array(largest + 1);
    this.#state = state;
    this.#markStored(state);
    const citing = new Map<number, number[]>();
    const cited = new Map<number, number[]>();
    for (const record of changed.values()) {
      cited.set(record.id, this.#unchanged(record.cited, state));
      citing.set(record.id, this.#unchanged(record.citing, state));
    }
    for (const record of changed.values()) {
      for (const target of this.#citedChanges(record)) {
        const self = sharesAuthor(record, changed.get(target)!) ? 1 : 0;
        cited.get(record.id)!.push(target * 2 + self);
        citing.get(target)!.push(record.id * 2 + self);
      }
    }
    this.#set('cited', cited, 'citing', state);
    this.#set('citing', citing, 'cited', state);
    for (const rows of Object.values(this.#added)) for (const row of rows.values()) row.sort((a, b) => a - b);
  }

  get entries(): Uint32Array {
    return this.#reader.entries;
  }

  read(direction: Direction, id: number): number {
    const state = this.#state?.[id] ?? asStored;
    if (state === replaced) {
      const row = this.#rows[direction].get(id)!;
      this.#reader.room(row.length).set(row);
      return row.length;
    }
    const length = this.#reader.read(this.#base[direction], id);
    return state === patched ? this.#patch(direction, id, length) : length;
  }

  degree(id: number, withSelf: boolean): number {
    if ((this.#state?.[id] ?? asStored) === asStored) return rowLength(this.#base.citing, id, withSelf);
    const length = this.read('citing', id);
    if (withSelf) return length;
    let self = 0;
    for (let i = 0; i < length; i++) self += this.entries[i]! & 1;
    return length - self;
  }

  holders(high: number, low: number): readonly number[] {
    if (high === 0) {
      const changed = this.#changed.get(low);
      return changed === undefined ? holdersOf(this.#base, 0, low) : changed.deleted ? [] : [low];
    }
    const stored = holdersOf(this.#base, high, low).filter((id) => !this.#changed.has(id));
    return [...stored, ...(this.#own.get(keyName(high, low)) ?? [])].sort((a, b) => a - b);
  }

  /**
   * Rows of changed records are replaced; those of records that stood in such a row lose an entry,
   * and may get it again.
   */
  #markStored(state: Uint8Array): void {
    const reader = new RowReader();
    for (const id of this.#changed.keys()) {
      for (const direction of ['citing', 'cited'] as const) {
        const length = reader.read(this.#base[direction], id);
        for (let i = 0; i < length; i++) state[reader.entries[i]! >>> 1] = patched;
      }
    }
    for (const id of this.#changed.keys()) state[id] = replaced;
  }

  #unchanged(entries: Uint32Array, state: Uint8Array): number[] {
    const kept: number[] = [];
    for (let i = 0; i < entries.length; i++) if (state[entries[i]! >>> 1] !== replaced) kept.push(entries[i]!);
    return kept;
  }

  /** The changed records that a changed record cites. */
  #citedChanges(record: ChangedRecord): ReadonlySet<number> {
    const targets = new Set<number>();
    forEachKey(record.references, (high, low) => {
      if (high === 0) {
        if (this.#changed.get(low)?.deleted === false) targets.add(low);
        return;
      }
      const holders = this.#own.get(keyName(high, low));
      if (holders !== undefined && holders.length <= mostHolders) for (const holder of holders) targets.add(holder);
    });
    targets.delete(record.id);
    return targets;
  }

  /**
   * Stores the rows of changed records, and adds each of their entries to the row on the other
   * side.
   */
  #set(direction: Direction, rows: ReadonlyMap<number, number[]>, opposite: Direction, state: Uint8Array): void {
    for (const [id, row] of rows) {
      this.#rows[direction].set(id, Uint32Array.from(row).sort());
      for (const entry of row) {
        const other = entry >>> 1;
        if (state[other] === replaced) continue;
        const added = this.#added[opposite].get(other) ?? [];
        added.push(id * 2 + (entry & 1));
        this.#added[opposite].set(other, added);
        state[other] = patched;
      }
    }
  }

  /** Takes the changed records out of a stored row and puts in those that belong there now. */
  #patch(direction: Direction, id: number, length: number): number {
    const state = this.#state!;
    const { entries } = this.#reader;
    let kept = 0;
    for (let i = 0; i < length; i++) if (state[entries[i]! >>> 1] !== replaced) entries[kept++] = entries[i]!;
    const added = this.#added[direction].get(id);
    return added === undefined ? kept : mergeInto(this.#reader, kept, added);
  }
}

/**
 * Merges a short ascending list into the first `length` entries, from the end, and gives the new
 * length.
 */
function mergeInto(reader: RowReader, length: number, added: readonly number[]): number {
  const total = length + added.length;
  const before = reader.entries;
  const entries = reader.room(total);
  if (entries !== before) entries.set(before.subarray(0, length));
  let from = length - 1;
  let next = added.length - 1;
  for (let at = total - 1; next >= 0; at--) {
    entries[at] = from >= 0 && entries[from]! > added[next]! ? entries[from--]! : added[next--]!;
  }
  return total;
}

function ownKeys(changed: ReadonlyMap<number, ChangedRecord>): ReadonlyMap<string, readonly number[]> {
  const holders = new Map<string, number[]>();
  for (const { id, own } of changed.values()) {
    forEachKey(own, (high, low) => {
      const name = keyName(high, low);
      const list = holders.get(name);
      if (list === undefined) holders.set(name, [id]);
      else if (list.at(-1) !== id) list.push(id);
    });
  }
  return holders;
}

function sharesAuthor(a: ChangedRecord, b: ChangedRecord): boolean {
  return share(a.authors, 0, a.authors.length, b.authors, 0, b.authors.length);
}
