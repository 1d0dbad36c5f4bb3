import sql from 'sql-template-tag';
import type { Queryable } from '../../../store/database.ts';
import { knowLibrary, knownLibrary, knownLibraryFile } from '../../../store/known-library.ts';
import { migrationStatus } from '../../../store/migrate.ts';
import { tables } from '../../../store/migrations/tables.ts';
import type { Check } from '../definition.ts';

export const schema: Check = {
  name: 'schema',
  question: 'Is every table there, as this release knows them?',
  summary: 'Tables that are missing.',
  critical: '0',
  page: 'A table dropped by mistake',
  shared: true,
  every: 20_000,
  run: async (context) => {
    const database = context.database();
    const found = await database.query<{ name: string }>(
      sql`SELECT tablename AS name FROM pg_tables WHERE schemaname = ANY (current_schemas(false))`,
      { patience: 0 },
    );
    const there = new Set(found.map(({ name }) => name));
    const missing = Object.keys(tables).filter((name) => !there.has(name));
    const { there: number, here, pending } = await migrationStatus(database);
    const other =
      number === 0
        ? 'it has no tables'
        : there.has('library')
          ? await otherLibrary(database, context.settings.dataFolder)
          : undefined;
    if (other !== undefined)
      return {
        atLeast: 'critical',
        sentence: `The database is not that of this library: ${other}.`,
        measures: [{ label: 'missing', value: missing.length, unit: '', minimum: 0 }],
        fix: 'reperio restore',
      };
    const measures = [
      { label: 'missing', value: pending.length > 0 ? 0 : missing.length, unit: '' as const, minimum: 0 },
      { label: 'migration', value: number, unit: '' as const },
    ];
    if (pending.length > 0)
      return {
        atLeast: 'warning',
        sentence: `The tables are those of migration ${number}; this release has ${here}.`,
        measures,
        fix: 'reperio db migrate',
      };
    const lost = missing.filter((name) => tables[name]!.kind === 'truth');
    const what = lost.length > 0 ? `, and nothing else knows what ${lost.length === 1 ? 'it' : 'they'} had` : '';
    return {
      sentence:
        missing.length === 0
          ? `All ${Object.keys(tables).length} tables are there, of migration ${number}.`
          : `The table ${missing.slice(0, 5).join(', ')} is not in the database${what}.`,
      measures,
      fix: lost.length > 0 ? `reperio site level closed --message 'Being repaired'` : 'reperio db status',
    };
  },
};

/** What tells that this is another library than the one that this data folder was used with. */
async function otherLibrary(database: Queryable, dataFolder: string): Promise<string | undefined> {
  const [row] = await database.query<{ id: string }>(sql`SELECT id::text FROM library`, { patience: 0 });
  if (row === undefined) return 'it has no library in it';
  const known = knownLibrary(dataFolder);
  if (known === undefined) knowLibrary(dataFolder, row.id);
  if (known === undefined || known === row.id) return undefined;
  return `it was ${known}, and is ${row.id} now (if that is meant, remove ${knownLibraryFile(dataFolder)})`;
}
