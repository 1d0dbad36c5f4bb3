import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, test } from 'node:test';
import sql, { raw } from 'sql-template-tag';
import { openTestDatabase, type TestDatabase } from '../../test/support/database.ts';
import { connect } from './database.ts';
import { type Migration, migrate, migrationStatus, readMigrations } from './migrate.ts';

const options = { poolSize: 2, connectTimeout: 10_000, statementTimeout: 60_000, lockTimeout: 0 };

function migration(number: number, text: string): Migration {
  return { number, file: `000${number}-test.sql`, text, checksum: text, offline: text.startsWith('-- offline') };
}

describe('migrations', () => {
  let opened: TestDatabase;
  before(async () => {
    opened = await openTestDatabase({ migrated: false });
  });
  after(() => opened.release());
  const one = migration(1, 'CREATE TABLE a (x integer); INSERT INTO a VALUES (1);');
  const two = migration(2, 'INSERT INTO a VALUES (2);');

  test('are each applied once by several nodes that start at once', async () => {
    const nodes = Array.from({ length: 5 }, () => connect(opened.url, options));
    const applied = await Promise.all(nodes.map((node) => migrate(node, [one, two])));
    assert.deepEqual(
      applied
        .flat()
        .map(({ number }) => number)
        .sort(),
      [1, 2],
    );
    assert.deepEqual(await opened.database.query(sql`SELECT x FROM a ORDER BY x`), [{ x: 1 }, { x: 2 }]);
    await Promise.all(nodes.map((node) => node.close()));
  });

  test('that fail leave nothing of themselves and the earlier ones in force', async () => {
    const bad = migration(3, 'CREATE TABLE b (x integer); SELECT 1/0;');
    await assert.rejects(migrate(opened.database, [one, two, bad]), /division by zero/);
    assert.equal((await migrationStatus(opened.database, [one, two, bad])).there, 2);
    assert.deepEqual(await opened.database.query(sql`SELECT to_regclass('b') AS b`), [{ b: null }]);
  });

  test('let an older code go on beside them, and refuse a database with another history', async () => {
    assert.deepEqual(await migrate(opened.database, [one]), []);
    const { there, here } = await migrationStatus(opened.database, [one]);
    assert.deepEqual({ there, here }, { there: 2, here: 1 });
    await assert.rejects(migrate(opened.database, [one, { ...two, checksum: 'other' }]), {
      code: 'REPERIO_MIGRATION_CHANGED',
    });
  });

  test('marked offline wait until no other node is connected', async () => {
    const offline = migration(3, '-- offline\nINSERT INTO a VALUES (3);');
    const other = `import { connect } from ${JSON.stringify(new URL('database.ts', import.meta.url).href)};
      const database = connect(${JSON.stringify(opened.url)}, ${JSON.stringify(options)});
      await database.query({ text: 'SELECT 1', values: [] });
      console.log('connected');`;
    const node = spawn(process.execPath, ['--input-type=module', '-e', other], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(node.stdout, 'data');
    await assert.rejects(migrate(opened.database, [one, two, offline]), { code: 'REPERIO_MIGRATION_OFFLINE' });
    node.kill('SIGKILL');
    await once(node, 'exit');
    let applied: readonly Migration[] = [];
    while (applied.length === 0) {
      // The server notices the end of the connection in its own time.
      applied = await migrate(opened.database, [one, two, offline]).catch(() => []);
    }
    assert.deepEqual(applied, [offline]);
    // What it changed the older code does not know.
    await assert.rejects(migrate(opened.database, [one, two]), { code: 'REPERIO_SCHEMA_TOO_NEW' });
  });

  test('of a library that was made before they told whether they are offline are additive', async () => {
    await opened.database.query(sql`ALTER TABLE schema_migration DROP COLUMN offline`);
    assert.equal((await migrationStatus(opened.database, [one])).there, 3);
    const next = migration(4, '-- offline\nINSERT INTO a VALUES (4);');
    assert.deepEqual(
      await migrate(opened.database, [one, two, migration(3, '-- offline\nINSERT INTO a VALUES (3);'), next]),
      [next],
    );
    await assert.rejects(migrationStatus(opened.database, [one]), { code: 'REPERIO_SCHEMA_TOO_NEW' });
  });

  test('killed in the middle can be started again', async () => {
    const slow = migration(5, 'CREATE TABLE c (x integer); SELECT pg_sleep(30);');
    const quick = { ...slow, text: 'CREATE TABLE c (x integer);' };
    const list = [one, two, ...[3, 4].map((at) => migration(at, `-- offline\nINSERT INTO a VALUES (${at});`))];
    const program = `import { connect } from ${JSON.stringify(new URL('database.ts', import.meta.url).href)};
      import { migrate } from ${JSON.stringify(new URL('migrate.ts', import.meta.url).href)};
      await migrate(connect(${JSON.stringify(opened.url)}, ${JSON.stringify(options)}), ${JSON.stringify([...list, slow])});`;
    const node = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
    const sleeping = sql`SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'`;
    while ((await opened.database.query(sleeping)).length === 0);
    node.kill('SIGKILL');
    await once(node, 'exit');
    // In the middle of pg_sleep the server does not look at its client.
    await opened.database.query(sql`SELECT pg_terminate_backend(pid) FROM (${sleeping}) AS s`);
    assert.deepEqual(await migrate(opened.database, [...list, quick]), [quick]);
  });
});

test('the numbers of the migration files have neither gaps nor twins, and all of them apply', async () => {
  const migrations = readMigrations();
  assert.ok(migrations.length > 0);
  const { database, release } = await openTestDatabase();
  const { there, here, pending } = await migrationStatus(database);
  assert.deepEqual([there, here, pending.length], [migrations.length, migrations.length, 0]);
  const [table] = await database.query<{ there: boolean }>(
    sql`SELECT ${raw("to_regclass('record') IS NOT NULL")} AS there`,
  );
  assert.ok(table?.there);
  await release();
});
