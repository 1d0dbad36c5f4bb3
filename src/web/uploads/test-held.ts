import assert from 'node:assert/strict';
import { controlField } from '../../marc/record.ts';
import { readRecord } from '../../records/history.ts';
import { field, recordOf, send, type TestUploads, xmlOf } from './test-uploads.ts';

/**
 * For tests: an upload that waits, since two changed its title: "Theirs" stands, "Ours" came late,
 * with a note.
 */
export async function conflict(world: TestUploads, kind = 'BOOK') {
  const { store, write, token } = world;
  const id = await write(field('245', 'Base'), field('980', kind));
  const first = await readRecord(store.database, id);
  const stamp = first.record.fields.find(({ tag }) => tag === '005')!;
  const change = (title: string, ...more: readonly ReturnType<typeof field>[]) =>
    xmlOf(recordOf(controlField('001', String(id)), stamp, field('245', title), ...more, field('980', kind)));
  await send(world, 'POST', '/api/records?mode=replace', token('boss'), change('Theirs'));
  const late = await send(world, 'POST', '/api/records?mode=replace', token('boss'), change('Ours', field('500', 'n')));
  const [result] = late.json().results;
  assert.deepEqual([result.outcome, result.code, result.conflicts], ['held', 'CONFLICT', ['245']]);
  return { id, held: result.held as number };
}
