import { allChecks } from '../../monitor/check/answer.ts';
import { askChecks } from '../../monitor/check/ask.ts';
import { exitStatuses, type Limits, worst } from '../../monitor/check/judge.ts';
import { parseRange } from '../../monitor/check/ranges.ts';
import { defineCommand } from '../command.ts';
import { cliErrors } from '../errors.ts';
import { UsageError } from '../parse.ts';

const mostSeconds = 600;
const usualSeconds = 10;

export const command = defineCommand({
  description: `Prints the line that the guidelines for Nagios plug-ins ask for, and nothing else. Exit status: 0 ok, 1 warning, 2 critical, 3 unknown; wrong usage, a server that does not answer and the end of the time are 3.
The server of the data folder is asked what it found in the last seconds; where none runs, what can be looked at without one is. \`all\` prints a line for each check, and exits with the worst status. What each check measures: docs/operating.md. A range is written as in the guidelines: 10 (0 to 10 is well), 10: (10 or more), ~:10 (10 or less), 10:20, @10:20 (what is between is not).`,
  examples: [
    { command: 'check disk -w 20: -c 5:', doc: 'Warns below 20 % of free space, is critical below 5 %.' },
    { command: 'check all', doc: 'A line for each check.' },
    {
      command: 'check ready -H https://web1.library.example',
      doc: 'Asks another node, which must allow it (`status-networks`).',
    },
  ],
  arguments: { name: { doc: `The name of a check, or ${allChecks}.` } },
  options: {
    warning: { type: 'text', short: 'w', value: 'RANGE', doc: 'Warn when the measure is out of this range.' },
    critical: { type: 'text', short: 'c', value: 'RANGE', doc: 'Critical when the measure is out of this range.' },
    timeout: {
      type: 'number',
      short: 't',
      value: 'SECONDS',
      minimum: 1,
      maximum: mostSeconds,
      doc: `How long to wait; default ${usualSeconds}.`,
    },
    host: {
      type: 'text',
      short: 'H',
      value: 'URL',
      doc: 'The address of a node; default the server of the data folder.',
    },
  },
  plugin: 'CHECK',
  run: async ({ arguments: { name }, options, settings, print }) => {
    const limits: Limits = { warning: options.warning, critical: options.critical };
    for (const [option, text] of Object.entries({ '--warning': options.warning, '--critical': options.critical })) {
      if (text !== undefined && parseRange(text) === undefined)
        throw new UsageError(cliErrors.wrongOption, {
          command: 'check',
          option,
          problem: `is "${text}" and must be a range such as 10:20`,
        });
    }
    const within = (options.timeout ?? usualSeconds) * 1000;
    const { lines, states } = await askChecks({ name, limits, within, url: options.host, settings });
    for (const line of lines) print(line);
    return exitStatuses[worst(states)];
  },
});
