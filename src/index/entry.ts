import type { MarcRecord } from '../marc/record.ts';
import type { Analyzer } from './analysis/analyzer.ts';
import type { DeltaTarget } from './delta.ts';
import { packDelta } from './delta.ts';
import { type IndexedRecord, noKeys } from './document.ts';
import { emptyBrief } from './segment/stored-segment.ts';
import type { TermSink } from './term-sink.ts';

/** One version of a record, as the library stores it. */
export interface RecordVersion {
  readonly id: number;
  readonly revision: number;
  readonly deleted: boolean;
  readonly created: Date;
  readonly modified: Date;
  readonly record: MarcRecord;
}

/** Who wants to know how making index data goes. */
export interface IndexWatch {
  readonly onProblem?: OnProblem;
  /** The first and the last number of the records that come next. */
  readonly onPage?: (first: number, last: number) => void;
}

/**
 * Told of a record that the analysis cannot take: it is in the index by its number only, or by what
 * was read of it.
 */
export type OnProblem = (record: number, reason: string) => void;

/**
 * Puts one version into a segment in the making. Every writer of index data goes through here or
 * `deltaOf`, so they all say the same.
 */
export function indexVersion(
  version: RecordVersion,
  analyzer: Analyzer,
  target: DeltaTarget,
  onProblem: OnProblem = () => undefined,
): void {
  target.begin(indexedRecord(version, analyzer, onProblem));
  if (!version.deleted) tellTerms(version, analyzer, target, onProblem);
}

export function deltaOf(version: RecordVersion, analyzer: Analyzer, onProblem: OnProblem = () => undefined): Buffer {
  return packDelta(indexedRecord(version, analyzer, onProblem), (sink) => {
    if (!version.deleted) tellTerms(version, analyzer, sink, onProblem);
  });
}

/** One record must not keep all others out of the index. */
function tellTerms({ id, record }: RecordVersion, analyzer: Analyzer, sink: TermSink, onProblem: OnProblem): void {
  try {
    analyzer.terms(record, sink);
  } catch (error) {
    onProblem(id, reasonOf(error));
  }
}

function indexedRecord(version: RecordVersion, analyzer: Analyzer, onProblem: OnProblem): IndexedRecord {
  const { id, revision, deleted, record } = version;
  const created = Math.floor(version.created.getTime() / 1000);
  const modified = Math.floor(version.modified.getTime() / 1000);
  const bare: IndexedRecord = {
    id,
    revision,
    deleted,
    columns: { created, modified, year: 0, sorts: {}, facets: {}, keys: noKeys },
    brief: emptyBrief,
  };
  if (deleted) return bare;
  try {
    return { ...bare, columns: analyzer.columns(record, created, modified), brief: analyzer.brief(record) };
  } catch (error) {
    onProblem(id, reasonOf(error));
    return bare;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
