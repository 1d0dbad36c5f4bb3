import { migrate, migrationStatus } from '../../store/migrate.ts';
import { openStore, storeUrl } from '../../store/open.ts';
import { databaseStatus } from '../../store/status.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';

const status = defineSubcommand({
  summary: 'Show the database server, its size and the state of the schema.',
  examples: [
    { command: 'db status', doc: 'Also tests whether the database can be reached.' },
    { command: 'db status --json', doc: 'For programs.' },
  ],
  arguments: {},
  options: jsonOption,
  run: async ({ settings, options, print, printJson, signal }) => {
    const store = await openStore(settings(), { schema: 'any', signal });
    try {
      const found = await databaseStatus(store.database, settings());
      if (options.json) return printJson(found);
      print(
        `server      PostgreSQL ${found.version}, ${found.embedded ? `embedded in ${settings().dataFolder}` : 'from DATABASE_URL'}`,
      );
      print(`size        ${Math.ceil(found.bytes / 1_000_000)} MB`);
      print(`connections ${found.connections}`);
      print(`schema      migration ${found.schema.there} of ${found.schema.here}${schemaNote(found.schema)}`);
    } finally {
      await store.release();
    }
  },
});

const migrateCommand = defineSubcommand({
  summary: 'Bring the schema to this release of Reperio.',
  description: `Other commands do this by themselves. Where several nodes share a library, a migration marked offline is refused while any of
them is connected.`,
  examples: [
    { command: 'db migrate', doc: 'Safe to repeat, and on several nodes at once.' },
    { command: 'db migrate --dry-run', doc: 'Lists the migrations that would be applied.' },
  ],
  arguments: {},
  options: { 'dry-run': { type: 'flag', doc: 'Only list the migrations.' }, ...jsonOption },
  run: async ({ settings, options, print, printJson, signal }) => {
    const store = await openStore(settings(), { schema: 'any', signal });
    try {
      const dry = options['dry-run'];
      const list = dry ? (await migrationStatus(store.database)).pending : await migrate(store.database);
      if (options.json) return printJson(list.map(({ number, file, offline }) => ({ number, file, offline })));
      for (const { file, offline } of list)
        print(`${dry ? 'would apply' : 'applied'} ${file}${offline ? ' (offline)' : ''}`);
      if (list.length === 0) print('The schema is up to date.');
    } finally {
      await store.release();
    }
  },
});

function schemaNote({ there, here }: { readonly there: number; readonly here: number }): string {
  if (there < here) return '; run `reperio db migrate`';
  return there > here ? '; a newer release has migrated it, and this one still works with it' : '';
}

const url = defineSubcommand({
  summary: 'Print the address of the database.',
  description: `The embedded server runs only while a command uses it, for example \`reperio serve\`. With its address in DATABASE_URL and another
REPERIO_DATA, a second \`reperio serve\` is a second node of the same library.`,
  examples: [
    { command: 'db url', doc: 'For psql and DATABASE_URL.' },
    { command: 'db url | xargs psql', doc: 'Opens the database while it is running.' },
  ],
  arguments: {},
  options: {},
  run: async ({ settings, print }) => print(storeUrl(settings())),
});

export const command: CommandGroup = { commands: { status, migrate: migrateCommand, url } };
