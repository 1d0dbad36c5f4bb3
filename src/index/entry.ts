import type { MarcRecord } from '../marc/record.ts';
import type { Analyzer } from './analysis/analyzer.ts';
import type { DeltaTarget } from './delta.ts';
import { packDelta } from './delta.ts';
import { type IndexedRecord, noKeys } from './document.ts';
import { emptyBrief } from './segment/stored-segment.ts';

/** One version of a record, as the library stores it. */
export interface RecordVersion {
  readonly id: number;
  readonly revision: number;
  readonly deleted: boolean;
  readonly created: Date;
  readonly modified: Date;
  readonly record: MarcRecord;
}

/** Puts one version into a segment in the making. Every writer of index data goes through here or `deltaOf`, so they all say the same. */
export function indexVersion(version: RecordVersion, analyzer: Analyzer, target: DeltaTarget): void {
  target.begin(indexedRecord(version, analyzer));
  if (!version.deleted) analyzer.terms(version.record, target);
}

export function deltaOf(version: RecordVersion, analyzer: Analyzer): Buffer {
  return packDelta(indexedRecord(version, analyzer), (sink) => {
    if (!version.deleted) analyzer.terms(version.record, sink);
  });
}

function indexedRecord(version: RecordVersion, analyzer: Analyzer): IndexedRecord {
  const { id, revision, deleted, record } = version;
  const created = Math.floor(version.created.getTime() / 1000);
  const modified = Math.floor(version.modified.getTime() / 1000);
  if (deleted) {
    return {
      id,
      revision,
      deleted,
      columns: { created, modified, year: 0, sorts: {}, facets: {}, keys: noKeys },
      brief: emptyBrief,
    };
  }
  return { id, revision, deleted, columns: analyzer.columns(record, created, modified), brief: analyzer.brief(record) };
}
