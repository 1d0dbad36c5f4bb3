import { installationFolder } from '../../../config/settings.ts';
import { isArchive, withUnpacked } from '../../../deploy/release/archive.ts';
import { readManifest } from '../../../deploy/release/manifest.ts';
import { platformProblem, thisMachine } from '../../../deploy/release/platform.ts';
import { readRelease } from '../../../deploy/release/read.ts';
import { type Difference, verifyRelease } from '../../../deploy/release/verify.ts';
import { grouped } from '../../../errors/grouped.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';

export const verify = defineSubcommand({
  summary: 'Compare every file of a release with its manifest.',
  description:
    'Exit status 0: all files are as they were made, and the release runs on this machine. 1: each file that was changed, is missing, or is there and should not be, is named.',
  examples: [
    { command: 'release verify', doc: 'The release that this command belongs to.' },
    { command: 'release verify /opt/reperio/releases/0.3.0', doc: 'Another one.' },
    { command: 'release verify reperio-0.3.0-linux-x64.tar.zst', doc: 'One that is not unpacked yet.' },
  ],
  arguments: {
    release: { doc: 'A folder, or a file .tar.zst; the release of this command if none is given.', optional: true },
  },
  options: jsonOption,
  failureStatus: 2,
  run: async ({ arguments: { release: path = installationFolder }, options, signal, print, printJson }) => {
    const { release, files, problem, differences } = isArchive(path)
      ? await withUnpacked(path, (folder) => look(folder, signal))
      : await look(path, signal);
    if (options.json) printJson({ version: release.version, files, problem, differences });
    else {
      for (const { path: file, kind } of differences) print(`${said[kind]}: ${file}`);
      print(
        `Reperio ${release.version}, ${grouped(files)} files: ${differences.length === 0 ? 'all as they were made' : `${grouped(differences.length)} differ`}.`,
      );
      if (problem !== undefined) print(`It does not run on this machine: ${problem}.`);
    }
    return differences.length === 0 && problem === undefined ? 0 : 1;
  },
});

const said: Readonly<Record<Difference['kind'], string>> = {
  changed: 'changed',
  missing: 'missing',
  extra: 'not of the release',
  unreadable: 'cannot be read',
  'not executable': 'not executable',
};

async function look(folder: string, signal: AbortSignal) {
  const release = readRelease(folder);
  const files = readManifest(folder).size;
  const problem = platformProblem(release.platform, thisMachine());
  return { release, files, problem, differences: await verifyRelease(folder, signal) };
}
