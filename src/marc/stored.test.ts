import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { marcRecord, valueText } from './arbitrary.ts';
import { dataField } from './record.ts';
import { decodeParts, decodeStored, encodeStored, readParts, readStart } from './stored.ts';

test('the stored form is lossless, also for what XML cannot hold', () => {
  assertProperty(
    fc.property(marcRecord(valueText(['\u0000', '\u001e', '\ud800', '\uffff'])), (record) => {
      assert.deepEqual(decodeStored(encodeStored(record)), record);
    }),
  );
});

test('the stored form is one line without control characters', () => {
  assertProperty(
    fc.property(marcRecord(valueText(['\u0000', '\u007f', '\ud800'])), (record) => {
      const stored = encodeStored(record);
      assert.doesNotMatch(stored, /[\u0000-\u001f]/);
      assert.ok(stored.isWellFormed());
    }),
  );
});

test('a record that was not validated is not stored', () => {
  for (const [tag, ind1, code] of [
    ['24', '1', 'a'],
    ['2455', ' ', 'a'],
    ['245', '', 'a'],
    ['245', ' ', 'ab'],
    ['245', ' ', ''],
  ] as const) {
    const record = { leader: '', fields: [dataField(tag, ind1, ' ', [{ code, value: 'x' }])] };
    assert.throws(() => encodeStored(record), /not validated/);
  }
});

test('a damaged stored record is an error', () => {
  for (const text of ['', '{}', '["", 1]', '["","245  a"]', '["","001"]', '["","0015","x"]'])
    assert.throws(() => decodeStored(text));
});

test('of a record so many parts are read, and what they hold is a record', () => {
  assertProperty(
    fc.property(
      marcRecord(valueText(['\\', '\\"', '"', '\ud800', '\u0000'])),
      fc.integer({ min: 1, max: 12 }),
      (record, most) => {
        const text = encodeStored(record);
        const { parts, leftOut } = readStart(text, most);
        const whole = readParts(text);
        if (leftOut === 0) {
          assert.deepEqual(parts, whole);
          return;
        }
        assert.ok(parts.length <= most && whole.length > parts.length);
        const { leader, fields } = decodeParts(parts);
        assert.equal(leader, record.leader);
        for (const [at, field] of fields.entries()) {
          const { subfields, ...rest } = record.fields[at]!;
          assert.deepEqual({ ...field, subfields: [] }, { ...rest, subfields: [] });
          assert.deepEqual(field.subfields, subfields.slice(0, field.subfields.length));
        }
      },
    ),
  );
});
