import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { marcRecord } from '../../marc/arbitrary.ts';
import { toCompleteTextMarc } from '../../marc/writers/text-complete.ts';
import { tagTable } from './tag-table.ts';

type Range = readonly [from: number, to: number];
interface LineParts {
  partsOf(
    line: string,
  ):
    | { readonly tag: string; readonly subfields: readonly { readonly code: string; readonly value: Range }[] }
    | undefined;
  stopsOf(line: string): readonly Range[];
  stopAt(stops: readonly Range[], selection: { from: number; to: number }, base: number): number;
  completedLine(line: string): string | undefined;
  fixedValue(line: string): string | undefined;
  withFixedValue(line: string, value: string): string;
}
interface FixedPositions {
  positionsOf(
    fixed: unknown,
    tag: string,
    value: string,
    leader: string,
  ):
    | { readonly positions: readonly { readonly at: number; readonly length: number; readonly name: string }[] }
    | undefined;
}
// They are what the browser gets, so they have no types.
const script = async <T>(name: string): Promise<T> =>
  (await import(new URL(`./script/${name}.js`, import.meta.url).href)) as T;
const { partsOf, stopsOf, stopAt, completedLine, fixedValue, withFixedValue } = await script<LineParts>('line');
const { positionsOf } = await script<FixedPositions>('fixed');

describe('lines of the editor', () => {
  test('have the parts that the library reads in them', () => {
    assertProperty(
      fc.property(marcRecord(), (record) => {
        const lines = toCompleteTextMarc({ leader: '', fields: record.fields }).split('\n').slice(0, -1);
        record.fields.forEach((field, at) => {
          const parts = partsOf(lines[at]!);
          assert.equal(parts?.tag, field.tag);
          // A lettered tag may be either, and a dollar as code is written as a word.
          if (field.subfields.some(({ code }) => code === '$') || /^[A-Za-z]/.test(field.tag)) return;
          assert.deepEqual(
            parts?.subfields.map(({ code }) => code),
            field.subfields.map(({ code }) => code),
          );
        });
      }),
    );
  });

  test('have stops for Tab, one after the other, from wherever the cursor is', () => {
    const line = '24510 $$aTitle$$b$$cRoe';
    const stops = stopsOf(line);
    assert.deepEqual(
      stops.map(([from, to]) => line.slice(from, to)),
      ['245', '10', 'Title', '', 'Roe'],
    );
    const at = (from: number, to = from): number => stopAt(stops, { from: from + 100, to: to + 100 }, 100);
    assert.deepEqual([at(0), at(0, 3), at(3), at(3, 5), at(9, 14), at(17), at(20)], [-1, 0, 0, 1, 2, 3, 3]);
    assert.deepEqual(stopsOf('5'), [[0, 1]]);
    assert.deepEqual(stopsOf(''), [[0, 0]]);
    assert.equal(stopsOf('=LDR  00000nam\\a22').length, 2);
  });

  test('of which only a tag was typed are completed', () => {
    assert.deepEqual(['245', '1001', '008', 'LDR', '24', '245__ $$a'].map(completedLine), [
      '245__ $$a',
      '1001_ $$a',
      '008__ ',
      '=LDR  ',
      undefined,
      undefined,
    ]);
  });

  test('keep everything of a fixed field that its form does not have', () => {
    assertProperty(
      fc.property(fc.stringMatching(/^[a-z0-9 |]{0,40}$/), (value) => {
        for (const line of [`008__ ${value}`, `=LDR  ${value.replaceAll(' ', '\\')}`]) {
          assert.equal(fixedValue(line), value);
          assert.equal(withFixedValue(line, value), line);
        }
      }),
    );
  });
});

describe('the table of MARC 21', () => {
  test('has the same tags, indicators and codes in both languages, each with a name', () => {
    const [english, french] = [tagTable('en'), tagTable('fr')];
    const shape = (table: unknown): string =>
      JSON.stringify(table, (key, value) => (typeof value === 'string' && key !== 'at' ? value !== '' : value));
    assert.ok(shape(english) === shape(french), 'something has a name in one language only');
    assert.ok(Object.keys(english.tags).length >= 200);
    assert.equal(english.tags['245']?.r, false);
    assert.equal(french.tags['100']?.s?.['a'], 'Nom de personne');
    for (const [tag, { n, s }] of [english, french].flatMap(({ tags }) => Object.entries(tags))) {
      assert.doesNotMatch(n, / = /, tag);
      for (const [code, name] of Object.entries(s ?? {})) assert.match(name, /^\S/, `${tag}$${code}`);
    }
  });

  test('has positions of 006, 007 and 008 by what the leader or the first character says', () => {
    const { fixed } = tagTable('en');
    const leaders = { BK: 'am', CR: 'as', CF: 'mm', MP: 'em', MU: 'jm', VM: 'gm', MX: 'pc' };
    for (const [material, leader] of Object.entries(leaders)) {
      const { positions } = positionsOf(fixed, '008', '', `00000n${leader}`)!;
      assert.equal(positions[0]?.at, 0, material);
      positions.forEach(({ at, length, name }, i) => {
        const next = positions[i + 1]?.at ?? 40;
        assert.ok(at + length <= next, `${material} ${name} overlaps`);
      });
    }
    assert.equal(positionsOf(fixed, '006', 'm', '')?.positions[1]?.at, 5);
    assert.ok(positionsOf(fixed, '007', 's', '')!.positions.length > 3);
    assert.equal(positionsOf(fixed, '007', '', '')!.positions.length, 1);
    assert.equal(positionsOf(fixed, '245', '', ''), undefined);
  });
});
