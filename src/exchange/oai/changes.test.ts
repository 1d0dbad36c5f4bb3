import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { RoaringBitmap32 } from '../../index/bitmap.ts';
import { changesSince, noteTold, nothingTold, type SegmentMembers } from './changes.ts';

/** What everybody should know of a record. */
interface State {
  readonly revision: number;
  readonly open: boolean;
  readonly sets: readonly number[];
}
/** One state of a library: for each record, and in which segment it stands. */
type World = ReadonlyMap<number, State & { readonly segment: number }>;

const records = 12;
const setIds = [5, 9];

const worlds = fc.array(
  fc.array(
    fc.record({
      id: fc.integer({ min: 1, max: records }),
      news: fc.boolean(),
      open: fc.boolean(),
      sets: fc.subarray(setIds),
      segment: fc.nat(3),
    }),
    { maxLength: records },
  ),
  { minLength: 1, maxLength: 6 },
);

/** Segments are immutable: one is another as soon as anything in it is. */
function segmentsOf(world: World): readonly SegmentMembers[] {
  return [0, 1, 2, 3].flatMap((place) => {
    const inside = [...world].filter(([, { segment }]) => segment === place).toSorted(([a], [b]) => a - b);
    if (inside.length === 0) return [];
    const bits = (has: (state: State) => boolean) =>
      new RoaringBitmap32(inside.flatMap(([, state], ordinal) => (has(state) ? [ordinal] : [])));
    return [
      {
        id: `${place} ${JSON.stringify(inside.map(([id, { revision }]) => [id, revision]))}`,
        ids: Uint32Array.from(inside, ([id]) => id),
        revisions: Uint32Array.from(inside, ([, { revision }]) => revision),
        members: [
          bits(({ open }) => open),
          ...setIds.map((set) => bits(({ open, sets }) => open && sets.includes(set))),
        ],
      },
    ];
  });
}

test('news are exactly what differs from what was told, whatever moved between segments', () => {
  assertProperty(
    fc.property(worlds, fc.integer({ min: 1, max: 5 }), (steps, atOnce) => {
      const told = nothingTold();
      const known = new Map<number, State>();
      let world: World = new Map();
      let before: ReadonlyMap<string, SegmentMembers> = new Map();
      for (const step of steps) {
        const next = new Map(world);
        for (const { id, news, open, sets, segment } of step)
          next.set(id, {
            revision: (world.get(id)?.revision ?? 0) + Number(news || !world.has(id)),
            open,
            sets,
            segment,
          });
        world = next;
        const now = segmentsOf(world);
        const seen = new Set<number>();
        for (const part of changesSince(before, now, setIds, told, atOnce)) {
          assert.ok(part.length <= atOnce);
          for (const change of part) {
            assert.ok(!seen.has(change.id), 'twice');
            seen.add(change.id);
            const was = known.get(change.id);
            const { id, revision, gone, sets, left } = change;
            assert.deepEqual(
              [...left].sort(),
              (was?.open ? was.sets : []).filter((set) => gone || !sets.includes(set)).sort(),
            );
            known.set(id, { revision, open: !gone, sets: gone ? [] : sets });
            noteTold(told, change);
          }
        }
        // Everybody knows now what is; of what was never open nobody knows anything.
        for (const [id, { revision, open, sets }] of world) {
          const knows = known.get(id);
          if (open)
            assert.deepEqual(knows && { ...knows, sets: [...knows.sets].sort() }, {
              revision,
              open,
              sets: [...sets].sort(),
            });
          else assert.equal(knows?.open ?? false, false);
        }
        before = new Map(now.map((one) => [one.id, one]));
        const again = [...changesSince(before, now, setIds, told, atOnce)];
        assert.deepEqual(again, [], 'nothing is told twice');
        assert.deepEqual([...changesSince(new Map(), now, setIds, told, atOnce)], [], 'nor after a restart');
      }
    }),
    { numRuns: 300 },
  );
});
