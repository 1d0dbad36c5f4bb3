import assert from 'node:assert/strict';
import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase } from '../../test/support/database.ts';
import { waitFor } from '../../test/support/wait.ts';
import { indexVersion } from './entry.ts';
import type { Follower } from './follower.ts';
import { publish } from './manifest.ts';
import { repairSegment } from './repair.ts';
import { createInverter } from './segment/inverter.ts';
import { segmentFileName } from './segment/open.ts';
import { bytesInMemory, storeSegment } from './segment-store.ts';
import { analyzer, found, testIndex, version } from './test-index.ts';
import { verifyIndex } from './verify.ts';

const index = testIndex(openTestDatabase);
const { addDelta, addSegment, isRight, storeRecords, withFollower } = index;

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at]! ^= 1;
  chmodSync(path, 0o644);
  writeFileSync(path, bytes);
}

test('a damaged local file is fetched again when a follower opens it, repairs it, or verify looks', async () => {
  const id = await addSegment([version(1, 'Whole'), version(2, 'Whole')]);
  const path = join(index.context.folder, segmentFileName(id));
  await withFollower((follower) => follower.refresh());
  const size = readFileSync(path).length;
  flip(path, size - 20);
  await withFollower(async (follower) => {
    await follower.refresh();
    assert.deepEqual(found(follower, 'whole'), [1, 2]);
    flip(path, 20);
    await follower.repair(id);
    assert.deepEqual(found(follower, 'whole'), [1, 2]);
  });
  flip(path, 20);
  const report = await verifyIndex(index.context, { repair: true, compare: true, most: 5 });
  assert.deepEqual(
    report.damage.map(({ segment, where, outcome }) => [segment, where, outcome]),
    [[id, 'local file', 'fetched again']],
  );
  await isRight();
});

async function damageStored(id: string): Promise<void> {
  await index.database.query(sql`
    UPDATE segment_block SET data = set_byte(data, 30, get_byte(data, 30) # 1) WHERE segment_id = ${id} AND number = 0`);
}

test('a damaged stored segment is named, and repaired from the file or from the records', async () => {
  const id = await addSegment([version(1, 'Stored'), version(2, 'Stored')]);
  await addDelta(version(2, 'Stored anew', 2));
  await withFollower((follower) => follower.refresh());
  await damageStored(id);
  const [damage] = (await verifyIndex(index.context, { repair: true, compare: false, most: 5 })).damage;
  assert.deepEqual([damage?.where, damage?.outcome], ['database', 'copied from the local file']);
  assert.match(damage!.problem, new RegExp(id));
  await isRight();
  rmSync(join(index.context.folder, segmentFileName(id)));
  await damageStored(id);
  assert.equal(await repairSegment(index.context, id), 'rebuilt from the records');
  await isRight();
});

test('several segments that are gone or damaged at once are all made anew from the records', async () => {
  const ids = [];
  for (let at = 0; at < 4; at++) ids.push(await addSegment([version(2 * at + 1, 'Lost'), version(2 * at + 2, 'Lost')]));
  await addDelta(version(2, 'Lost and changed', 2));
  await index.database.query(sql`DELETE FROM segment WHERE id = ANY (${[ids[0], ids[1]]}::text[])`);
  await damageStored(ids[2]!);
  rmSync(index.context.folder, { recursive: true, force: true });
  const { damage } = await verifyIndex(index.context, { repair: true, compare: false, most: 5 });
  assert.deepEqual(
    damage.map(({ segment, outcome }) => [segment, outcome]),
    ids.slice(0, 3).map((id) => [id, 'rebuilt from the records']),
  );
  await isRight();
  await withFollower(async (follower) => {
    await follower.refresh();
    assert.deepEqual(found(follower, 'lost'), [1, 2, 3, 4, 5, 6, 7, 8]);
  });
});

test('a follower serves its last view while a stored segment is damaged, and asks for a repair', async () => {
  const looked = Promise.withResolvers<void>();
  const work = async (follower: Follower): Promise<void> => {
    await addSegment([version(1, 'Kept')]);
    await follower.refresh();
    const id = await index.database.transaction(async (transaction) => {
      await storeRecords([version(2, 'Kept')]);
      const inverter = createInverter();
      indexVersion(version(2, 'Kept'), analyzer, inverter);
      const data = inverter.finish();
      await storeSegment(transaction, bytesInMemory(data), index.origin);
      await transaction.query(sql`UPDATE segment_block SET checksum = 'wrong'::bytea WHERE segment_id = ${data.id}`);
      await publish(transaction, { add: [data.id], remove: [] });
      return data.id;
    });
    await assert.rejects(follower.refresh(), { code: 'REPERIO_SEGMENT_BLOCK' });
    assert.match(follower.state().problem ?? '', new RegExp(id));
    assert.deepEqual(found(follower, 'kept'), [1]);
    looked.resolve();
    await waitFor('the repaired segment', () => found(follower, 'kept').length === 2);
    assert.equal(follower.state().problem, undefined);
  };
  await withFollower(work, undefined, looked.promise).finally(() => looked.resolve());
});

test('a library that has only deltas, or nothing, is compared with its records though this node has no folder yet', async () => {
  const verified = async () => {
    rmSync(index.context.folder, { recursive: true, force: true });
    const { damage, differences } = await verifyIndex(index.context, { repair: false, compare: true, most: 5 });
    return { damage, differences };
  };
  assert.deepEqual(await verified(), { damage: [], differences: [] });
  await addDelta(version(1, 'Only a delta'));
  assert.deepEqual(await verified(), { damage: [], differences: [] });
});
