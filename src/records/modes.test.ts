import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { marcRecord } from '../marc/arbitrary.ts';
import { fieldKey, sameContent } from '../marc/content.ts';
import { controlField, dataField, type Field, type MarcRecord } from '../marc/record.ts';
import { applyMode, type ModeRules, type WriteMode } from './modes.ts';

const rules: ModeRules = { strongTags: ['964'], provenancePaths: ['6531_9'] };

/** "6531_ $aHiggs$9author" */
function field(text: string): Field {
  const [head = '', ...parts] = text.split('$');
  const [ind1, ind2] = [head.charAt(3), head.charAt(4)].map((mark) => (mark === '_' ? ' ' : mark));
  return dataField(
    head.slice(0, 3),
    ind1!,
    ind2!,
    parts.map((part) => ({ code: part.charAt(0), value: part.slice(1) })),
  );
}

function record(...fields: readonly (string | Field)[]): MarcRecord {
  return { leader: '', fields: fields.map((one) => (typeof one === 'string' ? field(one) : one)) };
}

function made(mode: WriteMode, current: MarcRecord, ...incoming: readonly (string | Field)[]): readonly Field[] {
  return applyMode(mode, current, record(...incoming), rules).fields;
}

const ours = [controlField('001', '7'), controlField('005', '20260101000000.0')];
const current = record(
  ...ours,
  controlField('008', 'old'),
  '245__$aTitle',
  '6531_$aone$9author',
  '6531_$atwo$9CERN',
  '6531_$athree',
  '700__$aAda',
  '700__$aBob',
  '7001_$aCyd',
  '964__$a0001',
);
const rest = (...without: readonly number[]) => current.fields.filter((_, place) => !without.includes(place));

test('replace brings all, but fields of strong tags stay unless it brings some', () => {
  assert.deepEqual(made('replace', current, '245__$aNew'), record('245__$aNew', '964__$a0001').fields);
  assert.deepEqual(made('replace', current, '964__$a2'), record('964__$a2').fields);
});

test('correct exchanges the fields with the tag and indicators that it brings', () => {
  assert.deepEqual(made('correct', current, '700__$aEve'), [
    ...rest(7, 8, 9, 10),
    ...record('7001_$aCyd', '700__$aEve', '964__$a0001').fields,
  ]);
  assert.deepEqual(made('correct', current, controlField('008', 'new')), [
    ...current.fields.slice(0, 2),
    controlField('008', 'new'),
    ...current.fields.slice(3),
  ]);
  assert.deepEqual(made('correct', current, controlField('001', '9'), controlField('005', 'x')), current.fields);
});

test('correct exchanges fields of its own source only', () => {
  const of = (...given: readonly string[]) =>
    made('correct', current, ...given)
      .filter(({ tag }) => tag === '653')
      .map(({ subfields }) => subfields[0]!.value);
  assert.deepEqual(of('6531_$anew$9author'), ['two', 'three', 'new']);
  assert.deepEqual(of('6531_$anew'), ['one', 'two', 'new']);
  assert.deepEqual(of('6531_$anew$9nobody'), ['one', 'two', 'three', 'new']);
});

test('correct with $0 __DELETE_FIELDS__ takes the fields away and brings none', () => {
  assert.deepEqual(made('correct', current, '700__$0__DELETE_FIELDS__'), rest(7, 8));
});

test('append adds what is not there, delete takes what is the same', () => {
  const appended = made('append', current, '700__$aAda', '700__$aEve', '500__$aNote', controlField('008', 'new'));
  assert.equal(appended.length, current.fields.length + 2);
  assert.deepEqual(made('append', { leader: '', fields: appended }, '700__$aEve', '500__$aNote'), appended);
  assert.deepEqual(made('delete', current, '700__$aAda', '700__$aA', controlField('001', '7')), rest(7));
});

test('properties of the modes on any records', () => {
  const anything = marcRecord();
  assertProperty(
    fc.property(anything, anything, (one, other) => {
      const apply = (mode: WriteMode, to = one) => applyMode(mode, to, other, rules);
      // Done twice is done once.
      for (const mode of ['replace', 'correct', 'append', 'delete'] as const)
        assert.ok(sameContent(apply(mode, apply(mode)), apply(mode)), mode);
      // What is appended can be taken away again, if it was not there.
      const there = new Set(one.fields.map(fieldKey));
      if (other.fields.every((each) => !there.has(fieldKey(each)) && each.value === undefined))
        assert.ok(sameContent(apply('delete', apply('append')), one));
      // No mode touches 001 and 005.
      const numbers = ({ fields }: MarcRecord) =>
        fields.filter(({ tag, value }) => value !== undefined && (tag === '001' || tag === '005'));
      for (const mode of ['correct', 'append', 'delete'] as const) assert.deepEqual(numbers(apply(mode)), numbers(one));
      assert.deepEqual(one, structuredClone(one));
    }),
  );
});
