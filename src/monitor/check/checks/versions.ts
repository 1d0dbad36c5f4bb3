import { isGone, otherReleases } from '../../node-status.ts';
import { knownNodes } from '../../nodes.ts';
import type { Check } from '../definition.ts';

/** An upgrade of all nodes in turn takes no longer, in ms. */
const upgrade = 3_600_000;

export const versions: Check = {
  name: 'versions',
  question: 'Do all processes run one release?',
  summary: 'Releases that run beside each other for more than an hour, or in one node since a reload.',
  warning: '1',
  page: 'Releases that are mixed',
  every: 30_000,
  run: async ({ status, database, now }) => {
    const node = status();
    const others = otherReleases(node);
    if (others.length > 0)
      return {
        atLeast: 'warning',
        sentence: `Workers run release ${others.join(', ')}, and the supervisor still ${node.version}.`,
        measures: [{ label: 'releases', value: 1 + others.length, unit: '' }],
        fix: 'systemctl restart reperio-web',
      };
    const nodes = (await knownNodes(database())).filter(({ age }) => !isGone(age));
    const releases = [...new Set([node.version, ...nodes.map(({ summary }) => summary.version)])];
    const youngest = Math.min(...nodes.map(({ summary }) => now() - summary.started), Number.MAX_SAFE_INTEGER);
    const isUpgrade = releases.length > 1 && youngest < upgrade;
    const by = nodes.map(({ summary }) => `${summary.name} ${summary.version}`).join(', ');
    return {
      sentence:
        releases.length === 1
          ? `Everything runs release ${node.version}.`
          : `${isUpgrade ? 'During an upgrade' : 'For more than an hour'} nodes run different releases: ${by}.`,
      measures: [{ label: 'releases', value: isUpgrade ? 1 : releases.length, unit: '', minimum: 1 }],
      fix: 'reperio status',
    };
  },
};
