import { changeOutcomes, changeSetRecords, listChangeSets, readChangeSet } from '../../../cataloguing/change-sets.ts';
import { requireTask } from '../../../cataloguing/task-file.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { changeSetCells, changeSetColumns, changeSetNumber, outcomesText, previewLines } from '../../edit-text.ts';
import { tableLines, windowOf } from '../../terminal.ts';
import { withDatabase } from '../../with-database.ts';

export const list = defineSubcommand({
  summary: 'List change sets, the newest first.',
  examples: [{ command: 'edit list', doc: 'What was changed, by whom, and whether it was taken back.' }],
  arguments: {},
  options: {
    person: { type: 'text', value: 'NAME', doc: 'Only those of this person.' },
    limit: { type: 'number', value: 'N', minimum: 1, maximum: 10_000, doc: 'How many; default 50.' },
    ...jsonOption,
  },
  run: async ({ options, settings, environment, stdout, print, printJson }) => {
    const asked = { person: options.person, offset: 0, limit: options.limit ?? 50 };
    const { sets } = await withDatabase(settings(), (database) => listChangeSets(database, asked));
    if (options.json)
      return printJson(sets.map(({ counts: { changes: _, ...counts }, ...set }) => ({ ...set, counts })));
    if (sets.length === 0) return print('There are no change sets.');
    for (const line of tableLines(changeSetColumns, sets.map(changeSetCells), windowOf(stdout, environment)))
      print(line);
  },
});

export const show = defineSubcommand({
  summary: 'Show a change set: its task, what it changes, and what became of its records.',
  examples: [
    { command: 'edit show 3', doc: 'What was wanted, and what became of it.' },
    { command: 'edit show 3 --outcome held', doc: 'The records that wait for a person.' },
  ],
  arguments: { id: { doc: 'Number of the change set, as `edit list` shows it.' } },
  options: {
    outcome: { type: 'text', value: 'WORD', doc: 'The records with this outcome.', choices: changeOutcomes },
    limit: { type: 'number', value: 'N', minimum: 1, maximum: 1_000_000, doc: 'How many records; default 1,000.' },
    ...jsonOption,
  },
  run: async ({ arguments: given, options, settings, print, printJson }) => {
    const id = changeSetNumber(given.id);
    const outcome = changeOutcomes.find((one) => one === options.outcome);
    const asked = { after: 0, limit: options.limit ?? 1_000, ...(outcome !== undefined && { outcome }) };
    const { set, records } = await withDatabase(settings(), async (database) => ({
      set: await readChangeSet(database, id),
      records: await changeSetRecords(database, id, asked),
    }));
    if (options.json) return printJson({ ...set, records });
    if (outcome !== undefined) {
      for (const one of records) print(String(one.id));
      return;
    }
    print(`Change set ${id}${set.name === '' ? '' : `, ${set.name}`}: ${set.state}${outcomesText(set)}`);
    print(set.task.trimEnd());
    for (const line of previewLines(id, requireTask(set.task).actions, set.counts)) print(line);
  },
});
