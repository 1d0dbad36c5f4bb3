import { taskStates } from '../../../jobs/calendar.ts';
import type { Check } from '../definition.ts';
import { counted } from './parts.ts';

export const tasks: Check = {
  name: 'tasks',
  question: 'Are periodic tasks done, and without a problem?',
  summary: 'Seconds that the latest task is overdue.',
  warning: '900',
  critical: '7200',
  page: 'A runaway task',
  shared: true,
  every: 15_000,
  run: async ({ database }) => {
    const states = await taskStates(database());
    const late = Math.max(0, ...states.map(({ due, running }) => (running === null ? -due / 1000 : 0)));
    const long = states.toSorted((a, b) => (b.running ?? 0) - (a.running ?? 0))[0];
    const running = (long?.running ?? 0) / 1000;
    const problems = states.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`]));
    const overdue = states.filter(({ due, running: now }) => now === null && -due / 1000 > 900).map(({ name }) => name);
    const said = [
      ...problems.slice(0, 3),
      ...(overdue.length > 0
        ? [`${overdue.join(', ')} is overdue for ${Math.round(late / 60)} min: no process does it.`]
        : []),
      ...(running > 1800
        ? [`${long!.name} has been running for ${Math.round(running / 60)} min on ${long!.node ?? 'a node'}.`]
        : []),
    ];
    return {
      ...(problems.length > 0 ? { atLeast: 'warning' as const } : {}),
      sentence:
        said.length > 0
          ? said.join(' ')
          : `${counted(states.length, 'task', 'tasks')}, none overdue, none with a problem.`,
      measures: [
        { label: 'late', value: late, unit: 's', minimum: 0 },
        { label: 'running', value: running, unit: 's', warning: '1800', critical: '14400', minimum: 0 },
        { label: 'problems', value: problems.length, unit: '', minimum: 0 },
      ],
      fix: 'reperio tasks status',
    };
  },
};
