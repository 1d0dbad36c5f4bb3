import type { IndexSnapshot } from '../../index/snapshot.ts';
import type { Reason } from '../../marc/raw.ts';
import type { MarcRecord } from '../../marc/record.ts';
import type { ReadRecord } from '../../records/load/batch-store.ts';
import type { Site } from '../../site/site.ts';
import type { Queryable } from '../../store/database.ts';
import type { Earlier } from './harvested-records.ts';
import type { Piece } from './piece.ts';
import type { Source } from './source.ts';
import type { StepTally } from './tally.ts';

/** What is to become of a record of a page. `why`: a sentence for people. */
export type Fate =
  /** Written as its identifiers say. */
  | ({ readonly kind: 'write'; readonly why: string | undefined } & ReadRecord)
  /** The record of the library with this number, whatever its identifiers. */
  | { readonly kind: 'write-to'; readonly id: number; readonly record: MarcRecord; readonly why: string | undefined }
  /**
   * Waits for a person, unless it would change nothing; 0: for no record of the library. `known`:
   * which record it is, and by what.
   */
  | {
      readonly kind: 'hold';
      readonly id: number;
      readonly record: MarcRecord;
      readonly known: string | undefined;
      readonly why: string;
    }
  | { readonly kind: 'drop'; readonly why: string }
  /** It came as it had come before. */
  | { readonly kind: 'unchanged'; readonly id: number }
  | { readonly kind: 'refuse'; readonly reason: Reason };

/** Why this became of a record, in sentences. */
export function whyOf(fate: Fate, outcome: string): string | undefined {
  if (fate.kind === 'hold') return outcome === 'unchanged' ? fate.known : sentences(fate.known, fate.why);
  return 'why' in fate ? fate.why : undefined;
}

export function sentences(...some: readonly (string | undefined)[]): string {
  return some.filter((one) => one !== undefined).join(' ');
}

export interface Prepared {
  readonly identifier: string;
  readonly datestamp: string;
  readonly digest: Buffer;
  /** The record, when it is one of MARC by now. */
  readonly record: MarcRecord | undefined;
  readonly earlier: Earlier | undefined;
  readonly fate: Fate;
  /** As it came. */
  readonly xml: string;
}

export interface PrepareContext {
  readonly database: Queryable;
  readonly source: Source;
  readonly site: Site;
  /** Of the library, for titles: asked for only when the profile wants it. */
  readonly snapshot: () => Promise<IndexSnapshot>;
  /** Also what came as it had come before. */
  readonly again: boolean;
  /** Which page it is, for records without an identifier. */
  readonly page: string;
  readonly tally: StepTally;
}

/** On the way: what it is becomes known step by step. */
export interface Working {
  readonly identifier: string;
  readonly datestamp: string;
  readonly xml: string;
  readonly digest: Buffer;
  readonly piece: Piece | undefined;
  /** Its header says so, or the record itself. */
  deletes: boolean;
  readonly earlier?: Earlier | undefined;
  record?: MarcRecord | undefined;
  bytes?: Uint8Array | undefined;
  fate?: Fate | undefined;
  /** The filter lets it wait. */
  readonly held?: boolean;
}
