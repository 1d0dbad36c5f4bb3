import { decideFindings, type FindingState, listFindings } from '../../../cataloguing/checks/findings.ts';
import { cataloguingErrors } from '../../../cataloguing/errors.ts';
import { UserError } from '../../../errors/errors.ts';
import { grouped } from '../../../errors/grouped.ts';
import { currentSite } from '../../../site/versions.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { withDatabase } from '../../with-database.ts';
import { requireRule } from './rule.ts';

const most = 1_000_000;

function deciding(state: FindingState, summary: string, doc: string) {
  const verb = state === 'open' ? 'reopen' : state === 'ignored' ? 'ignore' : 'accept';
  return defineSubcommand({
    summary,
    examples: [
      { command: `checks ${verb} 17 18`, doc },
      { command: `checks ${verb} --rule doi-form`, doc: 'All that this rule has found.' },
    ],
    arguments: {
      ids: { doc: 'Numbers of findings, as `checks findings` shows them.', optional: true, many: true },
    },
    options: {
      rule: { type: 'text', value: 'NAME', doc: 'All findings of this rule.' },
      as: { type: 'text', value: 'NAME', doc: 'Who decides; default: operator.' },
      ...jsonOption,
    },
    run: async ({ arguments: { ids }, options, settings, print, printJson }) => {
      const wrong = ids.find((text) => !/^[1-9]\d{0,14}$/.test(text));
      if (wrong !== undefined || (ids.length === 0) === (options.rule === undefined))
        throw new UserError(cataloguingErrors.findingsNeeded, { verb });
      const changed = await withDatabase(settings(), async (database) => {
        const rule =
          options.rule === undefined ? undefined : requireRule((await currentSite(database)).site, options.rule);
        const numbers =
          rule === undefined
            ? ids.map(Number)
            : (await listFindings(database, { rule: rule.name, limit: most })).map(({ id }) => id);
        return await decideFindings(database, numbers, state, options.as ?? 'operator');
      });
      if (options.json) return printJson({ changed });
      if (changed > 0)
        return print(`${grouped(changed)} ${changed === 1 ? 'finding is' : 'findings are'} ${state} now.`);
      print(
        `Nothing has changed: there is no such finding, or it is ${state} already. \`reperio checks findings\` has the numbers.`,
      );
    },
  });
}

export const ignore = deciding('ignored', 'Leave what was found as it is.', 'Not shown again while it stands there.');
export const accept = deciding(
  'accepted',
  'Say that what was found is right, and somebody looks after it.',
  'Not open any more.',
);
export const reopen = deciding('open', 'Take back what was decided of findings.', 'Open again.');
