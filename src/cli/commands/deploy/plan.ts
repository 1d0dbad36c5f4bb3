import { withTarget } from '../../../deploy/rollout/begin.ts';
import { drawPlan } from '../../../deploy/rollout/plan.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { planLines } from '../../deploy-text.ts';
import { clusterOption, withFleet } from './cluster-option.ts';

export const releaseArgument = {
  release: {
    doc: 'A folder, a file .tar.zst, or a version that lies here, in dist or on the hosts; without it, the release of this command.',
    optional: true,
  },
} as const;

export const plan = defineSubcommand({
  summary: 'Show what deploying a release would do and change. Changes nothing.',
  description: `Asks all hosts at once: architecture, C library, space, root, balancers, the library. What stands in the way is named with what to do, and the exit status is 1.
\`reperio deploy run\` then does exactly these steps.`,
  examples: [
    { command: 'deploy plan reperio-0.3.0-linux-x64.tar.zst', doc: 'For people.' },
    { command: 'deploy plan 0.3.0 --json', doc: 'Every step, for programs.' },
  ],
  arguments: releaseArgument,
  options: { ...clusterOption, ...jsonOption },
  failureStatus: 2,
  run: async ({ arguments: { release }, options, stdin, print, printJson }) =>
    withFleet(options.file, stdin, (fleet) =>
      withTarget(fleet, release, async (target) => {
        const { planned } = await drawPlan(fleet, target);
        if (options.json) printJson(planned);
        else for (const line of planLines(planned)) print(line);
        return planned.obstacles.length > 0 ? 1 : 0;
      }),
    ),
});
