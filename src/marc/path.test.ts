import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { UserError } from '../errors/errors.ts';
import { marcRecord } from './arbitrary.ts';
import { compilePath } from './path.ts';
import { compilePathSet } from './path-set.ts';
import { controlField, dataField, type MarcRecord } from './record.ts';

const record: MarcRecord = {
  leader: '00000cam a2200000 a 4500',
  fields: [
    controlField('001', '17'),
    controlField('008', '931122s1993    xxu           000 0 eng d'),
    dataField('245', ' ', ' ', [
      { code: 'a', value: 'Blank' },
      { code: 'b', value: 'rest' },
    ]),
    dataField('245', '1', '0', [{ code: 'a', value: 'Indicators' }]),
    dataField('246', ' ', '1', [{ code: 'a', value: 'Other' }]),
    dataField('909', 'C', '4', [
      { code: 'p', value: 'Journal' },
      { code: 'y', value: '1999' },
    ]),
  ],
};

const cases: readonly [path: string, values: readonly string[]][] = [
  ['245__a', ['Blank']],
  ['24510a', ['Indicators']],
  ['245__%', ['Blank', 'rest']],
  ['245', ['Blank', 'rest', 'Indicators']],
  ['245%', ['Blank', 'rest', 'Indicators']],
  ['24%', ['Blank', 'rest', 'Indicators', 'Other']],
  ['245%%a', ['Blank', 'Indicators']],
  ['2*5__b', ['rest']],
  ['909C4', ['Journal', '1999']],
  ['909C4y', ['1999']],
  ['909C1%', []],
  ['001', ['17']],
  ['001__%', ['17']],
  ['00%', ['17', '931122s1993    xxu           000 0 eng d']],
  ['001__a', []],
  ['008/07-10', ['1993']],
  ['008/35-37', ['eng']],
  ['008/0', ['9']],
  ['008/40', []],
  ['245__a/0-1', ['Bl']],
  ['LDR/06', ['a']],
  ['LDR', ['00000cam a2200000 a 4500']],
];

describe('a MARC path', () => {
  for (const [path, values] of cases) {
    test(`${path} finds ${values.length} values`, () => assert.deepEqual(compilePath(path).values(record), values));
  }

  for (const path of ['', '2', '24', '24510ab', '24é', '245__ ', '2?5', '008/10-07', '/07', '24510_', '24 __a']) {
    test(`${JSON.stringify(path)} is refused by name`, () => {
      assert.throws(
        () => compilePath(path),
        (error) => error instanceof UserError && error.message.includes(`"${path}"`),
      );
    });
  }

  test('says field and subfield of each value', () => {
    const seen: string[] = [];
    compilePath('909C4%').forEach(record, (value, field, subfield) =>
      seen.push(`${field.tag}${subfield?.code}=${value}`),
    );
    compilePath('LDR/07').forEach(record, (value, field) => seen.push(`${field.tag}=${value}`));
    assert.deepEqual(seen, ['909p=Journal', '909y=1999', 'LDR=m']);
  });

  test('finds what a naive model finds', () => {
    assertProperty(
      fc.property(marcRecord(), patternText, (anyRecord, path) => {
        assert.deepEqual(compilePath(path).values(anyRecord), naiveValues(anyRecord, path));
      }),
      { numRuns: 2000 },
    );
  });
});

test('a set of paths gives each path what it finds alone', () => {
  assertProperty(
    fc.property(marcRecord(), fc.array(patternText, { maxLength: 6 }), (anyRecord, texts) => {
      const paths = texts.map(compilePath);
      const found: string[][] = paths.map(() => []);
      compilePathSet(paths).forEach(anyRecord, (path, value) => found[path]!.push(value));
      assert.deepEqual(
        found,
        paths.map((path) => path.values(anyRecord)),
      );
    }),
  );
});

const patternText = fc
  .tuple(
    fc.constantFrom('0', '2', '9', '%', '*'),
    fc.constantFrom('0', '4', '%', 'a'),
    fc.constantFrom('1', '5', '%', 'x'),
    fc.constantFrom('', '_', '%', '1', 'C'),
    fc.constantFrom('', '_', '%', '0'),
    fc.constantFrom('', '%', 'a', '0'),
  )
  .map((parts) => parts.join(''));

/**
 * Every value has a key of tag, indicators and code, and the path is a regular expression over it.
 */
function naiveValues(of: MarcRecord, path: string): string[] {
  const pattern = [...path].map((char) => (char === '%' || char === '*' ? '.' : char === '_' ? ' ' : char)).join('');
  const whole = path.endsWith('%') ? `^(?:${pattern}|${pattern.slice(0, -1)})` : `^${pattern}`;
  const found: string[] = [];
  for (const { tag, ind1, ind2, value, subfields } of of.fields) {
    if (value !== undefined && new RegExp(whole, 's').test(`${tag}  `)) found.push(value);
    for (const subfield of subfields)
      if (new RegExp(whole, 's').test(tag + ind1 + ind2 + subfield.code)) found.push(subfield.value);
  }
  return found;
}
