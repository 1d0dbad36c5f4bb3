import { UserError } from '../../../errors/errors.ts';
import { grouped } from '../../../errors/grouped.ts';
import { windowsOf } from '../../../maintain/backup/archive.ts';
import { backupErrors } from '../../../maintain/backup/errors.ts';
import { requireOurs } from '../../../maintain/backup/hold-place.ts';
import { readManifests, setBytes } from '../../../maintain/backup/manifest.ts';
import { forgetSets, notedSets, noteSet } from '../../../maintain/backup/state.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { type Column, tableLines, windowOf } from '../../terminal.ts';
import { ageText, megabytes, withBackups } from '../../with-backups.ts';
import { windowLines } from './windows.ts';

/** Older than this the newest backup is overdue. Milliseconds. */
const overdue = 1.5 * 86_400_000;

export const list = defineSubcommand({
  summary: 'List the backups.',
  description: 'Exit status 1: the newest is older than a day and a half, or there is none.',
  examples: [
    { command: 'backup list', doc: 'With their age and size, and when each was verified and drilled.' },
    { command: 'backup list --json', doc: 'For programs.' },
  ],
  arguments: {},
  options: jsonOption,
  failureStatus: 2,
  run: async ({ options, settings, environment, signal, stdout, print, printJson }) =>
    withBackups(settings(), signal, async ({ database, place }) => {
      const wrong: { readonly set: string; readonly problem: string }[] = [];
      const manifests = await readManifests(place, (set, problem) => wrong.push({ set, problem }));
      // A disk that is not mounted has none, and those of another library are no backups of this
      // one.
      const foreign = await requireOurs(database, place).then(
        () => undefined,
        (error: unknown) => {
          if (error instanceof UserError) return error;
          throw error;
        },
      );
      if (foreign === undefined) {
        for (const manifest of manifests) await noteSet(database, place.name, manifest, undefined);
        const there = manifests.map(({ set }) => set);
        await forgetSets(database, place.name, there);
      }
      const noted = await notedSets(database);
      const now = Date.now();
      const sets = manifests.map((manifest) => {
        const { set, kind, taken, records, contents, lost, library, version } = manifest;
        const { verified = null, drilled = null, problem = null } = noted.get(set) ?? {};
        const age = now - Date.parse(taken);
        const bytes = setBytes(manifest);
        return { set, kind, taken, age, bytes, records, contents, lost, library, version, verified, drilled, problem };
      });
      const windows = await windowsOf(place, manifests);
      const isOverdue = foreign !== undefined || sets[0] === undefined || sets[0].age > overdue;
      if (options.json) printJson({ place: place.name, sets, wrong, windows });
      else {
        if (sets.length === 0) print(`There is no backup in ${place.name}.`);
        const rows = sets.map(({ set, kind, age, bytes, records, contents, verified, drilled }) => [
          ...[set, kind, ageText(age), megabytes(bytes), grouped(records), grouped(contents.count)],
          ...[verified, drilled].map((time) => (time === null ? 'no' : `${ageText(now - time.getTime())} ago`)),
        ]);
        if (rows.length > 0) for (const line of tableLines(columns, rows, windowOf(stdout, environment))) print(line);
        for (const { set, problem } of sets) if (problem !== null) print(`${set}: ${problem}`);
        for (const line of windowLines(windows)) print(line);
        for (const { set, problem } of wrong) print(`${set}: ${problem}`);
        if (foreign?.code === backupErrors.placeOther.code) print(foreign.message);
      }
      return isOverdue ? 1 : 0;
    }),
});

const columns: readonly Column[] = [
  { head: 'BACKUP' },
  { head: 'KIND' },
  { head: 'AGE', right: true },
  { head: 'SIZE', right: true },
  { head: 'RECORDS', right: true },
  { head: 'DOCUMENTS', right: true },
  { head: 'VERIFIED' },
  { head: 'DRILLED' },
];
