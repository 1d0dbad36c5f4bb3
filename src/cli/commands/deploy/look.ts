import { look as lookAt } from '../../../deploy/rollout/look.ts';
import { serveRecords } from '../../../deploy/rollout/record.ts';
import { defineSubcommand } from '../../command.ts';

export const look = defineSubcommand({
  summary: 'What `deploy` asks a host: how its node and the library are, as JSON.',
  description:
    'The other commands of `deploy` run this on hosts by ssh, with the settings of the services there. Changes nothing.',
  examples: [{ command: 'deploy look --node --library', doc: 'Everything.' }],
  arguments: {},
  options: {
    node: { type: 'flag', doc: 'The node of this data folder, and what it answers.' },
    library: { type: 'flag', doc: 'Schema, index, lock and past deployments.' },
    log: { type: 'number', value: 'N', minimum: 0, doc: 'With --library: how many past deployments; default 1.' },
    question: { type: 'list', value: 'TEXT', doc: 'With --node: a search that is asked.' },
  },
  run: async ({ options, settings, printJson }) => {
    const { node, library, question, log = 1 } = options;
    printJson(await lookAt(settings(), { node, library, log, questions: question }));
  },
});

export const record = defineSubcommand({
  summary: 'What `deploy` tells a host for the library: lines of JSON on standard input.',
  description:
    'The other commands of `deploy` run this on a host by ssh: the machine of an operator needs no way to the database.',
  examples: [{ command: 'deploy record', doc: 'Ends with its input.' }],
  arguments: {},
  options: {},
  run: async ({ settings, stdin, printJson }) => serveRecords(settings(), stdin, printJson),
});
