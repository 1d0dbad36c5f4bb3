import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import sql from 'sql-template-tag';
import { openTestDatabase } from '../../../test/support/database.ts';
import { command, type ReleaseNode } from '../../../test/support/release-node.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { readMigrations } from '../../store/migrate.ts';
import { openStore } from '../../store/open.ts';
import { placedContent } from '../backup/contents.ts';
import { markUnfinished } from './marker.ts';
import { main, openRestoreLibrary, type RestoreLibrary } from './test-restore.ts';

let opened: RestoreLibrary;
before(async () => {
  opened = await openRestoreLibrary();
});
after(() => opened.close());

/** A byte in the middle is another one. */
function flipped(bytes: Buffer): Buffer {
  const other = Buffer.from(bytes);
  other[Math.floor(bytes.length / 2)]! ^= 1;
  return other;
}

test('a library comes back in an embedded server with every row, its documents and its index', async () => {
  const settings = opened.folderSettings('embedded');
  const restored = await opened.restore(settings);
  assert.deepEqual([restored.records, restored.documents.copied, restored.aside], [300, 1, undefined]);
  assert.ok((await opened.checkWhole(settings)) > opened.manifest.timeline);
  assert.match(readFileSync(join(opened.root, 'embedded', 'restored', 'settings.yaml'), 'utf8'), /\{\}|:/);
  // What is there stays.
  await assert.rejects(opened.restore(settings), { code: 'REPERIO_RESTORE_NOT_EMPTY' });
  await opened.checkWhole(settings);
});

test('it comes back in the database of another server, and no other restore has its timeline', async () => {
  const other = await openTestDatabase({ migrated: false });
  try {
    const settings = opened.folderSettings('external', { DATABASE_URL: other.url });
    await opened.restore(settings);
    const timeline = await opened.checkWhole(settings);
    await assert.rejects(opened.restore(settings), { code: 'REPERIO_RESTORE_NOT_EMPTY' });
    assert.ok(timeline > opened.manifest.timeline + 1);
  } finally {
    await other.release();
  }
});

test('with --yes the library that is there is moved aside; one in use is not', async () => {
  const settings = opened.folderSettings('embedded');
  const used = await openStore(settings);
  await assert.rejects(opened.restore(settings, { replace: true }), { code: 'REPERIO_RESTORE_USED' });
  await used.release();
  // A backup that cannot be restored leaves the library where it was, in force.
  const table = join(opened.library.folder, 'backups', 'sets', opened.manifest.set, 'tables', 'record.copy.zst');
  const bytes = readFileSync(table);
  writeFileSync(table, flipped(bytes));
  await assert.rejects(opened.restore(settings, { replace: true }), { code: 'REPERIO_BACKUP_DAMAGED' });
  writeFileSync(table, bytes);
  await opened.checkWhole(settings);
  // Killed before it was moved aside, a restore has changed nothing.
  const never = join(settings.dataFolder, 'postgres.before-never');
  markUnfinished(settings.dataFolder, opened.manifest.set, { aside: never, isMoved: false });
  await assert.rejects(opened.restore(settings), { code: 'REPERIO_RESTORE_NOT_EMPTY' });
  await opened.checkWhole(settings);
  // One that somebody has removed since makes no whole library of half of one.
  markUnfinished(settings.dataFolder, opened.manifest.set, { aside: never, isMoved: true });
  assert.equal((await opened.restore(settings)).aside, undefined);
  const restored = await opened.restore(settings, { replace: true });
  assert.ok(existsSync(join(restored.aside!, 'data', 'PG_VERSION')));
  await opened.checkWhole(settings);
});

test('a library on a disk of its own cannot be moved aside: that is said, and it stays in force', async (t) => {
  if (process.getuid?.() !== 0) return t.skip('for root alone: it mounts');
  const settings = opened.folderSettings('embedded');
  const folder = join(settings.dataFolder, 'postgres');
  execFileSync('mount', ['--bind', folder, folder]);
  try {
    await assert.rejects(opened.restore(settings, { replace: true }), { code: 'REPERIO_RESTORE_NOT_MOVED' });
  } finally {
    execFileSync('umount', [folder]);
  }
  await opened.checkWhole(settings);
});

test('a database is empty without records and people; one that a node uses, or with other tables, is refused', async () => {
  const other = await openTestDatabase();
  try {
    const settings = opened.folderSettings('refused', { DATABASE_URL: other.url });
    const node = new pg.Client({ connectionString: other.url, application_name: 'reperio 1@elsewhere' });
    await node.connect();
    await assert.rejects(opened.restore(settings), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'REPERIO_RESTORE_USED');
      assert.match(error.message, /reperio 1@elsewhere/);
      return true;
    });
    await node.end();
    await other.database.query(sql`INSERT INTO person (name, email, origin) VALUES ('a', 'a', 'test')`);
    await assert.rejects(opened.restore(settings), { code: 'REPERIO_RESTORE_NOT_EMPTY' });
    await other.database.query(sql`DELETE FROM person`);
    await waitFor('the end of the connection', async () => (await opened.restore(settings)).records === 300);
  } finally {
    await other.release();
  }
  const foreign = await openTestDatabase({ migrated: false });
  try {
    await foreign.database.query(sql`CREATE TABLE of_another_program (x integer)`);
    await assert.rejects(opened.restore(opened.folderSettings('foreign', { DATABASE_URL: foreign.url })), {
      code: 'REPERIO_RESTORE_NOT_EMPTY',
    });
  } finally {
    await foreign.release();
  }
});

