import { rolloutErrors } from '../../../deploy/rollout/errors.ts';
import { logScript } from '../../../deploy/rollout/scripts.ts';
import { survey } from '../../../deploy/rollout/survey.ts';
import { UserError } from '../../../errors/errors.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { deploymentLines, logRows } from '../../deploy-text.ts';
import { type Column, tableLines, windowOf } from '../../terminal.ts';
import { clusterOption, withFleet } from './cluster-option.ts';

/** Deployments that are asked of the library. */
const most = 100;
/** Lines of a host's own log. */
const lines = 50;

export const log = defineSubcommand({
  summary: 'List past deployments, or show every step of one.',
  description:
    'The library keeps them. Each host has its own part in /var/log/reperio/deploy.log; that is shown when the library cannot be asked.',
  examples: [
    { command: 'deploy log', doc: 'The newest first.' },
    { command: 'deploy log 17', doc: 'Every step of number 17, beside the last time.' },
  ],
  arguments: { number: { doc: 'Of a deployment.', optional: true } },
  options: { ...clusterOption, ...jsonOption },
  run: async ({ arguments: { number }, options, environment, stdin, stdout, print, printJson }) =>
    withFleet(options.file, stdin, async (fleet) => {
      const { library, libraryProblem, hosts } = await survey(fleet, { log: most });
      if (library === undefined) {
        print(
          `The library cannot be asked (${libraryProblem ?? 'no host of it answers'}); the last lines of ${hosts[0]!.name}:`,
        );
        stdout.write(await fleet.script(hosts[0]!.name, logScript, [String(lines)]));
        return;
      }
      if (number === undefined) {
        if (options.json) return printJson(library.log);
        if (library.log.length === 0) return print('The library knows of no deployment yet.');
        for (const line of tableLines(columns, logRows(library.log), windowOf(stdout, environment))) print(line);
        return;
      }
      const at = library.log.findIndex((each) => String(each.number) === number);
      const shown = library.log[at];
      if (shown === undefined) throw new UserError(rolloutErrors.noSuchDeployment, { number });
      if (options.json) return printJson(shown);
      const last = library.log.slice(at + 1).find(({ outcome }) => outcome === 'done');
      for (const line of deploymentLines(shown, last)) print(line);
    }),
});

const columns: readonly Column[] = [
  { head: 'NUMBER', right: true },
  { head: 'BEGAN' },
  { head: 'RELEASES' },
  { head: 'OUTCOME' },
  { head: 'TOOK', right: true },
  { head: 'BY' },
];
