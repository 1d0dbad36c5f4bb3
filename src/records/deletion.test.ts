import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataField, type MarcRecord } from '../marc/record.ts';
import { asksDeletion, isDeleted, markDeleted } from './deletion.ts';

function marked(leader: string, code: string): MarcRecord {
  return { leader, fields: [dataField('980', ' ', ' ', [{ code, value: 'DELETED' }])] };
}

test('980__c DELETED marks a deleted record, and only that', () => {
  const record = marked('', 'a');
  assert.equal(isDeleted(record), false);
  const deleted = markDeleted(record);
  assert.equal(isDeleted(deleted), true);
  assert.equal(markDeleted(deleted), deleted);
});

test('leader/05 d asks for a deletion, unless the record is marked as one itself', () => {
  const leader = '00000dam a2200000 a 4500';
  assert.equal(asksDeletion({ leader, fields: [] }), true);
  assert.equal(asksDeletion(marked(leader, 'c')), false);
  for (const status of ['n', 'c', 'a', 'p', ' '])
    assert.equal(asksDeletion({ leader: `00000${status}am a2200000 a 4500`, fields: [] }), false);
  assert.equal(asksDeletion({ leader: '', fields: [] }), false);
});
