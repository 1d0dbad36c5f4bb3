import { installationFolder } from '../../../config/settings.ts';
import { isArchive, withUnpacked } from '../../../deploy/release/archive.ts';
import { platformProblem, thisMachine } from '../../../deploy/release/platform.ts';
import { readRelease } from '../../../deploy/release/read.ts';
import { type Release, releaseFile } from '../../../deploy/release/release.ts';
import { defineSubcommand, jsonOption } from '../../command.ts';

export const show = defineSubcommand({
  summary: 'Show what a release is: version, commit, Node, database, index, settings.',
  examples: [
    { command: 'release show', doc: 'The release that this command belongs to.' },
    { command: 'release show reperio-0.3.0-linux-x64.tar.zst', doc: 'One that is not unpacked yet.' },
  ],
  arguments: {
    release: { doc: 'A folder, or a file .tar.zst; the release of this command if none is given.', optional: true },
  },
  options: jsonOption,
  run: async ({ arguments: { release: path = installationFolder }, options, print, printJson }) => {
    const release = isArchive(path)
      ? await withUnpacked(path, async (folder) => readRelease(folder), [releaseFile])
      : readRelease(path);
    if (options.json) return printJson(release);
    for (const line of lines(release)) print(line);
  },
});

function lines({
  version,
  commit,
  date,
  platform,
  node,
  postgresql,
  migrations,
  index,
  settings,
}: Release): readonly string[] {
  const problem = platformProblem(platform, thisMachine());
  const offline = migrations.filter((each) => each.offline).map(({ file }) => file);
  return [
    `Reperio ${version}, of ${date.slice(0, 10)}, commit ${commit.slice(0, 12)}`,
    `runs on      Linux ${platform.arch}, glibc ${platform.glibc} or newer${problem === undefined ? '' : `; not here: ${problem}`}`,
    `brings       Node ${node}, PostgreSQL ${postgresql}`,
    `database     ${migrations.length} migrations${offline.length === 0 ? '' : `, offline: ${offline.join(', ')}`}`,
    `index        ${index.map(({ analysis, format }) => `analysis ${analysis}, format ${format}`).join('; ')}`,
    `settings     ${settings.length}`,
  ];
}
