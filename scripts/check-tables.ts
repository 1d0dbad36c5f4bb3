/**
 * Every table that the migrations make is in src/store/migrations/tables.ts, as truth or derived.
 * This reads their text; a test asks a database.
 */
import { readMigrations } from '../src/store/migrate.ts';
import { tables } from '../src/store/migrations/tables.ts';

for (const { file, text } of readMigrations())
  for (const [, name = ''] of text.matchAll(/^\s*CREATE (?:UNLOGGED )?TABLE (?:IF NOT EXISTS )?(\w+)/gim)) {
    if (tables[name] !== undefined) continue;
    console.error(`${file} makes the table ${name}: add it to src/store/migrations/tables.ts`);
    process.exitCode = 1;
  }
