import { lockByHand, unlockByHand } from '../../../deploy/rollout/by-hand.ts';
import { UserError } from '../../../errors/errors.ts';
import { defineSubcommand } from '../../command.ts';
import { cliErrors } from '../../errors.ts';
import { clusterOption, withFleet } from './cluster-option.ts';

export const lock = defineSubcommand({
  summary: 'Keep everybody from deploying, with a reason.',
  examples: [
    {
      command: 'deploy lock --reason "a load is running until Monday"',
      doc: 'Others are told who, why and since when.',
    },
  ],
  arguments: {},
  options: { ...clusterOption, reason: { type: 'text', value: 'TEXT', doc: 'Why; needed.' } },
  run: async ({ options: { file, reason }, stdin, print }) => {
    if (reason === undefined || reason.trim() === '')
      throw new UserError(cliErrors.missingOption, { command: 'deploy lock', option: '--reason' });
    const { holder } = await withFleet(file, stdin, (fleet) => lockByHand(fleet, oneLine(reason)));
    print(`Deploying is locked by ${holder}: ${oneLine(reason)}. \`reperio deploy unlock\` ends it.`);
  },
});

export const unlock = defineSubcommand({
  summary: 'End a lock on deploying.',
  examples: [
    { command: 'deploy unlock', doc: 'Your own.' },
    { command: 'deploy unlock --force', doc: "Another person's, or what a deployment left behind." },
  ],
  arguments: {},
  options: {
    ...clusterOption,
    force: { type: 'flag', doc: 'Also when it is not yours, or a deployment is unfinished.' },
  },
  run: async ({ options: { file, force }, stdin, print }) => {
    const { lock: was, left } = await withFleet(file, stdin, (fleet) => unlockByHand(fleet, force));
    print(`Deploying is not locked any more; ${was.holder} had locked it: ${was.reason}.`);
    if (left.length > 0)
      print(`${left.join(', ')} did not answer, and may be locked still: run it again when they do.`);
  },
});

/** Others read it in their terminals: no line break and no sign that steers one, and not a book. */
function oneLine(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim()
    .slice(0, 500);
}
