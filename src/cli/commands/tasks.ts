import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../../errors/errors.ts';
import { askToStop, enterTasks, laneLeases, taskStates } from '../../jobs/calendar.ts';
import { jobErrors } from '../../jobs/errors.ts';
import { doTask } from '../../jobs/run-tasks.ts';
import { lanes } from '../../jobs/task.ts';
import { taskNames } from '../../library/task-names.ts';
import { takeLease } from '../../store/lease.ts';
import { openStore } from '../../store/open.ts';
import { type CommandGroup, defineSubcommand, jsonOption } from '../command.ts';
import { requireLibrary } from '../require-library.ts';
import { taskTable } from '../status-text.ts';
import { windowOf } from '../terminal.ts';

const status = defineSubcommand({
  summary: 'Show the status of the periodic tasks.',
  description: 'Exit status 1: a task has failed or found a problem.',
  examples: [
    { command: 'tasks status', doc: 'Tasks of all nodes of the library.' },
    { command: 'tasks status --json', doc: 'For programs; times are in milliseconds.' },
  ],
  arguments: {},
  options: jsonOption,
  failureStatus: 2,
  run: async ({ settings, options, environment, signal, stdout, print, printJson }) => {
    const store = await openStore(requireLibrary(settings()), { signal });
    try {
      const states = await taskStates(store.database);
      if (options.json) printJson(states);
      else if (states.length === 0) print('No task has run yet: `reperio serve` and `reperio tasks work` run them.');
      else for (const line of taskTable(states, windowOf(stdout, environment))) print(line);
      return states.some(({ problem }) => problem !== null) ? 1 : 0;
    } finally {
      await store.release();
    }
  },
});

const run = defineSubcommand({
  summary: 'Run periodic tasks now, whether or not they are due.',
  description: 'Waits while another process runs tasks. Exit status 1: a task has failed or found a problem.',
  examples: [
    { command: 'tasks run files', doc: 'Reads files for up to eight minutes and reports damaged ones.' },
    { command: 'tasks run', doc: 'All tasks.' },
  ],
  arguments: {
    names: { doc: 'Names of tasks; all if none is given.', optional: true, many: true, choices: taskNames },
  },
  options: {},
  failureStatus: 2,
  run: async ({ arguments: { names }, settings, signal, stderr, print }) => {
    const given = settings();
    const store = await openStore(requireLibrary(given), { signal });
    try {
      const { database, url } = store;
      const { libraryTasks } = await import('../../library/jobs.ts');
      const tasks = libraryTasks(database, given);
      if (given.isolated) print('The setting `isolated` is on: no task is run.');
      await enterTasks(database, tasks);
      const onWait = (holder: string): boolean => stderr.write(`Waiting for ${holder}, which is running tasks.\n`);
      const asked = tasks.filter(({ name }) => names.length === 0 || names.includes(name));
      let wrong = 0;
      for (const lane of lanes) {
        const here = asked.filter((task) => task.lane === lane);
        if (here.length === 0) continue;
        const lease = await takeLease(url, laneLeases[lane], { label: 'tasks run', wait: true, onWait, signal });
        if (lease === undefined) return 2;
        try {
          for (const task of here) {
            const outcome = await doTask({ database, node: given.nodeName, signal, lease }, task);
            if (outcome === undefined) return 2;
            print(`${task.name}: ${[outcome.did, outcome.problem].filter(Boolean).join(' ')}`);
            if (outcome.problem !== undefined) wrong++;
          }
        } finally {
          await lease.release();
        }
      }
      return wrong === 0 ? 0 : 1;
    } finally {
      await store.release();
    }
  },
});

/** How long `tasks stop` waits for the end, in ms. */
const stopPatience = 30_000;

const stop = defineSubcommand({
  summary: 'Stop a periodic task that is running.',
  description:
    'The task ends at the next point where that loses nothing, and is due again at its usual time. Exit status 1: it has not ended within half a minute.',
  examples: [{ command: 'tasks stop backup', doc: 'On whatever node it runs.' }],
  arguments: { name: { doc: 'Name of the task, as `tasks status` lists it.' } },
  options: {},
  failureStatus: 2,
  run: async ({ arguments: { name }, settings, signal, print }) => {
    const store = await openStore(requireLibrary(settings()), { signal });
    try {
      const { database } = store;
      const find = async () => (await taskStates(database)).find((one) => one.name === name);
      const found = await find();
      if (found === undefined) throw new UserError(jobErrors.noTask, { name });
      if (found.running === null) throw new UserError(jobErrors.notRunning, { name });
      await askToStop(database, name);
      for (const end = Date.now() + stopPatience; Date.now() < end; await sleep(250, undefined, { signal })) {
        const now = await find();
        if (now?.running !== null && now?.stopping === true) continue;
        print(`The task ${name} has ended on ${found.node}.`);
        return 0;
      }
      throw new UserError(jobErrors.doesNotStop, { name, node: found.node ?? '' });
    } finally {
      await store.release();
    }
  },
});

const work = defineSubcommand({
  summary: 'Run periodic tasks and jobs in the background until stopped.',
  description: `For hosts that serve no readers (role \`worker\`). \`serve\` does the same unless \`task-work\` is standby; then it runs only tasks that no other process has started for two minutes.
Any number of these processes may run: each task is run by one of them.`,
  examples: [{ command: 'tasks work', doc: 'As started by the unit reperio-tasks.service.' }],
  arguments: {},
  options: {},
  run: async ({ settings, signal, stderr, colour, print }) => {
    const { createLogger, logJob, logTask } = await import('../../monitor/log.ts');
    const { workOnTasks } = await import('../../supervisor/work-on-tasks.ts');
    const { logTo } = await import('../readable-log.ts');
    const given = settings();
    const logger = createLogger(given, logTo(stderr, given, colour));
    await workOnTasks({
      settings: given,
      signal,
      onTask: (name, outcome) => logTask(logger, name, outcome),
      onJob: (outcome) => logJob(logger, outcome),
      onTrouble: (sentence) => logger.warn(sentence),
      onReady: () => print('Running periodic tasks.'),
    });
  },
});

export const command: CommandGroup = { alone: 'status', commands: { status, run, stop, work } };
