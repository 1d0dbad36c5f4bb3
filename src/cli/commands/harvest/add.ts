import { UserError } from '../../../errors/errors.ts';
import { scheduleRuns } from '../../../exchange/harvest/ask.ts';
import { requireSource, type SourceText } from '../../../exchange/harvest/check-source.ts';
import {
  addSource,
  deletionPolicies,
  errorPolicies,
  harvestModes,
  profiles,
  readSource,
} from '../../../exchange/harvest/source.ts';
import { requireHours } from '../../../jobs/queue/enqueue.ts';
import { readCron, readEvery } from '../../../jobs/queue/when.ts';
import { audit, operator } from '../../../people/audit.ts';
import { currentSite } from '../../../site/versions.ts';
import { type CommandContext, defineSubcommand, jsonOption, type OptionDefinitions } from '../../command.ts';
import { cliErrors } from '../../errors.ts';
import { withNewDatabase } from '../../with-database.ts';

/** What is done with the records of a source. */
export const sourceOptions = {
  prefix: { type: 'text', value: 'FORMAT', doc: 'The metadata format of the server; default marcxml.' },
  set: { type: 'list', value: 'SET', doc: 'Only this set; may be given several times.' },
  mode: {
    type: 'text',
    value: 'MODE',
    doc: 'How records are written; default insert-or-replace.',
    choices: harvestModes,
  },
  table: { type: 'list', value: 'PATH=FIELD', doc: 'A line of the table by which metadata becomes MARC.' },
  add: { type: 'list', value: 'FIELD=TEXT', doc: 'A field that every record gets: 980__a=THESIS.' },
  keep: { type: 'text', value: 'QUESTION', doc: 'Only records that it finds.' },
  drop: { type: 'text', value: 'QUESTION', doc: 'None that it finds.' },
  hold: { type: 'text', value: 'QUESTION', doc: 'Those that it finds wait for a person.' },
  profile: { type: 'text', value: 'PROFILE', doc: 'How records are matched; default strict.', choices: profiles },
  new: {
    type: 'text',
    value: 'WHAT',
    doc: 'With those that the library has not; default insert.',
    choices: ['insert', 'hold', 'drop'],
  },
  matched: {
    type: 'text',
    value: 'WHAT',
    doc: 'With those that it has; default replace.',
    choices: ['replace', 'hold', 'drop'],
  },
  ambiguous: {
    type: 'text',
    value: 'WHAT',
    doc: 'With those that may be several; default hold.',
    choices: ['hold', 'insert', 'drop'],
  },
  deleted: {
    type: 'text',
    value: 'WHAT',
    doc: 'With deletions; default delete, of what the source made.',
    choices: deletionPolicies,
  },
  'on-error': {
    type: 'text',
    value: 'WHAT',
    doc: 'At a record that is refused; default go-on.',
    choices: errorPolicies,
  },
} as const satisfies OptionDefinitions;

/** As `requireSource` takes them; what is not given is undefined. */
export function sourceOf(
  options: CommandContext<Readonly<Record<string, never>>, typeof sourceOptions>['options'],
): SourceText {
  const { set: sets, new: ifNew, matched: ifMatched, ambiguous: ifAmbiguous, 'on-error': onError, ...same } = options;
  return { ...same, sets, ifNew, ifMatched, ifAmbiguous, onError };
}

export const add = defineSubcommand({
  summary: 'Add a source: a server, and what is done with its records.',
  description: `MARCXML is taken as it is; Dublin Core (oai_dc), MODS and DataCite are converted; --table says how another format is, line by line:
a path of its elements and the MARC field it goes to (title=245__a, creator=100__a,700__a: the first, and those behind it).
Then --drop, --hold and --keep ask questions of the search language of each record. Then the record is matched: by its identifiers, with the profiles
normal and lazy also by title, authors and date. What is not sure waits for a person: \`reperio held list\`.
Private addresses are harvested only when the setting harvest-networks names them. Try the source with \`reperio harvest test\` before the first run.`,
  examples: [
    { command: 'harvest add partner https://repo.example/oai', doc: 'All its records, as MARCXML.' },
    {
      command: 'harvest add theses https://repo.example/oai --prefix oai_dc --set theses --cron "30 2 * * *"',
      doc: 'One set of it, every night.',
    },
    {
      command: 'harvest add articles https://repo.example/oai --prefix mods --keep "year:2020->2030" --profile normal',
      doc: 'Some of it, matched by titles too.',
    },
  ],
  arguments: {
    name: { doc: 'What you call it: letters, digits, hyphens.' },
    address: { doc: 'Of the server, without "?verb=".' },
  },
  options: {
    ...sourceOptions,
    every: { type: 'text', value: 'TIME', doc: 'Again and again, from now on: 6h, 1d, 1w.' },
    cron: { type: 'text', value: 'EXPRESSION', doc: 'Again and again: minute, hour, day, month, day of the week.' },
    window: { type: 'text', value: 'HOURS', doc: 'With those only in these hours of the week: Mon-Fri 22:00-06:00.' },
    as: { type: 'text', value: 'NAME', doc: 'Name of the cataloguer, for the history.' },
    ...jsonOption,
  },
  run: async ({ arguments: { name, address }, options, settings, print, printJson }) => {
    const { every, cron, window } = options;
    const { timeZone } = settings();
    if (every !== undefined && cron !== undefined)
      throw new UserError(cliErrors.optionsExclude, { first: '--every', second: '--cron' });
    const rhythm = every !== undefined ? readEvery(every) : cron === undefined ? undefined : readCron(cron, timeZone);
    const hours = window === undefined ? undefined : requireHours(window);
    const source = await withNewDatabase(settings(), async (database) => {
      const { site } = await currentSite(database);
      const { as: person } = options;
      const wanted = requireSource({ ...sourceOf(options), name, base: address }, site, person);
      return await database.transaction(async (transaction) => {
        const id = await addSource(transaction, wanted);
        await audit(transaction, { name: person ?? operator.name }, 'harvest added', name);
        if (rhythm !== undefined) await scheduleRuns(transaction, { id, name }, { rhythm, hours, timeZone, person });
        return readSource(transaction, { id });
      });
    });
    if (options.json) return printJson(source);
    print(
      `Source ${name} is added. Try it with \`reperio harvest test ${name}\`, begin with \`reperio harvest run ${name}\`.`,
    );
  },
});
