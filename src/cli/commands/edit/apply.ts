import { askToApply, askToUndo } from '../../../cataloguing/apply.ts';
import type { Transaction } from '../../../store/database.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { changeSetNumber } from '../../edit-text.ts';
import { waitForJobs } from '../../wait-for-jobs.ts';
import { withDatabase } from '../../with-database.ts';

const idArgument = { id: { doc: 'Number of the change set, as `edit list` shows it.' } } as const;
const jobOptions = {
  as: { type: 'text', value: 'NAME', doc: 'Whose rights count, and who stands in the history.' },
  wait: { type: 'flag', doc: 'Wait for the end, and show how far it is.' },
  ...jsonOption,
} as const;

export const apply = defineSubcommand({
  summary: 'Apply a change set that was previewed.',
  examples: [{ command: 'edit apply 3 --wait', doc: 'Writes what the preview showed.' }],
  arguments: idArgument,
  options: {
    confirm: { type: 'number', value: 'N', minimum: 1, doc: 'It changes N records, more than the setting `many`.' },
    ...jobOptions,
  },
  failureStatus: 2,
  run: async (context) => {
    const { options, settings } = context;
    const asked = {
      ...{ person: options.as, operator: options.as === undefined },
      ...{ many: settings().many, confirmed: options.confirm },
    };
    return await asJob(context, 'applies', (transaction, id) => askToApply(transaction, id, asked));
  },
});

export const undo = defineSubcommand({
  summary: 'Take a change set back as a whole, as a job.',
  description:
    'Each record gets back what it was before; what others have changed since stays, and where both changed the same it waits among the uploads that are held.',
  examples: [{ command: 'edit undo 3 --wait', doc: 'As if it had never been, but for the history.' }],
  arguments: idArgument,
  options: jobOptions,
  failureStatus: 2,
  run: async (context) => {
    const { options } = context;
    const asked = { person: options.as, operator: options.as === undefined };
    return await asJob(context, 'takes back', (transaction, id) => askToUndo(transaction, id, asked));
  },
});

type Context = Parameters<Parameters<typeof defineSubcommand<typeof idArgument, typeof jobOptions>>[0]['run']>[0];

async function asJob(
  context: Context,
  verb: string,
  enqueue: (transaction: Transaction, id: number) => Promise<number>,
): Promise<number> {
  const { arguments: given, options, settings, print, printJson } = context;
  const id = changeSetNumber(given.id);
  return await withDatabase(settings(), async (database) => {
    const job = await database.transaction((transaction) => enqueue(transaction, id));
    if (options.json) printJson({ id, job });
    else print(`Job ${job} ${verb} change set ${id}. See it with \`reperio job show ${job}\`.`);
    return options.wait ? await waitForJobs(database, [job], context) : 0;
  });
}
