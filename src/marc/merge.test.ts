import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { fieldKey, sameContent, withPlaced } from './content.ts';
import { mergeRecords } from './merge.ts';
import { mergeRows } from './merge-choice.ts';
import { dataField, type Field, type MarcRecord } from './record.ts';

function field(tag: string, a: string): Field {
  return dataField(tag, ' ', ' ', [{ code: 'a', value: a }]);
}

function record(...fields: readonly Field[]): MarcRecord {
  return { leader: '', fields };
}

const texts = fc.constantFrom('a', 'b', 'c', 'd', 'e');
/** Tags that repeat, one that does not, one that MARC 21 does not know. */
const anyRecord = fc
  .array(fc.tuple(fc.constantFrom('245', '650', '700', '900'), texts), { maxLength: 9 })
  .map((list) => record(...list.map(([tag, text]) => field(tag, text)).toSorted(byTag)));

function byTag(one: Field, other: Field): number {
  return one.tag < other.tag ? -1 : one.tag > other.tag ? 1 : 0;
}

function keys({ fields }: MarcRecord): readonly string[] {
  return fields.map(fieldKey).toSorted();
}

/** Those of the first that the others have not, each as often as it is missing. */
function minus(one: readonly string[], others: readonly string[]): readonly string[] {
  const left = [...others];
  return one.filter((key) => {
    const place = left.indexOf(key);
    if (place >= 0) left.splice(place, 1);
    return place < 0;
  });
}

test('who changes nothing gets what the other made, and there is no conflict', () => {
  assertProperty(
    fc.property(anyRecord, anyRecord, (base, other) => {
      for (const { record: merged, conflicts } of [mergeRecords(base, base, other), mergeRecords(base, other, base)]) {
        assert.ok(sameContent(merged, other));
        assert.deepEqual(conflicts, []);
      }
      assert.ok(sameContent(mergeRecords(base, other, other).record, other));
    }),
  );
});

test('nothing of what others did is lost, nothing of what one did either, and who comes first does not matter', () => {
  assertProperty(
    fc.property(anyRecord, anyRecord, anyRecord, (base, theirs, ours) => {
      const { record: merged, conflicts } = mergeRecords(base, theirs, ours);
      const other = mergeRecords(base, ours, theirs);
      if (conflicts.length > 0) {
        // What conflicts is as it was there; the rest is merged.
        for (const tag of conflicts) {
          const of = ({ fields }: MarcRecord) => fields.filter((one) => one.tag === tag);
          assert.deepEqual(of(merged), of(theirs));
        }
        return;
      }
      const [b, t, o, m] = [base, theirs, ours, merged].map(keys);
      const [addedThere, addedHere] = [minus(t!, b!), minus(o!, b!)];
      assert.deepEqual(minus(addedThere, m!), [], 'what they added is there');
      assert.deepEqual(minus(addedHere, m!), [], 'what we added is there');
      // Of what the base had, what neither took away stays, and what one took away is gone.
      const gone = [...minus(b!, t!), ...minus(minus(b!, o!), minus(b!, t!))];
      assert.deepEqual(minus(minus(b!, gone), m!), []);
      assert.ok(m!.length <= b!.length - gone.length + addedThere.length + addedHere.length);
      if (other.conflicts.length === 0) assert.deepEqual(keys(other.record), m);
    }),
    { numRuns: 1000 },
  );
});

test('two people who correct different authors of thousands both keep their work, each in its place', () => {
  const authors = Array.from({ length: 3000 }, (_, place) => field('700', `Author ${place}`));
  const [base, theirs, ours] = [authors, authors.with(17, field('700', 'T')), authors.with(2000, field('700', 'O'))];
  const { record: merged, conflicts } = mergeRecords(record(...base), record(...theirs), record(...ours));
  assert.deepEqual(conflicts, []);
  assert.deepEqual(merged.fields, theirs.with(2000, field('700', 'O')));
});

test('the same field changed otherwise is a conflict, and so is a tag that does not repeat or is not known', () => {
  const of = (tag: string, ...values: readonly string[]) => record(...values.map((value) => field(tag, value)));
  const conflictsOf = (tag: string, base: string[], theirs: string[], ours: string[]) =>
    mergeRecords(of(tag, ...base), of(tag, ...theirs), of(tag, ...ours)).conflicts;
  assert.deepEqual(conflictsOf('700', ['a', 'b'], ['x', 'b'], ['y', 'b']), ['700']);
  assert.deepEqual(conflictsOf('700', ['a', 'b'], ['x', 'b'], ['a', 'y']), []);
  assert.deepEqual(conflictsOf('700', ['a'], ['a', 'x'], ['a', 'y']), []);
  assert.deepEqual(conflictsOf('245', ['a'], ['x'], ['y']), ['245']);
  assert.deepEqual(conflictsOf('909', ['a', 'b'], ['x', 'b'], ['a', 'y']), ['909']);
  assert.deepEqual(conflictsOf('700', ['a', 'b'], ['a', 'b', 'x'], ['b', 'a']), ['700'], 'one of them moved fields');
  const preferred = mergeRecords(of('245', 'a'), of('245', 'x'), of('245', 'y'), 'ours');
  assert.deepEqual(preferred.record.fields, [field('245', 'y')]);
});

test('leaders are merged as well, but for the numbers that an ISO 2709 file gives them', () => {
  const leader = (type: string, length = '00000'): MarcRecord => ({
    leader: `${length}n${type}m a2200000 a 4500`,
    fields: [],
  });
  assert.deepEqual(mergeRecords(leader('a'), leader('a', '01234'), leader('e')).record.leader, leader('e').leader);
  assert.deepEqual(mergeRecords(leader('a'), leader('c'), leader('a', '01234')).record.leader, leader('c').leader);
  assert.deepEqual(mergeRecords(leader('a'), leader('c'), leader('e')).conflicts, ['LDR']);
});

test('a new field goes behind the last of its tag, else before the first higher one; nothing else moves', () => {
  assertProperty(
    fc.property(anyRecord, anyRecord, ({ fields }, { fields: added }) => {
      const shuffled = fields.toReversed();
      const placed = withPlaced(shuffled, added);
      assert.deepEqual(
        placed.filter((one) => shuffled.includes(one)),
        shuffled,
      );
      assert.equal(placed.length, fields.length + added.length);
      for (const one of added) {
        const before = placed.slice(0, placed.indexOf(one));
        if (shuffled.some(({ tag }) => tag === one.tag)) assert.ok(before.some(({ tag }) => tag === one.tag));
        else assert.ok(before.every(({ tag }) => tag <= one.tag));
      }
    }),
  );
});

test('thousands of changes in thousands of fields are merged, and two such records laid side by side', () => {
  const base = Array.from({ length: 20_000 }, (_, place) => field('700', `Author ${place}`));
  const ours = base.flatMap((one, place) => (place % 2 === 0 ? [one, field('700', `New ${place}`)] : [one]));
  const { record: merged, conflicts } = mergeRecords(record(...base), record(...base.slice(1)), record(...ours));
  assert.deepEqual(conflicts, []);
  assert.deepEqual(merged.fields, ours.slice(1));
  const rows = mergeRows(record(...base), record(...base.toReversed()));
  assert.equal(rows.filter((row) => row.ours !== undefined && row.theirs !== undefined).length, base.length);
});
