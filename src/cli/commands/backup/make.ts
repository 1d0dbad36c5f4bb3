import { grouped } from '../../../errors/grouped.ts';
import { makeBase } from '../../../maintain/backup/base.ts';
import { type Dumped, makeDump } from '../../../maintain/backup/dump.ts';
import { afterBackup } from '../../../maintain/backup/keep.ts';
import { setBytes } from '../../../maintain/backup/manifest.ts';
import type { Pruned } from '../../../maintain/backup/retention.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { createProgress } from '../../progress.ts';
import { megabytes, withBackups } from '../../with-backups.ts';

/** Smaller tables are not worth a line. Bytes. */
const shownFrom = 100_000;

export const make = defineSubcommand({
  summary: 'Make a backup now: `reperio backup` alone does this.',
  description: `Copies all records, their versions, people, rights and the site file in one snapshot, and the documents that the place does not have yet. Everything else, such as the
index, is made again from these. Readers and cataloguers go on meanwhile. Then outdated backups are removed, as backup-keep says, and backup-hook is run.

Exit status 0: the backup is whole. 1: documents are missing or damaged in the file store; everything else is in the backup.`,
  examples: [
    { command: 'backup', doc: 'To the place that the setting `backup` names.' },
    { command: 'backup --with-secrets', doc: 'With passwords of the mail server and the like.' },
    { command: 'backup --json', doc: 'For programs: the manifest and what was new.' },
  ],
  arguments: {},
  options: {
    base: {
      type: 'flag',
      doc: 'Copy the files of the database server instead: for points in time, and the same major version only.',
    },
    'with-index': { type: 'flag', doc: 'Include the search index, as backup-index does: a restore need not make it.' },
    'with-secrets': { type: 'flag', doc: 'Include settings that are secret; the backup must be kept as they are.' },
    ...jsonOption,
  },
  failureStatus: 2,
  run: async ({ options, settings, signal, stderr, print, printJson }) => {
    const given = settings();
    const began = performance.now();
    const quiet = options.json;
    const say = (line: string): void => {
      if (!quiet) print(line);
    };
    const progress = createProgress({ stream: stderr, unit: 'MB' });
    let counted = 0;
    const advance = (bytes: number): void => {
      counted += bytes;
      const whole = Math.floor(counted / 1e6);
      counted -= whole * 1e6;
      if (whole > 0) progress.advance(whole);
    };
    return await withBackups(given, signal, async (context) => {
      const made = await (options.base ? makeBase : makeDump)({
        ...context,
        settings: given,
        withSecrets: options['with-secrets'],
        withIndex: options['with-index'] || given.backupIndex,
        watch: {
          onSnapshot: (lsn, tables, left) =>
            say(
              options.base
                ? `Copying the files of the server from ${lsn} on`
                : `Snapshot at ${lsn}, ${tables} tables; leaving out ${left.join(', ')}`,
            ),
          onBytes: advance,
          onTable: ({ bytes, table }, seconds) => {
            if (table === undefined || table.raw < shownFrom) return;
            const sizes = `${megabytes(table.raw).padStart(10)} -> ${megabytes(bytes).padStart(9)}`;
            say(`  ${table.name.padEnd(16)} ${grouped(table.rows).padStart(11)} rows ${sizes} ${seconds.toFixed(1)} s`);
          },
          onContent: ({ bytes }) => advance(bytes),
        },
      });
      const pruned = await afterBackup(context, given, made.manifest);
      progress.finish();
      const seconds = (performance.now() - began) / 1000;
      if (quiet) printJson({ ...made, pruned, seconds, place: context.place.name });
      else for (const line of endLines(made, pruned, seconds, given.backup === undefined)) print(line);
      return made.manifest.lost.length === 0 ? 0 : 1;
    });
  },
});

function* endLines(
  { manifest, newContents, newSegments }: Dumped,
  pruned: Pruned,
  seconds: number,
  isBeside: boolean,
): Generator<string> {
  const { set, contents, lost, secrets } = manifest;
  yield `  documents        ${grouped(contents.count).padStart(11)} (${grouped(newContents.count)} new, ${megabytes(newContents.bytes)})`;
  if (newSegments.count > 0)
    yield `  index segments   ${grouped(newSegments.count).padStart(11)} new, ${megabytes(newSegments.bytes)}`;
  for (const digest of lost) yield `lost: the document ${digest} is missing or damaged in the file store`;
  if (!secrets.kept && secrets.names.length > 0) yield `Not in it, since secret: ${secrets.names.join(', ')}`;
  if (pruned.problem !== undefined) yield `Outdated backups stay: ${pruned.problem} See \`reperio backup verify\`.`;
  if (pruned.sets.length > 0)
    yield `Removed ${pruned.sets.join(', ')}, and ${grouped(pruned.contents)} documents that no backup needs (${megabytes(pruned.bytes)})`;
  yield `Kept as ${set}: ${megabytes(setBytes(manifest))}, ${seconds.toFixed(1)} s. Next: reperio backup drill`;
  if (isBeside) yield 'It is on the disk of the library: name another place with the setting `backup`.';
}
