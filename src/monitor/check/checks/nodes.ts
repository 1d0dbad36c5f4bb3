import { isGone } from '../../node-status.ts';
import { knownNodes } from '../../nodes.ts';
import type { Check } from '../definition.ts';
import { counted } from './parts.ts';

export const nodes: Check = {
  name: 'nodes',
  question: 'Are all nodes there?',
  summary: 'Nodes that have told nothing for 20 s and were not stopped.',
  warning: '0',
  page: 'A dead node',
  shared: true,
  every: 10_000,
  run: async ({ database }) => {
    const known = await knownNodes(database());
    const gone = known.filter(({ age, summary }) => isGone(age) && summary.state !== 'draining');
    const there = known.filter(({ age }) => !isGone(age)).length;
    const names = gone.map(
      ({ summary, age }) => `${summary.name} (${summary.address}) for ${Math.round(age / 1000)} s`,
    );
    return {
      ...(there === 0 && gone.length > 0 ? { atLeast: 'critical' as const } : {}),
      sentence:
        gone.length === 0
          ? `${counted(there, 'node', 'nodes')}, none silent.`
          : `${counted(gone.length, 'node has', 'nodes have')} told nothing: ${names.join(', ')}.`,
      measures: [
        { label: 'silent', value: gone.length, unit: '', minimum: 0 },
        { label: 'nodes', value: there, unit: '', minimum: 0 },
      ],
      fix: 'systemctl status reperio-web',
    };
  },
};