test('a backup of a newer release, a damaged one and one that is cut are refused, and nothing is there', async () => {
  const settings = opened.folderSettings('damaged');
  const newer = { ...opened.manifest, schema: readMigrations().length + 1 };
  await assert.rejects(opened.restore(settings, { of: newer }), { code: 'REPERIO_RESTORE_NEWER' });
  const table = join(opened.library.folder, 'backups', 'sets', opened.manifest.set, 'tables', 'record.copy.zst');
  const bytes = readFileSync(table);
  try {
    writeFileSync(table, bytes.subarray(0, bytes.length - 1));
    await assert.rejects(opened.restore(settings), { code: 'REPERIO_RESTORE_INCOMPLETE' });
    assert.equal(existsSync(join(opened.root, 'damaged', 'postgres')), false);
    writeFileSync(table, flipped(bytes));
    await assert.rejects(opened.restore(settings), (error: Error & { code?: string }) => {
      assert.equal(error.code, 'REPERIO_BACKUP_DAMAGED');
      assert.match(error.message, /tables\/record\.copy\.zst, at byte 0/);
      return true;
    });
  } finally {
    writeFileSync(table, bytes);
  }
  // Half a library is not opened, and the restore is begun again.
  await assert.rejects(openStore(settings), { code: 'REPERIO_RESTORE_UNFINISHED' });
  await opened.restore(settings);
  await opened.checkWhole(settings);
});

test('a damaged list of documents is told before anything is changed; damaged settings are left out, and told', async () => {
  const set = join(opened.library.folder, 'backups', 'sets', opened.manifest.set);
  const settings = opened.folderSettings('small-damage');
  for (const [name, expected] of [
    ['contents.zst', 'refused'],
    ['settings.yaml', 'left out'],
  ] as const) {
    const bytes = readFileSync(join(set, name));
    writeFileSync(join(set, name), flipped(bytes));
    try {
      if (expected === 'refused') {
        await assert.rejects(opened.restore(settings), { code: 'REPERIO_BACKUP_DAMAGED' });
        assert.equal(existsSync(join(settings.dataFolder, 'postgres')), false);
      } else {
        assert.deepEqual((await opened.restore(settings)).damaged, [name]);
        assert.equal(existsSync(join(settings.dataFolder, 'restored', name)), false);
      }
    } finally {
      writeFileSync(join(set, name), bytes);
    }
  }
});

test('a document that the backup has lost is told, and everything else is there', async () => {
  const content = join(opened.library.folder, 'backups', placedContent(opened.digest));
  renameSync(content, `${content}.away`);
  const other = await openTestDatabase({ migrated: false });
  try {
    const settings = opened.folderSettings('lost', { DATABASE_URL: other.url });
    assert.deepEqual((await opened.restore(settings)).documents.lost, [opened.digest]);
  } finally {
    renameSync(`${content}.away`, content);
    await other.release();
  }
});

test('the commands: a backup of one folder is restored into another, and says what to type next', async () => {
  const node: ReleaseNode = { name: 'one', main, folder: join(opened.root, 'embedded'), databaseUrl: undefined };
  const made = await command(node, 'backup');
  assert.equal(made.status, 0, made.stderr);
  assert.match(
    made.stdout,
    /leaving out .*segment_block.*\n(?:.*\n)*? +documents +1 \(1 new, 0\.0 MB\)\nKept as \S+: /,
  );
  assert.equal((await command(node, 'backup', 'list')).status, 0);
  const verified = await command(node, 'backup', 'verify');
  assert.match(verified.stdout, /all as they were written/);
  const into = join(opened.root, 'again');
  const restored = await command(node, 'restore', '--into', into);
  assert.equal(restored.status, 0, restored.stderr);
  assert.match(
    restored.stdout,
    new RegExp(`Restored 300 records as of .*Serve it: REPERIO_DATA=${into} reperio serve`),
  );
  assert.deepEqual(
    readdirSync(into).filter((name) => name === 'restore.json'),
    [],
  );
  const nowhere = await command(node, 'restore', '--into', '');
  assert.deepEqual([nowhere.status, /names no folder/.test(nowhere.stderr)], [2, true]);
  const none = await command(node, 'restore', 'no-such-set', '--into', join(opened.root, 'none'));
  assert.equal(none.status, 2);
  assert.match(none.stderr, /There is no backup "no-such-set"/);
});
