/**
 * Adding a file and removing the same bytes, with either of them held up before each of its steps
 * while the other goes on: the file is there with its bytes, or who adds it is told to send it
 * again.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { UserError } from '../../errors/errors.ts';
import type { ContentStore } from '../../files/content.ts';
import { fileErrors } from '../../files/errors.ts';
import type { Database } from '../../store/database.ts';
import { takeLease } from '../../store/lease.ts';
import { removeContent } from './remove-content.ts';
import { addNamed, keep, localContents, s3Contents, type TestContents } from './test-contents.ts';

let library: TestDatabase;
const folder = mkdtempSync(join(tmpdir(), 'reperio-interleaved-'));
const places: TestContents[] = [];

before(async () => {
  library = await openTestDatabase();
  places.push(localContents(folder), await s3Contents(library.database, folder));
});
after(async () => {
  for (const place of places) await place.close();
  await library.release();
  rmSync(folder, { recursive: true, force: true });
});

/** Called before each step of somebody, and before the commit. */
type Gate = () => Promise<void>;
const open: Gate = async () => undefined;

function gated({ database }: TestDatabase, gate: Gate): Database {
  return {
    ...database,
    transaction: (work, options) =>
      database.transaction(async (transaction) => {
        const query: typeof transaction.query = async (statement) => {
          await gate();
          return transaction.query(statement);
        };
        const result = await work({ ...transaction, query });
        await gate();
        return result;
      }, options),
  };
}

const text = 'the same bytes';

/** Sends the bytes and adds them as a file. */
async function adding(store: ContentStore, gate: Gate): Promise<'added' | 'gone'> {
  await gate();
  const digest = await keep(store, text);
  await gate();
  const asking: Pick<ContentStore, 'size'> = {
    size: async (asked) => {
      await gate();
      return store.size(asked);
    },
  };
  try {
    await addNamed(gated(library, gate), asking, { name: 'paper.txt', digest });
    return 'added';
  } catch (error) {
    if (error instanceof UserError && error.code === fileErrors.gone.code) return 'gone';
    throw error;
  }
}

async function removing(store: ContentStore, digest: string, gate: Gate): Promise<string> {
  const remove = async (asked: string): Promise<void> => {
    await gate();
    await store.remove(asked);
    await gate();
  };
  await gate();
  return removeContent(gated(library, gate), { remove }, digest);
}

/** Holds somebody up before a step. `reached` resolves when they are there. */
function holdUp(step: number) {
  const [reached, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let at = 0;
  const gate: Gate = async () => {
    if (at++ !== step) return;
    reached.resolve();
    await go.promise;
  };
  return { gate, reached: reached.promise, go: go.resolve };
}

const isWaiting = async (): Promise<boolean> =>
  (
    await library.database.query(sql`
      SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
  ).length > 0;

for (const at of [0, 1])
  for (const held of ['adding', 'removing'] as const)
    test(`bytes in ${['a folder', 'S3'][at]}: ${held} is held up before each of its steps`, async () => {
      const { store } = places[at]!;
      const outcomes = new Set<string>();
      let steps = 0;
      for (let isOver = false; !isOver; steps++) {
        await library.database.query(sql`TRUNCATE document, file CASCADE`);
        const digest = await keep(store, text);
        const hold = holdUp(steps);
        const [first, second] = held === 'adding' ? [hold.gate, open] : [open, hold.gate];
        const add = () => adding(store, first);
        const remove = () => removing(store, digest, second);
        const slow: Promise<string> = held === 'adding' ? add() : remove();
        isOver = await Promise.race([slow.then(() => true), hold.reached.then(() => false)]);
        let isDone = false;
        const quick: Promise<string> = (held === 'adding' ? remove() : add()).finally(() => {
          isDone = true;
        });
        await waitFor('the other one', async () => isDone || (await isWaiting()));
        if (held === 'adding') assert.ok(isDone, 'who removes waits for nobody');
        hold.go();
        const [one, other] = [await slow, await quick];
        const [added, removed] = held === 'adding' ? [one, other] : [other, one];
        const what = `step ${steps}: ${added}, ${removed}`;
        const rows = await library.database.query(sql`SELECT FROM file WHERE digest = decode(${digest}, 'hex')`);
        assert.equal(rows.length, added === 'added' ? 1 : 0, what);
        if (added === 'added') assert.equal(await store.size(digest), text.length, what);
        else assert.equal(await adding(store, open), 'added', `${what}: sent again`);
        outcomes.add(`${added} ${removed}`);
      }
      assert.ok(steps > 6, `${steps} steps`);
      const seen = [...outcomes].sort();
      const both = ['added named', 'added removed', 'gone removed'];
      assert.deepEqual(seen, held === 'adding' ? ['added busy', ...both] : both);
    });

test('what a backup that has begun sees as named stays to its end, wherever the removal is then', async () => {
  const { store } = places[0]!;
  const outcomes = new Set<string>();
  for (let step = 0, isOver = false; !isOver; step++) {
    await library.database.query(sql`TRUNCATE document, file CASCADE`);
    const digest = await keep(store, text);
    await addNamed(library.database, store, { name: 'paper.txt', digest });
    const hold = holdUp(step);
    const slow = removing(store, digest, hold.gate);
    isOver = await Promise.race([slow.then(() => true), hold.reached.then(() => false)]);
    const backup = await takeLease(library.url, 'backup', { label: 'backup', wait: false });
    const seen = await library.database.query(sql`SELECT FROM file WHERE digest = decode(${digest}, 'hex')`);
    assert.equal(seen.length, 1);
    await library.database.query(sql`DELETE FROM document`);
    hold.go();
    outcomes.add(await slow);
    assert.equal(await store.size(digest), text.length, `step ${step}`);
    await backup!.release();
  }
  assert.deepEqual([...outcomes].sort(), ['backup', 'named']);
});
