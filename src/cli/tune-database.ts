import { UserError } from '../errors/errors.ts';
import { assignmentsOf, type TuneReport } from '../maintain/tune/advice.ts';
import { databaseReport } from '../maintain/tune/database/advise.ts';
import { applyEmbedded, type Outcome, restartEmbedded, undoEmbedded } from '../maintain/tune/database/apply.ts';
import { alterSystem, applyExternal, patroniLines, undoExternal } from '../maintain/tune/database/apply-external.ts';
import type { DatabaseFacts } from '../maintain/tune/database/facts.ts';
import { proofLines, proveDatabase } from '../maintain/tune/database/prove.ts';
import { readDatabase } from '../maintain/tune/database/read.ts';
import { tuneErrors } from '../maintain/tune/errors.ts';
import type { Database } from '../store/database.ts';
import { openStore } from '../store/open.ts';
import { type CommandContext, defineSubcommand } from './command.ts';
import { nothingToApply, printReport, requireOne, statusDoc, tuneOptions } from './tune-output.ts';

const options = {
  ...tuneOptions,
  restart: { type: 'flag', doc: 'With --apply or --undo: restart the embedded server if a setting needs it.' },
  memory: { type: 'text', value: 'SIZE', doc: 'Memory of the machine of the server, when it is another one: 16GB.' },
} as const;

export const tuneDatabase = defineSubcommand({
  summary: 'Advise on settings of the database server, from what it has counted.',
  description: `${statusDoc}
--apply: the embedded server gets postgres/tuned.conf in the data folder; what you write in postgresql.local.conf has priority. If the server does not start with it, the
previous settings come back. A server of your own gets ALTER SYSTEM if the role is a superuser, otherwise the statements are printed. For Patroni the lines for patronictl
are printed. --prove creates a database on the same server for a few seconds.`,
  examples: [
    { command: 'tune database', doc: 'Reads only.' },
    { command: 'tune database --memory 16GB', doc: 'The server is on another machine.' },
    { command: 'tune database --apply --restart', doc: 'Sets what is advised; `tune database --undo` takes it back.' },
    { command: 'tune database --prove', doc: 'The same work with and without the advised settings.' },
  ],
  arguments: {},
  options,
  failureStatus: 2,
  run: async (context) => {
    const { options, settings, signal } = context;
    requireOne(options);
    const given = settings();
    const memory = options.memory === undefined ? undefined : bytesOf(options.memory);
    const store = await openStore(given, { schema: 'any', signal });
    try {
      const { database, url } = store;
      const facts = await readDatabase(database, {
        settings: given,
        url,
        ...(memory === undefined ? {} : { memory }),
      });
      if (options.undo) return await undo(context, facts, database);
      const report = databaseReport(facts, Date.now());
      const assignments = assignmentsOf(report.advice);
      if (options.prove) {
        const proof = await proveDatabase(database, given, facts, assignments, { signal });
        if (options.json) context.printJson(proof);
        else for (const line of proofLines(proof)) context.print(line);
        return 0;
      }
      if (!options.apply) return await printReport(report, context);
      return await apply(context, facts, database, report);
    } finally {
      await store.release();
    }
  },
});

type Context = CommandContext<Readonly<Record<string, never>>, typeof options>;

async function apply(context: Context, facts: DatabaseFacts, database: Database, report: TuneReport): Promise<number> {
  const { options, settings, print } = context;
  const assignments = assignmentsOf(report.advice);
  const { dataFolder } = settings();
  const waiting = Object.keys(facts.parameters).filter((name) => facts.parameters[name]?.waits === true);
  if (assignments.length === 0 && waiting.length > 0 && options.restart && facts.setup === 'embedded')
    return show(await restartEmbedded(database, dataFolder, waiting), context);
  if (assignments.length === 0) return nothingToApply(report, context);
  if (facts.setup === 'embedded')
    return show(await applyEmbedded(database, dataFolder, assignments, options.restart), context);
  const byHand = (why: string, lines: readonly string[]): number => {
    if (options.json) context.printJson({ changes: [], waiting: [], undone: null, lines });
    else for (const line of [why, ...lines]) print(line);
    return 1;
  };
  if (facts.setup === 'patroni')
    return byHand(
      'Patroni has the settings of all its servers; type:',
      patroniLines(facts.server.clusterName, assignments),
    );
  const statements = [...assignments.map(alterSystem), 'SELECT pg_reload_conf();'];
  if (facts.standby) return byHand('This server is a standby; on its primary, as a superuser:', statements);
  if (!facts.superuser) return byHand('The role of the library is no superuser; as one, with psql:', statements);
  return show(await applyExternal(database, dataFolder, assignments), context);
}

async function undo(context: Context, { setup }: DatabaseFacts, database: Database): Promise<number> {
  const { options, settings } = context;
  const { dataFolder } = settings();
  if (setup === 'patroni') throw new UserError(tuneErrors.nothingToUndo, { place: 'a change by this command' });
  if (setup === 'external') return show(await undoExternal(database, dataFolder), context);
  return show(await undoEmbedded(database, dataFolder, options.restart), context);
}

function show({ changes, waiting, undone }: Outcome, { options, print, printJson, stderr }: Context): number {
  if (options.json) printJson({ changes, waiting, undone: undone === undefined ? null : undone.message });
  else {
    for (const { name, before, after } of changes) {
      if (waiting.includes(name)) print(`${name}: ${before}, and another value after a restart`);
      else print(before === after ? `${name} = ${after} (as before)` : `${name}: ${before} -> ${after}`);
    }
    if (waiting.length > 0) print('Restart the server to have these; `--restart` does it for the embedded one.');
    if (undone === undefined && !options.undo) print('Undo with `reperio tune database --undo`.');
  }
  if (undone === undefined) return 0;
  stderr.write(`error: ${undone.message}\nhint: ${undone.hint}\n`);
  return 1;
}

const units = { kB: 2 ** 10, MB: 2 ** 20, GB: 2 ** 30, TB: 2 ** 40 } as const;

/** No machine with a database server has less, or more. */
const [leastMemory, mostMemory] = [128 * units.MB, 1_024 * units.TB];

/** Throws `memoryWrong`. */
function bytesOf(text: string): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*(kB|MB|GB|TB)$/.exec(text.trim()) ?? [];
  const bytes = Number(number) * units[unit as keyof typeof units];
  if (!(bytes >= leastMemory && bytes <= mostMemory)) throw new UserError(tuneErrors.memoryWrong, { text });
  return bytes;
}
