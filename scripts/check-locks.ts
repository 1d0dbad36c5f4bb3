/** Every migration that locks a large table for long says so: plans and recipes tell it before. */
import { readMigrations } from '../src/store/migrate.ts';
import { lockedTables, locksOf, parseLocks } from '../src/store/migrations/locks.ts';

for (const { file, text } of readMigrations()) {
  const tables = lockedTables(text);
  const line = locksOf(file, text);
  const locks = line === undefined ? undefined : parseLocks(line);
  const missing = tables.filter((table) => locks?.tables.includes(table) !== true);
  const wanted = `-- locks: ${tables.join(', ') || 'record'}, writes, 1s/30000 rows`;
  if (line !== undefined && locks === undefined) console.error(`${file}: "${line}" is not as "${wanted}"`);
  else if (missing.length > 0)
    console.error(`${file} locks ${missing.join(', ')}: measure for how long, and begin it with "${wanted}"`);
  else continue;
  process.exitCode = 1;
}
