import { duration } from '../../status/numbers.ts';
import type { Check } from '../definition.ts';

export const heartbeat: Check = {
  name: 'heartbeat',
  question: 'Does somebody outside hear that the node lives?',
  summary: 'Seconds since the address of `heartbeat-url` took a request of this node; one is sent each minute.',
  warning: '180',
  critical: '900',
  page: 'A heartbeat that is not heard',
  every: 20_000,
  run: ({ settings, status, now }) => {
    if (settings.heartbeatUrl === undefined)
      return { isUnused: true, sentence: 'Nobody outside is told that the node lives: heartbeat-url is not set.' };
    const found = status().heartbeat;
    if (found === undefined)
      return { isUnused: true, sentence: 'This server sends no heartbeat: it is isolated, or waits for a reload.' };
    const age = Math.max(0, now() - found.heard);
    const { problem = '', unheard = 0 } = found;
    const why = problem === '' ? '' : `; ${problem.replace(/\.$/, '')}`;
    return {
      // One may be lost on its way.
      ...(unheard > 1 ? { atLeast: 'warning' as const } : {}),
      sentence: `The heartbeat was heard ${duration(age)} ago${why}.`,
      measures: [{ label: 'age', value: age / 1000, unit: 's', minimum: 0 }],
      fix: /cannot be sent/.test(problem) ? 'reperio alert test --dry-run' : 'reperio config get heartbeat-url',
    };
  },
};
