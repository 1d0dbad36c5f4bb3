import { grouped } from '../../errors/grouped.ts';
import { type JobState, jobStates } from '../../jobs/queue/job.ts';
import { listJobs } from '../../jobs/queue/read.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { jobTable } from '../job-text.ts';
import { windowOf } from '../terminal.ts';
import { withDatabase } from '../with-database.ts';
import { schedules } from './job/schedules.ts';
import { watch } from './job/watch.ts';

const defaultShown = 20;

const list = defineSubcommand({
  summary: 'List jobs: `reperio jobs` alone does this.',
  description:
    'Jobs are long work that people ask for, such as loading a file: `reperio job add` asks for one, and any node does it. Those that run and wait come first.',
  examples: [
    { command: 'jobs', doc: 'What runs and waits, and what ended last.' },
    { command: 'jobs --state failed --state stopped', doc: 'What somebody should look at.' },
    { command: 'jobs --person ada --json', doc: 'For programs.' },
  ],
  arguments: {},
  options: {
    state: { type: 'list', value: 'STATE', choices: jobStates, doc: 'Only jobs of this state; may be repeated.' },
    person: { type: 'text', value: 'NAME', doc: 'Only jobs that this person asked for.' },
    limit: { type: 'number', value: 'N', minimum: 1, maximum: 10_000, doc: 'How many; default 20.' },
    ...jsonOption,
  },
  run: async ({ options, settings, environment, stdout, print, printJson }) => {
    const { rows, total } = await withDatabase(settings(), (database) =>
      listJobs(database, {
        states: options.state as readonly JobState[],
        ...(options.person !== undefined && { person: options.person }),
        limit: options.limit ?? defaultShown,
      }),
    );
    if (options.json) return printJson(rows);
    if (rows.length === 0) return print('There are no such jobs. `reperio job add load FILE` asks for one.');
    const lines = jobTable(rows, windowOf(stdout, environment));
    for (const line of lines) print(line);
    if (lines.some((line) => line.endsWith('…'))) print('`reperio job NUMBER` shows all of it.');
    if (total > rows.length) print(`${grouped(total - rows.length)} more; --limit shows them.`);
  },
});

export const command: CommandGroup = { alone: 'list', commands: { list, watch, schedules } };
