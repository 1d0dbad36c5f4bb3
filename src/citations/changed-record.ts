import type { LiveSegment } from '../index/snapshot.ts';
import { type Base, locate } from './base.ts';
import type { Change } from './changes.ts';
import { mostHolders } from './key-table.ts';
import { RowReader } from './rows.ts';
import { authorNumbers, markOf, share } from './self-citation.ts';

/**
 * A changed record, and how it stands to the records that the stored graph knows. Entries are as in
 * `CitationGraph`.
 */
export interface ChangedRecord {
  readonly id: number;
  readonly revision: number;
  /** Deletion markers hold, cite and are cited by nothing. */
  readonly deleted: boolean;
  readonly own: readonly number[];
  readonly references: readonly number[];
  readonly authors: Uint32Array;
  /**
   * Records of the stored graph that it cites, ascending; those that changed too are to be left
   * out.
   */
  readonly cited: Uint32Array;
  /** Records of the stored graph that cite it, likewise. */
  readonly citing: Uint32Array;
}

const none = new Uint32Array(0);

/** Looks a changed record up in the stored graph: a read of the file for each of its keys. */
export function lookUp(change: Change, base: Base, segments: readonly LiveSegment[]): ChangedRecord {
  const { id, revision, deleted, segment, ordinal } = change;
  if (deleted) {
    return { id, revision, deleted, own: [], references: [], authors: none, cited: none, citing: none };
  }
  const { columns } = segment;
  const own = columns.keysOf('own', ordinal);
  const references = columns.keysOf('references', ordinal);
  const authors = authorNumbers(columns.keysOf('authors', ordinal));
  const others = new Others(segments);
  const targets = new Set<number>();
  forEachKey(references, (high, low) => {
    for (const holder of holdersOf(base, high, low)) targets.add(holder);
  });
  targets.delete(id);
  const cited = entriesOf([...targets], (other) => others.sharesAuthor(other, authors));
  return { id, revision, deleted, own, references, authors, cited, citing: citingOf(id, own, authors, base, others) };
}

/** Records of the stored graph that a key of a reference means. */
export function holdersOf(base: Base, high: number, low: number): readonly number[] {
  if (high === 0) return low <= base.largestId && base.mark(low) !== 0 ? [low] : [];
  const holders = base.find('own', high, low);
  return holders.length > mostHolders ? [] : holders;
}

/**
 * Who cites it now: the same as before when its identifiers and authors are the same; else
 * everybody is asked.
 */
function citingOf(id: number, own: readonly number[], authors: Uint32Array, base: Base, others: Others): Uint32Array {
  const reader = new RowReader();
  if (id <= base.largestId && base.mark(id) === markOf(own, authors)) {
    const length = reader.read(base.citing, id);
    return reader.entries.slice(0, length);
  }
  const certain = new Set(base.find('unresolved', 0, id));
  const possible = new Set<number>();
  const addCiting = (holder: number): void => {
    const length = reader.read(base.citing, holder);
    for (let i = 0; i < length; i++) possible.add(reader.entries[i]! >>> 1);
  };
  addCiting(id);
  forEachKey(own, (high, low) => {
    for (const citing of base.find('unresolved', high, low)) certain.add(citing);
    for (const holder of holdersOf(base, high, low)) {
      // A record that names itself has no row for that.
      possible.add(holder);
      addCiting(holder);
    }
  });
  const wanted = new Set<string>([keyName(0, id)]);
  forEachKey(own, (high, low) => wanted.add(keyName(high, low)));
  for (const other of possible) if (!certain.has(other) && others.cites(other, wanted)) certain.add(other);
  certain.delete(id);
  return entriesOf([...certain], (other) => others.sharesAuthor(other, authors));
}

/** What the segments say of unchanged records. */
class Others {
  readonly #segments: readonly LiveSegment[];

  constructor(segments: readonly LiveSegment[]) {
    this.#segments = segments;
  }

  sharesAuthor(id: number, authors: Uint32Array): boolean {
    const found = authors.length === 0 ? undefined : locate(this.#segments, id);
    if (found === undefined) return false;
    const theirs = authorNumbers(found.segment.columns.keysOf('authors', found.ordinal));
    return share(theirs, 0, theirs.length, authors, 0, authors.length);
  }

  cites(id: number, keys: ReadonlySet<string>): boolean {
    const found = locate(this.#segments, id);
    if (found === undefined) return false;
    let cites = false;
    forEachKey(found.segment.columns.keysOf('references', found.ordinal), (high, low) => {
      cites ||= keys.has(keyName(high, low));
    });
    return cites;
  }
}

export function keyName(high: number, low: number): string {
  return `${high} ${low}`;
}

export function forEachKey(keys: readonly number[], visit: (high: number, low: number) => void): void {
  for (let i = 0; i < keys.length; i += 2) visit(keys[i]!, keys[i + 1]!);
}

function entriesOf(ids: number[], isSelf: (id: number) => boolean): Uint32Array {
  return Uint32Array.from(
    ids.sort((a, b) => a - b),
    (id) => id * 2 + (isSelf(id) ? 1 : 0),
  );
}
