import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controlField } from '../../marc/record.ts';
import type { Queryable } from '../../store/database.ts';
import { identify } from '../identifiers.ts';
import { BatchView } from './batch-view.ts';
import { PendingKeys } from './pending.ts';

test('a record that the batch before writes is there, also when that batch is committed while it is looked for', async () => {
  const pending = new PendingKeys();
  pending.change(0, 1, [], []);
  // What the database said before the commit, told after it.
  const database = {
    query: async () => {
      await Promise.resolve();
      pending.committed(0);
      return [];
    },
  } as unknown as Queryable;
  const view = new BatchView(pending);
  const identity = identify({ leader: '', fields: [controlField('001', '1'), controlField('003', 'A')] });
  await view.load(database, 'replace', [identity], 1);
  assert.equal(pending.keys(1), undefined, 'the batch is committed');
  assert.ok(view.exists(1));
});
