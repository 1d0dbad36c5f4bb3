import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { fieldsWithTag } from './fields-by-tag.ts';
import { dataField, type MarcRecord } from './record.ts';

const tag = fc.constantFrom('100', '245', '700', '880');
const record = fc
  .array(tag, { maxLength: 40 })
  .map((tags): MarcRecord => ({ leader: '', fields: tags.map((one) => dataField(one, ' ', ' ', [])) }));

test('the fields of a tag are those that a look at each field finds, whichever records are asked in between', () => {
  const asked = fc.array(fc.tuple(fc.nat({ max: 3 }), tag), { maxLength: 30 });
  assertProperty(
    fc.property(fc.array(record, { minLength: 4, maxLength: 4 }), asked, (records, questions) => {
      for (const [which, wanted] of questions) {
        const one = records[which]!;
        assert.deepEqual(
          fieldsWithTag(one, wanted),
          one.fields.filter((field) => field.tag === wanted),
        );
      }
    }),
    { numRuns: 200 },
  );
});
