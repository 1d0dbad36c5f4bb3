import { enterTasks, taskStates } from '../../jobs/calendar.ts';
import { doTask } from '../../jobs/run-tasks.ts';
import { libraryTasks, taskNames } from '../../library/jobs.ts';
import { createLogger, logTask } from '../../monitor/log.ts';
import { taskLines } from '../../monitor/status/text.ts';
import { takeLease } from '../../store/lease.ts';
import { openStore } from '../../store/open.ts';
import { workOnTasks } from '../../supervisor/work-on-tasks.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';

const status = defineSubcommand({
  summary: 'Say what was done when, what is due, and what must be looked at.',
  description: 'Exit status 1 when a task has failed or found something.',
  examples: [
    { command: 'tasks status', doc: 'Of all nodes together.' },
    { command: 'tasks status --json', doc: 'For programs; times in ms.' },
  ],
  arguments: {},
  options: jsonOption,
  failureStatus: 2,
  run: async ({ settings, options, signal, print, printJson }) => {
    const store = await openStore(settings(), { signal });
    try {
      const states = await taskStates(store.database);
      if (options.json) printJson(states);
      else if (states.length === 0) print('Nothing was done yet: `reperio serve` and `reperio tasks work` do tasks.');
      else for (const state of states) for (const line of taskLines(state)) print(line);
      return states.some(({ problem }) => problem !== null) ? 1 : 0;
    } finally {
      await store.release();
    }
  },
});

const run = defineSubcommand({
  summary: 'Do periodic tasks now, whether they are due or not.',
  description: 'Waits while another process does tasks. Exit status 1 when one has failed or found something.',
  examples: [
    { command: 'tasks run files', doc: 'Reads documents for eight minutes, and says what is wrong with them.' },
    { command: 'tasks run', doc: 'All of them.' },
  ],
  arguments: { names: { doc: 'Which; all without.', optional: true, many: true, choices: taskNames } },
  options: {},
  failureStatus: 2,
  run: async ({ arguments: { names }, settings, signal, stderr, print }) => {
    const given = settings();
    const store = await openStore(given, { signal });
    try {
      const { database, url } = store;
      const tasks = libraryTasks(database, given);
      await enterTasks(database, tasks);
      const onWait = (holder: string): boolean => stderr.write(`Waiting for ${holder}, which does tasks.\n`);
      const lease = await takeLease(url, 'tasks', { label: 'tasks run', wait: true, onWait, signal });
      if (lease === undefined) return 2;
      let wrong = 0;
      try {
        for (const task of tasks.filter(({ name }) => names.length === 0 || names.includes(name))) {
          const outcome = await doTask({ database, node: given.nodeName, signal, lease }, task);
          if (outcome === undefined) return 2;
          print(`${task.name}: ${[outcome.did, outcome.problem].filter(Boolean).join(' ')}`);
          if (outcome.problem !== undefined) wrong++;
        }
      } finally {
        await lease.release();
      }
      return wrong === 0 ? 0 : 1;
    } finally {
      await store.release();
    }
  },
});

const work = defineSubcommand({
  summary: 'Do periodic tasks in the background, until it is stopped.',
  description: `For hosts that answer no readers (role \`worker\`). \`serve\` does the same unless \`task-work\` is standby; then it does what nobody else has begun for two minutes.
Any number of these may run: each task is done by one of them.`,
  examples: [{ command: 'tasks work', doc: 'As the unit reperio-tasks.service does.' }],
  arguments: {},
  options: {},
  run: async ({ settings, signal, stderr, print }) => {
    const given = settings();
    const logger = createLogger(given, stderr);
    await workOnTasks({
      settings: given,
      signal,
      onTask: (name, outcome) => logTask(logger, name, outcome),
      onTrouble: (sentence) => logger.warn(sentence),
      onReady: () => print('Periodic tasks are looked after.'),
    });
  },
});

export const command: CommandGroup = { commands: { status, run, work } };
