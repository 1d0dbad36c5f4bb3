import type { NodeStatus } from '../../node-status.ts';
import type { Check } from '../definition.ts';

/** Milliseconds. */
const window = 60_000;

interface Mark {
  readonly when: number;
  readonly refused: number;
}

export const refused: Check = {
  name: 'refused',
  question: 'Are there few enough requests for the node to answer all?',
  summary:
    'Requests a second that were refused in the last minute: too many of one network (429), or a late node (503).',
  warning: '1',
  critical: '50',
  page: 'A flood of crawlers',
  every: 10_000,
  run: ({ status, memory, now }) => {
    const found = status();
    const { totals } = found;
    const mark: Mark = { when: now(), refused: (totals.statuses['429'] ?? 0) + totals.shed };
    const before = ((memory.get('marks') ?? []) as readonly Mark[]).filter(({ when }) => mark.when - when <= window);
    memory.set('marks', [...before, mark]);
    const first = before[0];
    const perSecond =
      first === undefined ? 0 : (mark.refused - first.refused) / Math.max(1, (mark.when - first.when) / 1000);
    return {
      sentence: `${perSecond.toFixed(1)} requests a second were refused in the last minute${mostOf(found)}.`,
      measures: [
        { label: 'refused', value: perSecond, unit: '', minimum: 0 },
        { label: 'total', value: mark.refused, unit: 'c' },
      ],
      fix: 'reperio status',
    };
  },
};

/** Whose requests run now, where one has most of them. */
function mostOf({ workers }: NodeStatus): string {
  const clients = workers.flatMap(({ running }) => running.map(({ client }) => client));
  const counts = new Map<string, number>();
  for (const client of clients) counts.set(client, (counts.get(client) ?? 0) + 1);
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  return most !== undefined && most[1] > 2 ? `; ${most[1]} of ${clients.length} that run are from ${most[0]}` : '';
}
