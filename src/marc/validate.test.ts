import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../test/support/property.ts';
import { marcRecord } from './arbitrary.ts';
import { marcErrors } from './errors.ts';
import { controlField, dataField, type Field } from './record.ts';
import { recordProblem } from './validate.ts';

const good = dataField('245', '1', '0', [{ code: 'a', value: 'Title' }]);
const cases: readonly [name: string, field: Field, code: string][] = [
  ['a tag of two characters', dataField('24', ' ', ' ', []), marcErrors.badTag.code],
  ['a tag of four', controlField('0011', ''), marcErrors.badTag.code],
  ['an empty tag', dataField('', ' ', ' ', []), marcErrors.badTag.code],
  ['a tag with another character', dataField('24é', ' ', ' ', []), marcErrors.badTag.code],
  ['an empty indicator', dataField('245', '', ' ', []), marcErrors.badIndicator.code],
  ['an indicator of two characters', dataField('245', ' ', '10', []), marcErrors.badIndicator.code],
  ['an indicator that is not ASCII', dataField('245', 'é', ' ', []), marcErrors.badIndicator.code],
  ['an empty subfield code', dataField('245', ' ', ' ', [{ code: '', value: 'x' }]), marcErrors.badCode.code],
  ['a blank subfield code', dataField('245', ' ', ' ', [{ code: ' ', value: 'x' }]), marcErrors.badCode.code],
  ['a subfield code of two', dataField('245', ' ', ' ', [{ code: 'ab', value: 'x' }]), marcErrors.badCode.code],
  ['a control field 245', controlField('245', 'x'), marcErrors.wrongKind.code],
  ['a data field 008', dataField('008', ' ', ' ', []), marcErrors.wrongKind.code],
];

for (const [name, field, code] of cases) {
  test(`${name} is refused, naming the field`, () => {
    const problem = recordProblem({ leader: '', fields: [good, field] });
    assert.equal(problem?.kind.code, code);
    assert.equal(problem.values['number'], 2);
  });
}

test('a record without fields is refused', () => {
  assert.equal(recordProblem({ leader: '', fields: [] })?.kind, marcErrors.noFields);
});

test('valid records are not refused', () => {
  assertProperty(fc.property(marcRecord(), (record) => assert.equal(recordProblem(record), undefined)));
  assert.equal(
    recordProblem({ leader: '', fields: [controlField('FMT', 'BK'), dataField('CAT', ' ', ' ', [])] }),
    undefined,
  );
});
