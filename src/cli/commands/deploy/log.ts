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
    'The library keeps them. Each host has its own part in /var/log/reperio/deploy.log; when the library cannot be asked, the end of that is shown, and the exit status is 1.',
  examples: [
    { command: 'deploy log', doc: 'The newest first.' },
    { command: 'deploy log 17', doc: 'Every step of number 17, beside the last time.' },
  ],
  arguments: { number: { doc: 'Of a deployment.', optional: true } },
  options: { ...clusterOption, ...jsonOption },
  run: async ({ arguments: { number }, options, environment, stdin, stdout, print, printJson }) =>
    withFleet(options.file, stdin, async (fleet) => {
      const { library, libraryProblem, hosts, facts, problems } = await survey(fleet, { log: most });
      if (library === undefined) {
        const host = hosts.find(({ name }) => facts.some((each) => each.name === name));
        const problem = libraryProblem ?? problems[0] ?? 'no release runs there';
        if (host === undefined || options.json || number !== undefined)
          throw new UserError(rolloutErrors.libraryUnasked, { problem });
        print(`The library cannot be asked (${problem}); the last lines of ${host.name}:`);
        stdout.write(await fleet.script(host.name, logScript, [String(lines)]));
        return 1;
      }
      if (number === undefined) {
        if (options.json) printJson(library.log);
        else if (library.log.length === 0) print('The library knows of no deployment yet.');
        else for (const line of tableLines(columns, logRows(library.log), windowOf(stdout, environment))) print(line);
        return 0;
      }
      const at = library.log.findIndex((each) => String(each.number) === number);
      const shown = library.log[at];
      if (shown === undefined) throw new UserError(rolloutErrors.noSuchDeployment, { number });
      const last = library.log.slice(at + 1).find(({ outcome }) => outcome === 'done');
      if (options.json) printJson(shown);
      else for (const line of deploymentLines(shown, last)) print(line);
      return 0;
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
