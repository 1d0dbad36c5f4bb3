import { unfinished } from '../../../deploy/rollout/again.ts';
import { survey } from '../../../deploy/rollout/survey.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { statusLines } from '../../deploy-text.ts';
import { clusterOption, withFleet } from './cluster-option.ts';

export const status = defineSubcommand({
  summary: 'Show which release each host runs, and where a deployment stands.',
  description: 'When a host or a balancer does not answer, it is named with what to type, and the exit status is 1.',
  examples: [{ command: 'deploy status', doc: 'Asks all hosts; changes nothing.' }],
  arguments: {},
  options: { ...clusterOption, ...jsonOption },
  failureStatus: 2,
  run: async ({ options, stdin, print, printJson }) =>
    withFleet(options.file, stdin, async (fleet) => {
      const found = await survey(fleet);
      const deployment = unfinished(found);
      const names = found.hosts.map(({ name }) => name);
      const status = found.problems.length > 0 ? 1 : 0;
      if (!options.json) {
        for (const line of statusLines(found.facts, names, deployment, found.problems)) print(line);
        return status;
      }
      const hosts = names.map((name) => {
        const { version, current, there, lock } = found.facts.find((each) => each.name === name) ?? {};
        return { name, version: version ?? null, current: current ?? null, there: there ?? [], lock: lock ?? null };
      });
      const { problems, library } = found;
      printJson({ hosts, deployment: deployment ?? null, problems, lock: library?.lock ?? null });
      return status;
    }),
});
