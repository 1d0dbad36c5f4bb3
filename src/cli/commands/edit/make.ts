import { readFile } from 'node:fs/promises';
import { text as allOf } from 'node:stream/consumers';
import { ask } from '../../../access/ask.ts';
import { askToApply } from '../../../cataloguing/apply.ts';
import { addChangeSet } from '../../../cataloguing/change-sets.ts';
import { cataloguingErrors } from '../../../cataloguing/errors.ts';
import { lookingActions } from '../../../cataloguing/lookups.ts';
import { onlyCorrects } from '../../../cataloguing/planned.ts';
import { previewActions } from '../../../cataloguing/preview.ts';
import { editable, readNumbers } from '../../../cataloguing/selection.ts';
import { requireTask } from '../../../cataloguing/task-file.ts';
import { withCurrentBases } from '../../../checks/current-bases.ts';
import { UserError } from '../../../errors/errors.ts';
import { fileReason } from '../../../errors/file-reason.ts';
import { grouped } from '../../../errors/grouped.ts';
import { idFormat } from '../../../formats/format-names.ts';
import { finish } from '../../../index/work.ts';
import { openLibrary } from '../../../library/open.ts';
import { compilePath } from '../../../marc/path.ts';
import { may } from '../../../people/person.ts';
import { incomingChecksOf, obstaclesOf } from '../../../records/check-incoming.ts';
import { recordErrors } from '../../../records/errors.ts';
import { noticeText } from '../../../search/notices.ts';
import { emptyRequest } from '../../../search/request.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { withDatabaseAnswers } from '../../database-answers.ts';
import { previewLines } from '../../edit-text.ts';
import { operator, personNamed } from '../../person-option.ts';
import { requireLibrary } from '../../require-library.ts';
import { waitForJobs } from '../../wait-for-jobs.ts';

const task = `A task is YAML: a list of actions, each on fields, where they are so, with what is to be done.

  actions:
    - on: 700
      where: { subfield: u, is: CERN }
      do: replace-text
      subfield: u
      contains: CERN
      with: CERN, Geneva

The manual, "Changing many records", has all of them.`;

export const make = defineSubcommand({
  summary: 'Change many records by a task: preview it, and apply it as a job.',
  description: `${task}
With --dry-run nothing of any record is written: the preview is kept as a change set, which \`edit apply N\` applies. Each record is changed from the version that was previewed; when others have changed it since, both changes are merged, or it waits among the uploads that are held.
Exit status: 0 the job was accepted; with --wait as that of the job: 1 something is to be looked at, 2 it failed or was stopped.`,
  examples: [
    { command: "edit --task t.yaml --query 'author:ellis' --dry-run", doc: 'What would change.' },
    { command: "edit --task t.yaml --query 'author:ellis' --wait", doc: 'Changes it.' },
    { command: 'edit --task t.yaml --numbers ids.txt --as ada', doc: 'The records of a list, with the rights of ada.' },
  ],
  arguments: {},
  options: {
    task: { type: 'text', value: 'FILE', doc: 'The task; "-" reads standard input.' },
    query: { type: 'text', value: 'QUERY', short: 'q', doc: 'All records that it finds; "" finds all there are.' },
    collection: { type: 'list', value: 'NAME', short: 'c', doc: 'Only in this collection, with --query.' },
    numbers: { type: 'text', value: 'FILE', doc: 'Records of these numbers; ranges such as 5-9 too.' },
    'dry-run': { type: 'flag', doc: 'Show what would change, and write nothing.' },
    confirm: { type: 'number', value: 'N', minimum: 1, doc: 'It changes N records, more than the setting `many`.' },
    as: { type: 'text', value: 'NAME', doc: 'Whose rights count, and who stands in the history.' },
    wait: { type: 'flag', doc: 'Wait for the end, and show how far it is.' },
    ...jsonOption,
  },
  failureStatus: 2,
  run: async (context) => {
    const { options, settings, stdin, stderr, print, printJson } = context;
    if (options.task === undefined) throw new UserError(cataloguingErrors.editNeeds, { what: '--task FILE' });
    if ((options.query === undefined) === (options.numbers === undefined))
      throw new UserError(cataloguingErrors.editNeeds, { what: 'one of --query and --numbers' });
    const source = options.task === '-' ? await allOf(stdin) : await fileText(options.task);
    const { name, actions } = requireTask(source);
    const numbers = options.numbers === undefined ? undefined : readNumbers(await fileText(options.numbers));
    const library = await openLibrary(requireLibrary(settings()));
    try {
      const { database } = library;
      const snapshot = library.snapshot();
      const person = options.as === undefined ? operator : await personNamed(database, snapshot.site, options.as);
      const found = numbers ?? (await questionIds());
      const ids = finish(editable(person, snapshot, found));
      if (ids.length < found.length && numbers === undefined)
        stderr.write(`${grouped(found.length - ids.length)} of the records found are not yours to change.\n`);
      const hidden = may(snapshot.site, person, 'viewhiddenpaths') ? [] : snapshot.site.hiddenPaths.map(compilePath);
      const run = await lookingActions(database, snapshot.site, actions);
      const checks = incomingChecksOf(await withCurrentBases(database, snapshot.site), hidden.length > 0);
      const rules = onlyCorrects(source) ? undefined : obstaclesOf(checks);
      const preview = await previewActions(database, ids, run, { hidden, rules });
      const selection = options.query ?? `${grouped(numbers!.length)} numbers`;
      const id = await database.transaction((transaction) =>
        addChangeSet(transaction, { ...preview, person: person.name, name, task: source, selection }),
      );
      if (options.json && options['dry-run']) {
        printJson({ id, ...preview.counts });
        return 0;
      }
      if (!options.json) for (const line of previewLines(id, actions, preview.counts)) print(line);
      if (options['dry-run'] || preview.records.length === 0) return 0;
      const asked = {
        ...{ person: person.name, operator: options.as === undefined },
        ...{ many: settings().many, confirmed: options.confirm },
      };
      const job = await database.transaction((transaction) => askToApply(transaction, id, asked));
      if (options.json) printJson({ id, job, ...preview.counts });
      else print(`Job ${job} applies change set ${id}. Undo it with \`reperio edit undo ${id}\`.`);
      return options.wait ? await waitForJobs(database, [job], context) : 0;

      async function questionIds(): Promise<readonly number[]> {
        const request = {
          ...emptyRequest,
          ...{ text: options.query!, collections: options.collection, size: Number.POSITIVE_INFINITY },
          format: idFormat.code,
        };
        const answer = ask(snapshot, person, await withDatabaseAnswers(library, snapshot, person, request));
        for (const notice of answer.notices) stderr.write(`${noticeText(notice)}\n`);
        return answer.ids;
      }
    } finally {
      await library.close();
    }
  },
});

async function fileText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(recordErrors.noFile, { file, reason: fileReason(error) });
  }
}
