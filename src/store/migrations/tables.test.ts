import assert from 'node:assert/strict';
import { test } from 'node:test';
import sql from 'sql-template-tag';
import { openTestDatabase } from '../../../test/support/database.ts';
import { tables } from './tables.ts';

test('every table of a migrated database is listed as truth or derived, and no other', async () => {
  const opened = await openTestDatabase();
  try {
    const rows = await opened.database.query<{ name: string }>(
      sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = ANY (current_schemas(false)) ORDER BY tablename COLLATE "C"`,
    );
    const names = rows.map(({ name }) => name);
    for (const name of names) assert.ok(name in tables, `table ${name}: add it to src/store/migrations/tables.ts`);
    for (const name of Object.keys(tables))
      assert.ok(
        names.includes(name),
        `table ${name}: no migration makes it; take it out of src/store/migrations/tables.ts`,
      );
    assert.deepEqual(Object.keys(tables), names, 'src/store/migrations/tables.ts is sorted by name');
  } finally {
    await opened.release();
  }
});

test('what the index is made of is derived, and no truth hangs on it', async () => {
  const opened = await openTestDatabase();
  try {
    const rows = await opened.database.query<{ name: string; on: string }>(sql`
      SELECT conrelid::regclass::text AS name, confrelid::regclass::text AS "on" FROM pg_constraint WHERE contype = 'f'`);
    assert.ok(rows.length > 0);
    assert.deepEqual(
      rows.filter(({ name, on }) => tables[name]?.kind === 'truth' && tables[on]?.kind === 'derived'),
      [],
    );
  } finally {
    await opened.release();
  }
});
