import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { compilePath } from '../../marc/path.ts';
import { controlField, dataField, type Field, type MarcRecord } from '../../marc/record.ts';
import { withoutPaths } from '../../marc/select-fields.ts';
import { HiddenPaths } from './hidden.ts';
import { hasPlaceFor } from './hidden-places.ts';

test('a hidden subfield goes back into its field, or the load says that it has no place', async () => {
  const link = (address: string, ...more: readonly string[]): Field =>
    dataField('856', '4', ' ', [
      { code: 'u', value: address },
      ...more.map((text) => ({ code: text.charAt(0), value: text.slice(1) })),
    ]);
  const script = (text: string, ...more: readonly string[]): Field => ({
    ...link(text, ...more),
    tag: '880',
    subfields: [{ code: '6', value: '856-00/$1' }, ...link(text, ...more).subfields],
  });
  const hidden = new HiddenPaths(['8564_x', '8564_z', '595', '008/06-10']);
  const kept = (given: readonly Field[], before: readonly Field[]): readonly Field[] | string => {
    const [part, stored] = [
      { leader: '', fields: given },
      { leader: '', fields: before },
    ].map((r) => hidden.partOf(r));
    const lost = (stored?.mask ?? 0n) & ~(part?.mask ?? 0n);
    if (stored !== undefined && !hasPlaceFor(part, stored, lost)) return 'no place';
    return hidden.withKept({ leader: '', fields: given }, { leader: '', fields: before }).fields;
  };
  // Between the same neighbours, of each of two that look alike, and in original script.
  const before = [link('a', 'xone', 'yA'), link('a', 'yA', 'xtwo', 'xthree'), script('b', 'xfour')];
  assert.deepEqual(kept([link('a', 'yA'), link('a', 'yA'), script('b')], before), before);
  // What the record says itself stays, and the other path comes beside it.
  assert.deepEqual(kept([link('a', 'zmine')], [link('a', 'xone', 'zold')]), [link('a', 'xone', 'zmine')]);
  // Nothing but hidden: the field comes as it was.
  const alone = dataField('856', '4', ' ', [{ code: 'x', value: 'note' }]);
  assert.deepEqual(kept([link('b')], [alone]), [link('b'), alone]);
  // Another address, another indicator, one more or one less of the same: a guess.
  for (const given of [[link('b')], [{ ...link('a'), ind1: '3' }], [link('a'), link('a')], [], [link('a', 'zq', 'yA')]])
    assert.equal(kept(given, [link('a', 'xone')]), 'no place');
  assert.equal(
    kept([alone], [dataField('856', '4', ' ', [{ code: 'z', value: 'z' }, ...alone.subfields])]),
    'no place',
  );
  assert.equal(kept([controlField('008', 'short')], [controlField('008', '010203s1999')]), 'no place');
  assert.deepEqual(kept([], [controlField('008', '010203s1999')]), [controlField('008', '010203s1999')]);
});

const paths = ['8564_x', '8564_z', '856%2y', '595', '500__x', '5001_', '008/06-10'];
const text = fc.constantFrom('a', 'b', 'x1 ', '');
const subfields = fc.array(fc.record({ code: fc.constantFrom('u', 'x', 'y', 'z'), value: text }), {
  minLength: 1,
  maxLength: 4,
});
const fields: fc.Arbitrary<readonly Field[]> = fc
  .array(
    fc.oneof(
      fc.constant(controlField('008', '010203s1999')),
      fc
        .tuple(
          fc.constantFrom('500', '595', '856'),
          fc.constantFrom(' ', '1', '4'),
          fc.constantFrom(' ', '2'),
          subfields,
        )
        .map(([tag, ind1, ind2, of]) => dataField(tag, ind1, ind2, of)),
      fc
        .tuple(fc.constantFrom('500', '595', '856', '245'), fc.constantFrom(' ', '4'), subfields)
        .map(([tag, ind1, of]) => dataField('880', ind1, ' ', [{ code: '6', value: `${tag}-00` }, ...of])),
    ),
    { maxLength: 8 },
  )
  .map((list) => list.toSorted((a, b) => (a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0)));

test('what a reader was given, loaded again, comes back as it was', () => {
  const compiled = paths.map(compilePath);
  const hidden = new HiddenPaths(paths);
  assertProperty(
    fc.property(fields, (list) => {
      const before: MarcRecord = { leader: '', fields: list };
      const given = withoutPaths(before, compiled);
      const [part, stored] = [given, before].map((one) => hidden.partOf(one));
      assert.equal(part?.mask ?? 0n, 0n);
      if (stored === undefined || stored.mask === 0n) return;
      assert.ok(hasPlaceFor(part, stored, stored.mask));
      const back = hidden.withKept(given, before).fields;
      // A field of which nothing was left comes behind the others of its tag.
      const sorted = (all: readonly Field[]): readonly string[] => all.map((one) => JSON.stringify(one)).toSorted();
      assert.deepEqual(sorted(back), sorted(before.fields));
    }),
    { numRuns: 500 },
  );
});

test('subfields that look alike when they are written one behind the other are not taken for each other', () => {
  const hidden = new HiddenPaths(['500__x']);
  const note = (...subfields: readonly (readonly [string, string])[]): MarcRecord => ({
    leader: '',
    fields: [
      dataField(
        '500',
        ' ',
        ' ',
        subfields.map(([code, value]) => ({ code, value })),
      ),
    ],
  });
  const stored = hidden.partOf(note(['a', 'one'], ['x', 'secret'], ['b', 'two']))!;
  assert.equal(hasPlaceFor(hidden.partOf(note(['a', 'one\u001f$btwo'])), stored, stored.mask), false);
});

test('of any number of hidden paths each counts for itself', () => {
  const tags = Array.from({ length: 70 }, (_, place) => String(900 + place));
  const hidden = new HiddenPaths(tags);
  const part = (tag: string) =>
    hidden.partOf({ leader: '', fields: [dataField(tag, ' ', ' ', [{ code: 'a', value: 'x' }])] })!;
  for (const [place, tag] of tags.entries()) {
    const lost = part(tag).mask & ~part(tags[(place + 1) % tags.length]!).mask;
    assert.deepEqual(hidden.namesOf(lost), [tag]);
  }
});
