import { graphInMemory } from '../citations/memory.ts';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import { indexVersion, type RecordVersion } from '../index/entry.ts';
import { SnapshotBuilder } from '../index/live.ts';
import { createInverter } from '../index/segment/inverter.ts';
import { memorySegment } from '../index/segment/open.ts';
import { controlField, dataField, type MarcRecord } from '../marc/record.ts';
import { encodeStored } from '../marc/stored.ts';
import { isDeleted, isDeletionMark } from '../records/deletion.ts';
import { timeStamp } from '../records/version.ts';
import type { Site } from '../site/site.ts';
import type { WebLibrary } from './exchange/environment.ts';

const firstAdded = Date.UTC(2026, 0, 1);

/** For tests: an article that was deleted. */
export const deletedRecord: MarcRecord = {
  leader: '',
  fields: ['a', 'c'].map((code) => dataField('980', ' ', ' ', [{ code, value: code === 'a' ? 'ARTICLE' : 'DELETED' }])),
};

/**
 * For tests: a library of these records, numbered from 1, with a real index but without a database.
 * A deleted one has the mark beside the collections that it was in. Two libraries in one process
 * need two versions. `earlier`: what each of them was before, the oldest first; undefined: that
 * version is gone.
 */
export function memoryLibrary(
  site: Site,
  records: readonly MarcRecord[],
  version = '1',
  earlier: readonly (readonly (MarcRecord | undefined)[])[] = [],
): WebLibrary {
  const analyzer = compileAnalyzer(site);
  const inverter = createInverter();
  const versions = new Map<number, RecordVersion>();
  records.forEach((record, i) => {
    const created = new Date(firstAdded + i * 3_600_000);
    const made = {
      id: i + 1,
      revision: (earlier[i]?.length ?? 0) + 1,
      deleted: isDeleted(record),
      created,
      modified: created,
      record: stamped(record, i + 1, created),
    };
    versions.set(made.id, made);
    indexVersion(made, analyzer, inverter);
  });
  const snapshot = new SnapshotBuilder().build({
    version,
    site,
    siteVersion: 1,
    segments: [memorySegment(inverter.finish())],
  });
  const withCitations = { ...snapshot, citations: graphInMemory(snapshot.segments) };
  const versionsOf = (id: number): readonly RecordVersion[] => {
    const newest = versions.get(id);
    if (newest === undefined) return [];
    const older = (earlier[id - 1] ?? []).flatMap((record, place) =>
      record === undefined ? [] : [{ ...newest, deleted: isDeleted(record), revision: place + 1, record }],
    );
    return [...older, newest];
  };
  return {
    snapshot: () => withCitations,
    refresh: async () => undefined,
    state: () => ({
      version: '',
      manifest: 1,
      segments: 1,
      deltas: 0,
      records: 0,
      age: 0,
      problem: undefined,
      stays: false,
    }),
    stored: async (ids) => ({
      rows: ids.flatMap((id) => {
        const version = versions.get(id);
        return version === undefined ? [] : [{ ...version, marc: encodeStored(version.record) }];
      }),
      taken: ids.length,
    }),
    before: async (id) => {
      const version = versions.get(id);
      return version?.deleted ? { ...version, record: withoutMark(version.record) } : undefined;
    },
    history: async (id, { offset, limit, upTo = Number.POSITIVE_INFINITY }) => {
      const all = versionsOf(id);
      const listed = all.map(({ revision, modified, deleted }, at) => ({
        ...{ revision, modified, deleted, person: 'ada', before: all[at - 1]?.revision },
        reason: reasonOf(revision, all[at - 1]?.revision),
      }));
      const asked = listed.filter(({ revision }) => revision <= upTo).toReversed();
      return {
        versions: asked.slice(offset, offset + limit),
        total: all.length,
        newest: all.at(-1)?.revision ?? 0,
      };
    },
    revision: async (id, revision) => {
      const found = versionsOf(id).find((one) => one.revision === revision);
      return found && { ...found, marc: encodeStored(found.record) };
    },
    changedBy: async () => [],
    recordsFound: async () => [],
    repair: async () => undefined,
  };
}

function withoutMark(record: MarcRecord): MarcRecord {
  return { ...record, fields: record.fields.filter((field) => !isDeletionMark(field)) };
}

function stamped(record: MarcRecord, id: number, modified: Date): MarcRecord {
  const rest = record.fields.filter((field) => field.tag !== '001' && field.tag !== '005');
  return {
    leader: record.leader,
    fields: [controlField('001', String(id)), controlField('005', timeStamp(modified)), ...rest],
  };
}

/** By what a version came; unknown where the one before it is gone. */
function reasonOf(revision: number, before: number | undefined): string | undefined {
  if (before !== revision - 1) return undefined;
  return revision === 2 ? 'restore of revision 1' : 'load replace some.xml';
}
