import type { MarcRecord } from './record.ts';

/**
 * Why something was refused, as plain data (the fields of a UserError), so that it can cross
 * threads.
 */
export interface Reason {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** One record of the input, cut out but not parsed. Plain data for worker threads. */
export interface RawRecord {
  /** Counted from 1, refused records too. */
  readonly position: number;
  /**
   * A view into the splitter's buffer: copy it when keeping it longer than the batch. At most 64 kB
   * of a refused oversized record.
   */
  readonly bytes: Uint8Array;
  /** Set when the splitter already knows that this is no record. */
  readonly refusal?: Reason;
  /** No record at all, and no position of its own: a sentence about the input. */
  readonly notice?: string;
}

/**
 * Cuts a stream of bytes into records. `push` and `end` give records in input order; a splitter is
 * used for one input only.
 */
export interface Splitter {
  push(chunk: Uint8Array): RawRecord[];
  /**
   * The input is over: the records that were still waiting for bytes, and refusals of what is
   * incomplete.
   */
  end(): RawRecord[];
}

/**
 * What a parser makes of one record. Warnings are predicates ("holds in 880$a ..."): the position
 * is not known here.
 */
export interface ParsedRecord {
  readonly record: MarcRecord;
  readonly warnings: readonly string[];
  /** The OAI identifier under which it was harvested. */
  readonly harvested?: string;
}

export interface GoodRecord {
  readonly kind: 'record';
  readonly position: number;
  readonly record: MarcRecord;
  /** Whole sentences that name the record. */
  readonly warnings: readonly string[];
  /** The OAI identifier under which it was harvested. */
  readonly harvested?: string | undefined;
}

export interface RefusedRecord {
  readonly kind: 'refused';
  readonly position: number;
  readonly control001: string | undefined;
  readonly reason: Reason;
  /** What was read, for a file of rejects: the record's own bytes, MARCXML always as UTF-8. */
  readonly raw: Uint8Array;
}

export type ReadResult = GoodRecord | RefusedRecord;

/** A record larger than this is refused, in bytes. */
export const defaultRecordLimit = 16 * 1024 * 1024;

/** This much of an oversized record is kept for the file of rejects, in bytes. */
export const keptOfOversized = 64 * 1024;
