import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { controlField, dataField, type MarcRecord } from '../marc/record.ts';
import { identify } from './identifiers.ts';
import { creationOf, readTimeStamp, stampRecord, timeStamp } from './version.ts';

const modified = new Date('2026-11-23T10:20:30.450Z');

function stamped(record: MarcRecord, ours = false): readonly string[] {
  return stampRecord(record, identify(record), { id: 7, ours, modified }).fields.map(
    ({ tag, value, subfields }) => `${tag} ${value ?? subfields.map((s) => `$${s.code}${s.value}`).join('')}`,
  );
}

const title = dataField('245', '1', '0', [{ code: 'a', value: 'T' }]);

test('only 001 and 005 change, in their places', () => {
  const record = {
    leader: 'x',
    fields: [controlField('005', '2001'), title, controlField('001', '7'), controlField('008', 'z')],
  };
  assert.deepEqual(stamped(record, true), ['005 20261123102030.4', '245 $aT', '001 7', '008 z']);
});

test('a record without 001 and 005 gets them in front', () => {
  const fields = [controlField('003', 'A'), controlField('008', 'z'), title];
  assert.deepEqual(stamped({ leader: '', fields }), ['001 7', '003 A', '005 20261123102030.4', '008 z', '245 $aT']);
});

test('a foreign 001 is kept as 035__a, once', () => {
  const fields = [controlField('001', 'b1'), controlField('003', 'OCoLC'), title];
  assert.deepEqual(stamped({ leader: '', fields }), [
    '001 7',
    '003 OCoLC',
    '005 20261123102030.4',
    '035 $a(OCoLC)b1',
    '245 $aT',
  ]);
  const kept = [...fields, dataField('035', ' ', ' ', [{ code: 'a', value: '(OCoLC)b1' }])];
  assert.equal(stamped({ leader: '', fields: kept }).filter((text) => text.startsWith('035')).length, 1);
});

test('every time is read back from the stamp it gives, to a tenth of a second', () => {
  assertProperty(
    fc.property(fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (time) => {
      const back = readTimeStamp(timeStamp(time));
      assert.equal(Math.floor(back!.getTime() / 100), Math.floor(time.getTime() / 100));
    }),
  );
});

test('a 005 that is no date, or lies in the future, is ignored with a sentence', () => {
  const of = (value: string) => creationOf({ leader: '', fields: [controlField('005', value)] }, modified);
  assert.deepEqual(of('20010904162503.0').created, new Date('2001-09-04T16:25:03Z'));
  for (const wrong of ['20010931000000.0', '2001', '20260230000000.0', 'yesterday', '99990101000000.0']) {
    assert.deepEqual(of(wrong).created, modified);
    assert.ok(of(wrong).warning!.includes(wrong));
  }
});
