import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase } from '../../../test/support/database.ts';
import type { Deployment } from './deployment.ts';
import { lastDeployments, libraryLock, recordDeployment, releaseLibraryLock, takeLibraryLock } from './library.ts';

let opened: Awaited<ReturnType<typeof openTestDatabase>>;
before(async () => {
  opened = await openTestDatabase();
});
after(() => opened?.release());

const deployment = (change: Partial<Deployment> = {}): Deployment => ({
  ...{
    id: 'a',
    holder: 'ada@laptop',
    from: '0.2.0',
    to: '0.3.0',
    isRollback: false,
    indexBefore: [],
    source: undefined,
  },
  ...{
    manifest: 'm',
    began: 1_000,
    hosts: [],
    balancers: [],
    verify: 30,
    keep: 3,
    sequence: 1,
    pid: 1,
    states: {},
    answers: {},
  },
  steps: [
    { host: 'web1', kind: 'copy', back: false, state: 'done', began: 1_000, seconds: 1.5, said: '0.1 MB sent' },
    { host: 'web1', kind: 'restart', back: false, state: 'planned' },
    { host: 'web1', kind: 'ready', back: false, state: 'planned' },
  ],
  ...change,
});

test('a deployment is told again and again, and is one: the last word counts', async () => {
  const { database } = opened;
  await recordDeployment(database, deployment());
  const back = { host: 'web1', kind: 'switch', back: true, state: 'done', began: 3_000, seconds: 0.5 } as const;
  const [first] = deployment().steps;
  const ended = deployment({ steps: [first!, back], ended: 4_000, outcome: 'taken back', problem: 'it was broken' });
  await recordDeployment(database, ended);
  await recordDeployment(database, ended);
  // Of a machine that slept.
  await recordDeployment(database, deployment());
  await recordDeployment(database, deployment({ id: 'b', began: 5_000 }));
  const [newest, before, ...more] = await lastDeployments(database, 10);
  assert.deepEqual([newest?.id, newest?.outcome, more.length], ['b', undefined, 0]);
  assert.deepEqual([before?.outcome, before?.problem, before?.ended], ['taken back', 'it was broken', 4_000]);
  assert.deepEqual(before?.steps, [first, back]);
  assert.equal(before.number, 1);
});

test('one has the lock until that one gives it back', async () => {
  const { database } = opened;
  const lock = (id: string) => ({ id, holder: `${id}@laptop`, reason: 'why', since: '2026-11-30T10:00:00.000Z' });
  assert.deepEqual(await takeLibraryLock(database, lock('a')), lock('a'));
  assert.deepEqual(await takeLibraryLock(database, lock('b')), lock('a'));
  await releaseLibraryLock(database, 'b');
  assert.deepEqual(await libraryLock(database), lock('a'));
  await releaseLibraryLock(database, 'a');
  assert.deepEqual(await takeLibraryLock(database, lock('b')), lock('b'));
});

test('a library of an older schema knows nothing of it, and that is no error', async () => {
  const { database } = opened;
  await database.query(sql`ALTER TABLE deploy_lock RENAME TO other`);
  try {
    await recordDeployment(database, deployment());
    assert.equal(await libraryLock(database), undefined);
    assert.deepEqual(await lastDeployments(database, 3), []);
  } finally {
    await database.query(sql`ALTER TABLE other RENAME TO deploy_lock`);
  }
});
