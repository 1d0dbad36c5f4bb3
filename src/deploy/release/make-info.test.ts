import assert from 'node:assert/strict';
import { test } from 'node:test';
import { locksOf } from './make-info.ts';

test('a migration says what it locks in a line of its own', () => {
  assert.equal(
    locksOf('-- locks: record, writes, 1s/30000 rows\nCREATE INDEX ...;\n'),
    'record, writes, 1s/30000 rows',
  );
  assert.equal(locksOf('-- About locks: none.\nCREATE TABLE a ();\n'), undefined);
});
