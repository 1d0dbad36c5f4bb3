import { UserError } from '../../../errors/errors.ts';
import { grouped } from '../../../errors/grouped.ts';
import { keepArchiving } from '../../../maintain/backup/continuous.ts';
import { backupErrors } from '../../../maintain/backup/errors.ts';
import type { BackupContext } from '../../../maintain/backup/hold-place.ts';
import { type Manifest, readManifest, readManifests } from '../../../maintain/backup/manifest.ts';
import { backupState, noteDrill } from '../../../maintain/backup/state.ts';
import { type DrillReport, type Share, drill as tryRestore } from '../../../maintain/drill/drill.ts';
import { restoreBase } from '../../../maintain/restore/base.ts';
import { pointOf } from '../../../maintain/restore/point.ts';
import { restoreDump } from '../../../maintain/restore/restore.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { duration } from '../../progress.ts';
import { withBackups } from '../../with-backups.ts';

export const drill = defineSubcommand({
  summary: 'Try a restore in a scratch folder, and write down how long it takes.',
  description: `Restores a backup to the folder "drill" of the data folder, serves a page of it, and compares it with what the backup says: rows, 1,000 records, 20 questions, 100 documents, and
the database's own indexes. The copy does no tasks, sends no e-mails and archives nothing, and is removed at the end. The time until the page (RTO) and the changes that would be
lost (RPO) are shown by status pages and metrics. A periodic task does this each month.

Exit status 1: something is wrong with the backup. 2: it could not be tried.`,
  examples: [{ command: 'backup drill', doc: 'The newest backup.' }],
  arguments: { set: { doc: 'A backup, as `backup list` calls it.', optional: true } },
  options: jsonOption,
  failureStatus: 2,
  run: async ({ arguments: { set }, options, settings, signal, print, printJson }) => {
    const given = settings();
    return await withBackups(given, signal, async (context) => {
      const { database, place } = context;
      const manifest = await chosen(context, set);
      await keepArchiving({ ...context, settings: given });
      const { age, archiveAge } = await backupState(database);
      const rpo = (archiveAge ?? age ?? Date.now() - Date.parse(manifest.taken)) / 1000;
      const began = new Date();
      let report: DrillReport;
      try {
        report = await tryRestore({
          ...{ place, manifest, settings: given, signal },
          restore: async (scratch) => {
            const common = { place, settings: scratch, replace: false, withoutDocuments: true, signal } as const;
            return manifest.kind === 'base'
              ? await restoreBase(common, await pointOf(place, manifest))
              : await restoreDump({ ...common, manifest });
          },
        });
      } catch (error) {
        // That a backup cannot be restored is what a drill is to find out.
        if (!(error instanceof UserError) || signal.aborted) throw error;
        const rto = (Date.now() - began.getTime()) / 1000;
        const failed = { name: manifest.set, began, ended: new Date(), rto, rpo, problem: error.message, report: {} };
        await noteDrill(database, failed);
        throw error;
      }
      const problem = report.problems.length === 0 ? undefined : report.problems.join('; ');
      await noteDrill(database, { ...report, name: manifest.set, rpo, problem, report });
      if (options.json) printJson({ ...report, rpo });
      else for (const line of lines(report, rpo, archiveAge !== null)) print(line);
      return report.problems.length === 0 ? 0 : 1;
    });
  },
});

/** Throws `noSet`, `noSets`. */
async function chosen({ place }: BackupContext, set: string | undefined): Promise<Manifest> {
  if (set !== undefined) {
    if (!(await place.sets()).includes(set)) throw new UserError(backupErrors.noSet, { name: set, place: place.name });
    return await readManifest(place, set);
  }
  const newest = (await readManifests(place)).find(({ kind }) => kind === 'dump');
  if (newest === undefined) throw new UserError(backupErrors.noSets, { place: place.name });
  return newest;
}

function* lines(report: DrillReport, rpo: number, isArchived: boolean): Generator<string> {
  const { set, took, witnesses, questions, documents, indexes, problems, rto, records } = report;
  const share = ({ good, of }: Share, what: string): string => `${grouped(good)} of ${grouped(of)} ${what}`;
  yield `Backup ${set}: restored in ${took.restore.toFixed(1)} s, index made in ${took.index.toFixed(1)} s, a page after ${took.page.toFixed(1)} s`;
  yield `  ${grouped(records)} records, ${share(witnesses, 'witnesses')}, ${share(questions, 'questions')}, ${share(documents, 'documents')}, ${indexes} indexes sound`;
  for (const problem of problems) yield `wrong: ${problem}.`;
  yield `RTO ${duration(rto)}, RPO ${duration(rpo)} (${isArchived ? 'point in time' : 'dump'}).`;
}
