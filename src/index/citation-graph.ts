/**
 * Who cites whom, by record number, whoever asks: what may be shown of it is decided where it is
 * asked. A snapshot holds one; the room `citations` makes it of the key columns of the segments.
 */
export interface CitationGraph {
  /** No record of a higher number has a row. */
  readonly largestId: number;
  /**
   * Puts the row of a record into `entries` and says how long it is. `citing`: the records that
   * cite it; `cited`: those that it cites. An entry is a record number times two, plus 1 when both
   * have an author in common; entries ascend.
   */
  read(direction: Direction, id: number): number;
  /** Valid until the next `read`, up to the length that it said; may be another array after it. */
  readonly entries: Uint32Array;
  /**
   * How many records cite this one; with or without those that have an author in common with it.
   */
  degree(id: number, withSelf: boolean): number;
  /** Numbers of the records that hold a key of their own. */
  holders(high: number, low: number): readonly number[];
}

export type Direction = 'citing' | 'cited';
