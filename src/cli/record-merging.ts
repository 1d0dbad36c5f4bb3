import { withCurrentBases } from '../checks/current-bases.ts';
import type { Settings } from '../config/settings.ts';
import { compileAnalyzer } from '../index/analysis/analyzer.ts';
import { mergedRecord, mergeRows } from '../marc/merge-choice.ts';
import { toCompleteTextMarc } from '../marc/writers/text-complete.ts';
import { incomingChecksOf } from '../records/check-incoming.ts';
import { readRecord } from '../records/history.ts';
import { mergeRecordsIn, undoMergeIn } from '../records/merge-records.ts';
import { rulesOf } from '../records/next-version.ts';
import { inTransaction } from '../records/write.ts';
import { currentSite } from '../site/versions.ts';
import type { Database } from '../store/database.ts';
import { withDatabase } from './with-database.ts';

/** What record `id` would become, as text MARC. Throws UserError. */
export async function mergedText(settings: Settings, id: number, other: number): Promise<string> {
  return await withDatabase(settings, async (database) => {
    return toCompleteTextMarc((await merged(database, id, other)).record).trimEnd();
  });
}

/** Makes record `other` a part of record `id`. Throws UserError. */
export async function mergeAs(settings: Settings, person: string | undefined, id: number, other: number) {
  return await withDatabase(settings, async (database) => {
    const { record, one, two } = await merged(database, id, other);
    const { site } = await currentSite(database);
    const checks = incomingChecksOf(await withCurrentBases(database, site), false);
    const rules = { ...rulesOf(site), hidden: 'keep', always: false, checks } as const;
    return await inTransaction(database, (transaction) =>
      mergeRecordsIn(transaction, compileAnalyzer(site), {
        ...{ survivor: { id, revision: one.revision, record }, other: { id: other, revision: two.revision } },
        ...{ person, rules },
      }),
    );
  });
}

/** Makes record `id` again what it was before it was merged. Throws UserError. */
export async function unmergeAs(settings: Settings, person: string | undefined, id: number) {
  return await withDatabase(settings, async (database) => {
    const { site } = await currentSite(database);
    const by = { person, rules: { ...rulesOf(site), hidden: 'keep', always: false } } as const;
    return await inTransaction(database, (transaction) => undoMergeIn(transaction, compileAnalyzer(site), id, by));
  });
}

async function merged(database: Database, id: number, other: number) {
  const [one, two] = [await readRecord(database, id), await readRecord(database, other)];
  return { one, two, record: mergedRecord(one.record, mergeRows(one.record, two.record)) };
}
