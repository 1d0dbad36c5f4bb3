import { type Change, changesSince, nothingTold } from '../exchange/oai/changes.ts';
import { membersOfSets } from '../exchange/oai/membership.ts';
import { offeredSets } from '../exchange/oai/sets.ts';
import type { OaiSource } from '../exchange/oai/source.ts';
import type { Entry, SetRow } from '../exchange/oai/store.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';

/** Seconds. */
const date = Date.UTC(2026, 0, 2) / 1000;
const timeline = 1;

/**
 * For tests: what harvesters are told of a snapshot that was dated once, all at one moment, without
 * a database.
 */
export function memoryOai(snapshot: IndexSnapshot): OaiSource {
  const { oai } = snapshot.site;
  const sets = oai === undefined ? [] : offeredSets(oai);
  const ids = sets.map((_, place) => place + 1);
  const now = membersOfSets(
    snapshot,
    sets.map(({ queries }) => queries),
  );
  const changes: readonly Change[] = [
    ...changesSince(new Map(), now, ids, nothingTold(), Number.MAX_SAFE_INTEGER),
  ].flat();
  const entries = changes.map(
    ({ id, revision, gone, sets: inside }, at): Entry => ({
      ...{ record: id, revision, gone, sets: inside },
      place: { stamp: date, seq: at + 1 },
    }),
  );
  const rows = ['', ...sets.map(({ spec }) => spec)].map((spec, id): SetRow => {
    const count = entries.filter(({ sets: inside }) => id === 0 || inside.includes(id)).length;
    return { id, spec, gone: false, records: count, entries: count, touching: null };
  });
  const listed: OaiSource['list'] = async ({ spec, from = 0, until = date, after, limit }) => {
    const set = rows.find((row) => row.spec === spec)?.id;
    const found = entries.filter(
      ({ place, sets: inside }) =>
        set !== undefined &&
        (set === 0 || inside.includes(set)) &&
        place.stamp >= from &&
        place.stamp <= until &&
        (place.stamp > after.stamp || (place.stamp === after.stamp && place.seq > after.seq)),
    );
    return { until: date, timeline, entries: found.slice(0, limit) };
  };
  return {
    list: listed,
    size: async ({ spec, from, until }) =>
      (await listed({ spec, from, until, after: { stamp: 0, seq: 0 }, limit: Number.MAX_SAFE_INTEGER })).entries.length,
    entry: async (record) => ({ until: date, timeline, entry: entries.find((one) => one.record === record) }),
    clock: async () => ({ until: date, timeline, earliest: date }),
    sets: async () => rows,
    recordOf: async () => undefined,
    changeLists: async () => ({
      lists: entries.length === 0 ? [] : [{ number: 0, from: date, until: undefined }],
      ...{ before: date + 1, version: '1' },
    }),
    changes: async ({ after, limit }) =>
      entries
        .filter(({ place }) => place.seq > after)
        .slice(0, limit)
        .map((entry) => ({ ...entry, created: true })),
  };
}
