import { installationFolder } from '../../config/settings.ts';
import { installUnits } from '../../deploy/service/install.ts';
import { type OwnService, ownUnits, usualData, usualUser } from '../../deploy/service/own-units.ts';
import { type CommandGroup, defineSubcommand } from '../command.ts';

const options = {
  user: { type: 'text', value: 'NAME', doc: `The system user of the service; default ${usualUser}.` },
  release: {
    type: 'text',
    value: 'FOLDER',
    doc: 'Folder of the release, or better a link to it; default: as this command was called.',
  },
} as const;

const doc = `By the settings of ${usualData} (or REPERIO_DATA) and /etc/reperio/reperio.yaml: address, port and folder of documents. systemd listens, and hands
its socket to each server that follows another: while the service restarts, or starts again after a crash, connections wait and are answered afterwards.
The hosts of a cluster get theirs from \`reperio cluster render\`.`;

const show = defineSubcommand({
  summary: 'Print the units of systemd for this machine.',
  description: doc,
  examples: [{ command: 'service show', doc: 'reperio-web.service and reperio-web.socket.' }],
  arguments: {},
  options,
  run: async ({ options: given, environment, print }) => {
    for (const { path, text } of ownUnits(serviceOf(given, environment))) print(`### ${path}\n${text}`);
  },
});

const install = defineSubcommand({
  summary: 'Write the units of systemd for this machine.',
  description: `${doc} Nothing is started or restarted.`,
  examples: [
    { command: 'service install', doc: 'As root. Then: systemctl enable --now reperio-web' },
    { command: 'service install --dry-run', doc: 'Which files would change.' },
  ],
  arguments: {},
  options: { ...options, 'dry-run': { type: 'flag', doc: 'Only list what would be written.' } },
  run: async ({ options: given, environment, print }) => {
    const dryRun = given['dry-run'];
    const written = installUnits(serviceOf(given, environment), { dryRun });
    for (const { path, change } of written) print(`${dryRun ? 'would write' : 'wrote'} ${path} (${change})`);
    if (dryRun) return;
    const isChanged = (ending: string): boolean =>
      written.some(({ path, change }) => path.endsWith(ending) && change === 'changed');
    if (isChanged('.socket'))
      print(
        'To listen elsewhere: systemctl stop reperio-web; systemctl restart reperio-web.socket; systemctl start reperio-web',
      );
    else if (isChanged('.service'))
      print('So that it takes effect: systemctl enable reperio-web; systemctl restart reperio-web');
    else print('Start it now and at each boot: systemctl enable --now reperio-web');
  },
});

function serviceOf(
  { user = usualUser, release }: { readonly user: string | undefined; readonly release: string | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): OwnService {
  return {
    user,
    release: release ?? environment['_REPERIO_RELEASE'] ?? installationFolder.replace(/\/$/, ''),
    data: environment['REPERIO_DATA'] || undefined,
    config: environment['REPERIO_CONFIG'] || undefined,
  };
}

export const command: CommandGroup = { commands: { show, install } };
