import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { compilePath } from '../marc/path.ts';
import { dataField, type MarcRecord } from '../marc/record.ts';
import { onlyPaths, withoutPaths } from '../marc/select-fields.ts';
import { field, item } from './test-records.ts';

const { record } = item(1, [
  field('100__', '$aEllis, J$usecret'),
  field('595__', '$aCERN$bEDS'),
  field('5951_', '$aother'),
]);
const tags = (one: MarcRecord): readonly string[] => one.fields.map((each) => each.tag);

test('a hidden tag takes its fields with it, whatever their indicators', () => {
  assert.deepEqual(tags(withoutPaths(record, [compilePath('595')])), ['001', '005', '100']);
});

test('a hidden subfield goes alone, and its field goes when nothing is left', () => {
  const rest = withoutPaths(record, [compilePath('100__u'), compilePath('5951_a')]);
  assert.deepEqual(tags(rest), ['001', '005', '100', '595']);
  assert.deepEqual(rest.fields[2]?.subfields, [{ code: 'a', value: 'Ellis, J' }]);
});

test('a hidden control field goes', () => {
  assert.deepEqual(tags(withoutPaths(record, [compilePath('005')])), ['001', '100', '595', '595']);
});

test('an 880 goes with the tag that it may stand for, however badly it says so', () => {
  const links = ['595-00', '595', ' 595-1', '595/$1', '[595-01]', '595–01', '100-01'];
  const { record: linked } = item(1, [
    ...links.map((link) => field('880__', `$6${link}$asecret`)),
    field('880__', '$6100-01$6595-01$asecret'),
    field('880__', '$6FFT-01$asecret'),
  ]);
  const left = withoutPaths(linked, [compilePath('595'), compilePath('FFT')]);
  assert.deepEqual(
    left.fields.slice(2).map(({ subfields }) => subfields[0]?.value),
    ['100-01'],
  );
});

test('nothing hidden leaves the record as it is', () => {
  assert.equal(withoutPaths(record, [compilePath('9%')]), record);
  assert.equal(withoutPaths(record, []), record);
});

test('what is left out and what is kept make up the record', () => {
  const subfields = fc.array(fc.record({ code: fc.constantFrom('a', 'b', 'u'), value: fc.string() }), {
    minLength: 1,
    maxLength: 3,
  });
  const fields = fc.array(
    fc
      .tuple(fc.constantFrom('100', '245', '595'), fc.constantFrom(' ', '1'), subfields)
      .map(([tag, ind, list]) => dataField(tag, ind, ' ', list)),
    { maxLength: 6 },
  );
  const paths = fc.array(fc.constantFrom('595', '5951_', '100__a', '24%', '100__%', '245__b'), { maxLength: 3 });
  const flat = (one: MarcRecord): readonly string[] =>
    one.fields.flatMap((each) => each.subfields.map((sub) => `${each.tag}${each.ind1}${sub.code}${sub.value}`));
  assertProperty(
    fc.property(fields, paths, (list, texts) => {
      const whole = { leader: '', fields: list };
      const compiled = texts.map(compilePath);
      const naive = flat(whole).filter((text) => texts.some((path) => fits(path, text)));
      assert.deepEqual(flat(onlyPaths(whole, compiled)), naive);
      assert.deepEqual(
        flat(withoutPaths(whole, compiled)),
        flat(whole).filter((text) => !texts.some((path) => fits(path, text))),
      );
    }),
  );
});

/** `text` is tag, first indicator, code and value; the second indicator is always blank. */
function fits(path: string, text: string): boolean {
  const key = `${text.slice(0, 3)}${text[3] === ' ' ? '_' : text[3]}_${text[4]}`;
  return path.endsWith('%') || path.length < 6 ? key.startsWith(path.replace('%', '')) : key === path;
}
