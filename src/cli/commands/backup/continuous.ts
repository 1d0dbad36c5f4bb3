import { walFiles, windowsOf } from '../../../maintain/backup/archive.ts';
import { makeBase } from '../../../maintain/backup/base.ts';
import {
  archivingOf,
  beginArchiving,
  endArchiving,
  keepArchiving,
  mayReplicate,
} from '../../../maintain/backup/continuous.ts';
import { afterBackup } from '../../../maintain/backup/keep.ts';
import { readManifests } from '../../../maintain/backup/manifest.ts';
import { forgetArchive, noteArchive } from '../../../maintain/backup/state.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';
import { megabytes, withBackups } from '../../with-backups.ts';
import { windowLines } from './windows.ts';

export const continuous = defineSubcommand({
  summary: 'Archive the log of the database all the time, for restores to any second.',
  description: `on: from now on every change reaches the place of backups within about a minute; of the embedded database that is proven with one file of the log. Then a base is made, to which the log is applied
(\`restore --at\`). New documents are copied each minute too. A new base is made each week. From another server than the embedded one the log is received, if the role may replicate.
off: nothing more is archived; the archive stays until it is outdated.

Exit status of on and status: 0, on and well; 1, off or failing.`,
  examples: [
    { command: 'backup continuous on', doc: 'Also while the library is served.' },
    { command: 'backup continuous status', doc: 'Which points in time can be restored.' },
  ],
  arguments: { what: { doc: 'What to do.', choices: ['on', 'off', 'status'] } },
  options: jsonOption,
  failureStatus: 2,
  run: async ({ arguments: { what }, options, settings, signal, print, printJson }) => {
    const given = settings();
    return await withBackups(given, signal, async (context) => {
      const { database, place } = context;
      const own = { ...context, settings: given };
      const isOurs = given.databaseUrl === undefined;
      if (what === 'on') {
        await beginArchiving(own);
        if (isOurs) print(`The log is archived to ${place.name}/wal: the first file has arrived.`);
        const { manifest } = await makeBase({ ...context, settings: given, withSecrets: false });
        await afterBackup(context, given, manifest);
        // Of another server it is on from here.
        await noteArchive(database, place.name, new Date(manifest.base!.stopped), undefined);
        const kept = await keepArchiving(own);
        if (kept?.problem !== undefined) print(`Archiving fails: ${kept.problem}.`);
        else if (!isOurs)
          print(`The log is received each minute by \`serve\` or \`tasks work\`, to ${place.name}/wal.`);
        print(`Base ${manifest.set}: from ${manifest.base!.stopped} on every point in time can be restored.`);
        return kept?.problem === undefined ? 0 : 1;
      }
      if (what === 'off') {
        await endArchiving(own);
        await forgetArchive(database);
        print('The log is no longer archived.');
        return 0;
      }
      const state = await archivingOf(own);
      const windows = await windowsOf(place, await readManifests(place));
      const files = await walFiles(place);
      const bytes = files.reduce((sum, one) => sum + one.bytes, 0);
      const isWell = state.isOn && state.problem === undefined && windows.every(({ gap }) => gap === undefined);
      if (options.json) printJson({ ...state, files: files.length, bytes, windows });
      else {
        print(
          state.isOn
            ? `On: ${files.length} files of the log, ${megabytes(bytes)}.`
            : 'Off: reperio backup continuous on',
        );
        if (state.problem !== undefined) print(`Archiving fails: ${state.problem}.`);
        if (!isOurs && !state.isOn) {
          const { role, may } = await mayReplicate(database);
          if (!may) print(`The role ${role} may not read the log of the server: backups are dumps only.`);
        }
        for (const line of windowLines(windows)) print(line);
      }
      return isWell ? 0 : 1;
    });
  },
});
