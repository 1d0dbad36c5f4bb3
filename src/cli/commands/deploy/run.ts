import { resume as resumeDeployment, rollback as rollbackDeployment } from '../../../deploy/rollout/again.ts';
import { deploy, type Watching, withTarget } from '../../../deploy/rollout/begin.ts';
import type { Fleet } from '../../../deploy/rollout/fleet.ts';
import { type CommandContext, defineSubcommand, jsonOption } from '../../command.ts';
import { DeployProgress } from '../../deploy-progress.ts';
import { clusterOption, withFleet } from './cluster-option.ts';
import { releaseArgument } from './plan.ts';

const eventsOption = {
  json: { ...jsonOption.json, doc: 'Print each step as it begins and ends, one JSON object a line.' },
};
const forceOption = {
  force: { type: 'flag', doc: 'Also when the process that began it seems to be running still.' },
} as const;

export const run = defineSubcommand({
  summary: 'Deploy a release to all hosts, one after the other, without a failed request.',
  description: `The release is copied to all hosts and verified there before anything changes. Then the worker hosts, then the web nodes in turn: drained on all balancers,
restarted with the release, ready, answering as before, back, and watched for errors. At the first one that is not well, all that was done is taken back.`,
  examples: [
    { command: 'deploy run 0.3.0', doc: 'After `deploy plan 0.3.0`.' },
    { command: 'deploy run 0.3.0 --json', doc: 'Each step as it begins and ends, for programs.' },
  ],
  arguments: releaseArgument,
  options: { ...clusterOption, ...eventsOption },
  run: async ({ arguments: { release }, options, ...context }) =>
    watched(options, context, (fleet, watching) =>
      withTarget(fleet, release, (target) => deploy(fleet, target, watching)),
    ),
});

export const resume = defineSubcommand({
  summary: 'Go on with a deployment that was left where it stopped.',
  description: 'The hosts know how far it was. A step that was begun is done again, which does no harm.',
  examples: [
    { command: 'deploy resume', doc: 'Also from another machine; name the release when it is not yet on all hosts.' },
  ],
  arguments: releaseArgument,
  options: { ...clusterOption, ...forceOption, ...eventsOption },
  run: async ({ arguments: { release }, options, ...context }) =>
    watched(options, context, (fleet, watching) =>
      resumeDeployment(fleet, { named: release, force: options.force }, watching),
    ),
});

export const rollback = defineSubcommand({
  summary: 'Take back an unfinished deployment, or go back to the release before.',
  description: `The hosts have the release before; nothing is copied. Refused after an offline migration, and while the index is in a format that the release before cannot
read (\`reperio index downgrade\` first).`,
  examples: [{ command: 'deploy rollback', doc: 'One host after the other, as a deployment.' }],
  arguments: {},
  options: { ...clusterOption, ...forceOption, ...eventsOption },
  run: async ({ options, ...context }) =>
    watched(options, context, (fleet, watching) => rollbackDeployment(fleet, { force: options.force }, watching)),
});

type Terminal = Pick<
  CommandContext<Record<never, never>, Record<never, never>>,
  'signal' | 'stdin' | 'stderr' | 'print' | 'printJson'
>;

async function watched(
  options: { readonly file: string | undefined; readonly json: boolean },
  { signal, stdin, stderr, print, printJson }: Terminal,
  work: (fleet: Fleet, watching: Watching) => Promise<void>,
): Promise<void> {
  const progress = new DeployProgress({ print, stderr, printJson: options.json ? printJson : undefined });
  const { onPlan, onStep, onBack, onNote } = progress;
  try {
    await withFleet(options.file, stdin, (fleet) => work(fleet, { signal, onPlan, onStep, onBack, onNote }));
  } finally {
    progress.finish();
  }
}
