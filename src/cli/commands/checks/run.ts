import { askToApply } from '../../../cataloguing/apply.ts';
import { listFindings } from '../../../cataloguing/checks/findings.ts';
import { fixTask } from '../../../cataloguing/checks/fix.ts';
import { addFix, makeFix, previewFix } from '../../../cataloguing/checks/make-fix.ts';
import { cataloguingErrors } from '../../../cataloguing/errors.ts';
import { requireTask } from '../../../cataloguing/task-file.ts';
import { UserError } from '../../../errors/errors.ts';
import { grouped } from '../../../errors/grouped.ts';
import { openLibrary } from '../../../library/open.ts';
import { lookByRules } from '../../../library/walk-jobs.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { previewLines } from '../../edit-text.ts';
import { requireLibrary } from '../../require-library.ts';
import { waitForJobs } from '../../wait-for-jobs.ts';
import { requireRule } from './rule.ts';

export const run = defineSubcommand({
  summary: 'Run the rules of the night over records that are new or changed.',
  description:
    'A rule that is new or was changed looks at all records. What rules with `fix: yes` would change is applied as one change set for each rule, as a job. It is also a task of the night, and can be stopped at any time.',
  examples: [{ command: 'checks run', doc: 'Then `checks list` shows how much was found.' }],
  arguments: {},
  options: { ...jsonOption },
  run: async ({ settings, options, signal, stderr, print, printJson }) => {
    const library = await openLibrary(requireLibrary(settings()), signal);
    try {
      const done = await lookByRules(library, {
        signal,
        onWait: (holder) => void stderr.write(`Waiting for ${holder}.\n`),
      });
      if (options.json) return printJson(done);
      print(`Records looked at: ${grouped(done.records)}, by ${done.rules} ${done.rules === 1 ? 'rule' : 'rules'}.`);
      for (const job of done.jobs) print(`Job ${job} applies fixes.`);
    } finally {
      await library.close();
    }
  },
});

const most = 1_000_000;

export const fix = defineSubcommand({
  summary: 'Fix what a rule has found, as one change set.',
  description: `With --dry-run it is only previewed: what was found stays open, and \`edit apply N\` applies the preview. \`edit undo N\` takes it back as a whole.
Exit status: 0 the job was accepted; with --wait as that of the job: 1 something is to be looked at, 2 it failed or was stopped.`,
  examples: [
    { command: 'checks fix doi-form --dry-run', doc: 'What would change.' },
    { command: 'checks fix doi-form --wait', doc: 'Changes it.' },
  ],
  arguments: { rule: { doc: 'Name of the rule.' } },
  options: {
    'dry-run': { type: 'flag', doc: 'Show what would change, and change no record.' },
    confirm: { type: 'number', value: 'N', minimum: 1, doc: 'It changes N records, more than the setting `many`.' },
    as: { type: 'text', value: 'NAME', doc: 'Whose rights count, and who stands in the history.' },
    wait: { type: 'flag', doc: 'Wait for the end, and show how far it is.' },
    ...jsonOption,
  },
  failureStatus: 2,
  run: async (context) => {
    const { arguments: given, options, settings, print, printJson } = context;
    const library = await openLibrary(requireLibrary(settings()));
    try {
      const { database } = library;
      const rule = requireRule(library.snapshot().site, given.rule);
      const findings = await listFindings(database, { rule: rule.name, state: 'open', fixable: true, limit: most });
      if (findings.length === 0) throw new UserError(cataloguingErrors.noFix, { name: rule.name });
      const asked = { rule, findings, person: options.as, hidden: [] };
      const preview = await previewFix(database, asked);
      const add = options['dry-run'] ? addFix : makeFix;
      const id = await database.transaction((transaction) => add(transaction, asked, preview));
      const { actions } = requireTask(fixTask(rule));
      if (!options.json) for (const line of previewLines(id, actions, preview.counts)) print(line);
      if (options['dry-run'] || preview.records.length === 0) {
        if (options.json) printJson({ id, ...preview.counts });
        return 0;
      }
      const apply = {
        ...{ person: options.as, operator: options.as === undefined },
        ...{ many: settings().many, confirmed: options.confirm },
      };
      const job = await database.transaction((transaction) => askToApply(transaction, id, apply));
      if (options.json) printJson({ id, job, ...preview.counts });
      else print(`Job ${job} applies change set ${id}. Undo it with \`reperio edit undo ${id}\`.`);
      return options.wait ? await waitForJobs(database, [job], context) : 0;
    } finally {
      await library.close();
    }
  },
});
