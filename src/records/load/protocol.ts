import type { SegmentOrigin } from '../../index/segment-store.ts';
import type { Reason } from '../../marc/raw.ts';
import type { RecordFormat } from '../../marc/readers/readers.ts';
import type { Site } from '../../site/site.ts';
import type { Identity } from '../identifiers.ts';
import type { ModeRules, WriteMode } from '../modes.ts';
import type { HeldReason } from '../next-version.ts';
import type { HiddenFields } from './hidden.ts';

/**
 * What the load's parent thread and its workers say to each other. A batch stays with the worker
 * that identified it until it is committed, so its bytes cross threads once.
 */
export interface WorkerSetup {
  readonly url: string;
  readonly site: Site;
  readonly origin: SegmentOrigin;
  /**
   * Where this node keeps its segment files, so that its own readers need not fetch what was made
   * here.
   */
  readonly indexFolder: string | undefined;
  /** For the history: "load replace records.xml". */
  readonly reason: string;
  /** Who does it, where that is known. */
  readonly person: string | undefined;
  /** Stands in for a missing 003. */
  readonly source: string;
  /** What the values are in, where somebody said so. */
  readonly encoding: string | undefined;
  readonly dryRun: boolean;
  readonly mode: WriteMode;
  readonly modes: ModeRules;
  /** Hidden paths that are looked at: none when it does not matter what becomes of them. */
  readonly hiddenPaths: readonly string[];
  readonly hidden: HiddenFields;
  /** Also a change that changes nothing makes a version. */
  readonly always: boolean;
  /** Do rules of the site look at what comes? */
  readonly checked: boolean;
  /** The load, for what waits: its row of load_run. */
  readonly run: number | undefined;
}

/** Raw records, one after the other. */
export interface PackedRecords {
  readonly batch: number;
  readonly format: RecordFormat;
  readonly data: ArrayBuffer;
  /** Where each record ends in `data`. */
  readonly ends: Uint32Array;
  /** Position of each record in the input. */
  readonly positions: Uint32Array;
}

export interface Identified {
  /** Undefined where a record was refused. */
  readonly identities: readonly (Identity | undefined)[];
  readonly refused: readonly RefusedRaw[];
  /** What rules of the site say of those that are new here, by index. */
  readonly ruled: ReadonlyMap<number, Ruled>;
  /** Sentences that name their record. */
  readonly warnings: readonly string[];
}

/** It waits if it is new, or it is refused for this reason. */
export type Ruled = 'held' | Reason;

export interface RefusedRaw {
  readonly position: number;
  readonly control001: string | undefined;
  /** The first identifier by which one without 001 is known: "DOI 10.1/x". */
  readonly known?: string | undefined;
  readonly reason: Reason;
  readonly raw: Uint8Array;
}

/** What to do with each record of a batch. */
export interface WriteOrder {
  readonly batch: number;
  /** The number each record gets, 0 for one that is refused. */
  readonly ids: Int32Array;
  /** See `flags`. */
  readonly flags: Uint8Array;
}

export const flags = { ours: 1, replaces: 2, deletes: 4, holds: 8 } as const;

/** What became of a record of the input, as a number: the place in this list. */
export const outcomes = ['none', 'inserted', 'replaced', 'merged', 'deleted', 'unchanged', 'held', 'refused'] as const;
export type Outcome = (typeof outcomes)[number];

/**
 * By what a record is known behind this one of the batch, where the plan expected something else:
 * what relies on it has to be planned again.
 */
export interface Surprise {
  readonly index: number;
  readonly keys: readonly string[];
}

export interface WrittenBatch {
  /** For each record of the batch a place in `outcomes`; 'none' for what the plan did not take. */
  readonly outcomes: Uint8Array;
  /** The number of the version that each of them made, or found. */
  readonly revisions: Int32Array;
  readonly refusals: readonly { readonly index: number; readonly reason: Reason }[];
  readonly held: readonly HeldNote[];
  readonly surprises: readonly Surprise[];
  readonly warnings: readonly string[];
}

/** Why a record waits. */
export interface HeldNote {
  readonly index: number;
  readonly code: HeldReason;
  readonly conflicts?: readonly string[];
  readonly findings?: readonly string[];
}

export interface CommitOrder {
  readonly batch: number;
  /** The highest record number before and after this batch. */
  readonly lastIdBefore: number;
  readonly lastIdAfter: number;
  readonly progress: ProgressRow;
}

/** A row of load_progress. */
export interface ProgressRow {
  readonly input: string;
  readonly mode: string;
  readonly position: number;
  readonly accepted: number;
  readonly refused: number;
  /** SHA-256 of the bytes of all records up to `position`. */
  readonly prefix: Uint8Array;
  readonly lastIdBefore: number;
}

/** A record that the database does not take. */
export interface BadRecord {
  readonly index: number;
  readonly reason: string;
}

/** Calls of the parent, by name: what goes in and what comes back. */
export interface WorkerCalls {
  identify: { readonly input: PackedRecords; readonly output: Identified };
  /** The bytes of some records, by index. */
  raw: {
    readonly input: { readonly batch: number; readonly indexes: readonly number[] };
    readonly output: readonly Uint8Array[];
  };
  /** Says what `write` would do, and changes nothing. */
  weigh: { readonly input: WriteOrder; readonly output: WrittenBatch };
  /** Writes everything but the commit; resolves when the batch is ready for its turn. */
  write: { readonly input: WriteOrder; readonly output: WrittenBatch };
  commit: { readonly input: CommitOrder; readonly output: null };
  /** Rolls back what `write` did; the records stay. */
  abort: { readonly input: { readonly batch: number }; readonly output: null };
  /** Which records make `write` fail. */
  diagnose: { readonly input: WriteOrder; readonly output: readonly BadRecord[] };
  release: { readonly input: { readonly batch: number }; readonly output: null };
  close: { readonly input: null; readonly output: null };
}

export type CallName = keyof WorkerCalls;

export interface CallMessage {
  readonly call: number;
  readonly name: CallName;
  readonly input: unknown;
}

export interface AnswerMessage {
  readonly call: number;
  readonly output?: unknown;
  readonly failure?: Failure;
}

/** An error of a worker, as plain data. */
export interface Failure {
  readonly kind: 'numbers-moved' | 'record' | 'user' | 'bug';
  readonly message: string;
  /** SQLSTATE or code of the UserError. */
  readonly code: string;
  readonly hint: string;
  readonly stack: string;
}
