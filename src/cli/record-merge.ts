import { withCurrentBases } from '../checks/current-bases.ts';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import { mergedRecord, mergeRows } from '../marc/merge-choice.ts';
import { toCompleteTextMarc } from '../marc/writers/text-complete.ts';
import { incomingChecksOf } from '../records/check-incoming.ts';
import { readRecord } from '../records/history.ts';
import { mergeRecordsIn, undoMergeIn } from '../records/merge-records.ts';
import { rulesOf } from '../records/next-version.ts';
import { inTransaction } from '../records/write.ts';
import { currentSite } from '../site/versions.ts';
import { defineSubcommand, jsonOption } from './command.ts';
import { recordNumber } from './read-version.ts';
import { withDatabase } from './with-database.ts';

const asOption = { as: { type: 'text', value: 'NAME', doc: 'Name of the cataloguer, for the history.' } } as const;

export const merge = defineSubcommand({
  summary: 'Make one record of two: the first stays, the second leads to it.',
  description: `The first keeps its fields and gets the identifiers of the second (to choose field by field there is the page /merge/FIRST/SECOND). The second is deleted and names the first in 970__d; its documents are moved, and what comes again under its identifiers updates the first.
\`record unmerge SECOND\` takes it back.`,
  examples: [
    { command: 'record merge 12 345 --dry-run', doc: 'What record 12 would become.' },
    { command: 'record merge 12 345 --as ada', doc: 'Record 345 becomes a part of record 12.' },
  ],
  arguments: { id: { doc: 'Number of the record that stays.' }, other: { doc: 'Number of the record that goes.' } },
  options: { ...asOption, 'dry-run': { type: 'flag', doc: 'Change nothing.' }, ...jsonOption },
  failureStatus: 2,
  run: async ({ arguments: given, options, settings, print, printJson }) => {
    const [id, other] = [recordNumber(given.id), recordNumber(given.other)];
    await withDatabase(settings(), async (database) => {
      const [one, two] = [await readRecord(database, id), await readRecord(database, other)];
      const record = mergedRecord(one.record, mergeRows(one.record, two.record));
      if (options['dry-run']) return print(toCompleteTextMarc(record).trimEnd());
      const { site } = await currentSite(database);
      const checks = incomingChecksOf(await withCurrentBases(database, site), false);
      const rules = { ...rulesOf(site), hidden: 'keep', always: false, checks } as const;
      const done = await inTransaction(database, (transaction) =>
        mergeRecordsIn(transaction, compileAnalyzer(site), {
          ...{ survivor: { id, revision: one.revision, record }, other: { id: other, revision: two.revision } },
          ...{ person: options.as, rules },
        }),
      );
      if (options.json) return printJson(done);
      print(`Record ${other} is merged into record ${id}. To take this back: reperio record unmerge ${other}`);
      for (const warning of done.warnings) print(warning);
    });
  },
});

export const unmerge = defineSubcommand({
  summary: 'Take the merge of a record into another one back.',
  description: 'Both records are again what they were; what others have changed since in the one that stayed is kept.',
  examples: [{ command: 'record unmerge 345', doc: 'Record 345 is a record of its own again.' }],
  arguments: { id: { doc: 'Number of the record that was merged into another one.' } },
  options: { ...asOption, ...jsonOption },
  failureStatus: 2,
  run: async ({ arguments: given, options, settings, print, printJson }) => {
    const id = recordNumber(given.id);
    const done = await withDatabase(settings(), async (database) => {
      const { site } = await currentSite(database);
      const by = { person: options.as, rules: { ...rulesOf(site), hidden: 'keep', always: false } } as const;
      return await inTransaction(database, (transaction) => undoMergeIn(transaction, compileAnalyzer(site), id, by));
    });
    if (options.json) return printJson(done);
    print(`Record ${id} is no longer a part of record ${done.survivor}.`);
  },
});
