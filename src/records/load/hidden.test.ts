import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controlField, dataField, type Field } from '../../marc/record.ts';
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
    const lost = (stored?.mask ?? 0) & ~(part?.mask ?? 0);
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
