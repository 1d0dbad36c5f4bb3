import { UserError } from '../../../errors/errors.ts';
import { grouped } from '../../../errors/grouped.ts';
import { backupErrors } from '../../../maintain/backup/errors.ts';
import { readManifests } from '../../../maintain/backup/manifest.ts';
import { noteVerified } from '../../../maintain/backup/state.ts';
import { type Verified, verifyLog, verifySets } from '../../../maintain/backup/verify.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { createProgress } from '../../progress.ts';
import { megabytes, withBackups } from '../../with-backups.ts';

export const verify = defineSubcommand({
  summary: 'Read backups and compare every byte with the manifest.',
  description: 'Exit status 0: all is as it was written. 1: something is damaged or missing; each such file is named.',
  examples: [
    { command: 'backup verify', doc: 'All backups, and the documents that they share.' },
    { command: 'backup verify 2026-11-29T220041Z-ab12', doc: 'One of them.' },
  ],
  arguments: { set: { doc: 'A backup, as `backup list` calls it; all if none is given.', optional: true } },
  options: jsonOption,
  failureStatus: 2,
  run: async ({ arguments: { set }, options, settings, signal, stderr, print, printJson }) =>
    withBackups(settings(), signal, async ({ database, place }) => {
      const there = await place.sets();
      if (set !== undefined && !there.includes(set))
        throw new UserError(backupErrors.noSet, { name: set, place: place.name });
      if (there.length === 0) throw new UserError(backupErrors.noSets, { place: place.name });
      const progress = createProgress({ stream: stderr, unit: 'MB' });
      let counted = 0;
      const onBytes = (bytes: number): void => {
        counted += bytes;
        const whole = Math.floor(counted / 1e6);
        counted -= whole * 1e6;
        if (whole > 0) progress.advance(whole);
      };
      const sets = set === undefined ? there : [set];
      const read = await verifySets({ place, sets, onBytes, signal });
      const log = await verifyLog({ place, onBytes, signal }, set === undefined ? await readManifests(place) : []);
      const found = { ...read, log: log.files, findings: [...read.findings, ...log.findings] };
      progress.finish();
      for (const one of sets) await noteVerified(database, one, problemOf(found, one));
      if (options.json) printJson(found);
      else for (const line of lines(found)) print(line);
      return found.findings.length === 0 ? 0 : 1;
    }),
});

/** Of a set; damaged documents and the log may be of each. */
function problemOf({ findings }: Verified, set: string): string | undefined {
  const own = findings.filter((one) => one.set === undefined || one.set === set);
  return own.length === 0 ? undefined : `${own.length} files are damaged or missing: reperio backup verify ${set}`;
}

function* lines({
  sets,
  files,
  bytes,
  documents,
  log,
  findings,
}: Verified & { readonly log: number }): Generator<string> {
  for (const { set, file, offset, problem } of findings)
    yield `damaged: ${set === undefined ? '' : `backup ${set}, `}${file}, at byte ${grouped(offset)}: ${problem}`;
  const parts = [
    counted(sets.length, 'backup'),
    counted(files, 'file'),
    counted(documents, 'document'),
    ...(log === 0 ? [] : [`${counted(log, 'file')} of the log`]),
    megabytes(bytes),
  ];
  yield `${parts.join(', ')}: ${findings.length === 0 ? 'all as they were written' : `${findings.length} are damaged or missing`}.`;
}

function counted(count: number, one: string): string {
  return `${grouped(count)} ${one}${count === 1 ? '' : 's'}`;
}
