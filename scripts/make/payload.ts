import { chmodSync, cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { completionScript, completionWords } from '../../src/cli/completion.ts';
import { commandTable } from '../../src/cli/table.ts';
import { renderNodeUnits } from '../../src/cluster/render/systemd.ts';
import { manualPage } from './manual.ts';
import type { PackagePlan } from './plan.ts';

/** Where distributions want the same things. */
export interface Places {
  readonly units: string;
  readonly zsh: string;
}

/** What both packages hold, in a new folder as on the machine. */
export async function makePayload(
  { root, release, tree, epoch }: PackagePlan,
  folder: string,
  places: Places,
): Promise<void> {
  const put = (path: string, text: string | Buffer, mode = 0o644): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), mode);
  };
  const packaged = (name: string): Buffer => readFileSync(join(root, 'packaging', name));
  mkdirSync(join(folder, 'usr/lib'), { recursive: true });
  renameSync(tree, join(folder, 'usr/lib/reperio'));
  put('usr/bin/reperio', packaged('reperio'), 0o755);
  put('usr/share/reperio/install-release', packaged('install-release'), 0o755);
  put('etc/reperio/reperio.yaml', packaged('reperio.yaml'));
  for (const { path, text } of units) put(join(places.units, basename(path)), text);
  const words = await completionWords(commandTable);
  put('usr/share/bash-completion/completions/reperio', completionScript('bash', words));
  put(join(places.zsh, '_reperio'), completionScript('zsh', words));
  put('usr/share/fish/vendor_completions.d/reperio.fish', completionScript('fish', words));
  put('usr/share/man/man1/reperio.1.gz', zipped(await manualPage(release.version, new Date(epoch * 1000))));
}

/** Without a time in it. */
export function zipped(text: string): Buffer {
  return gzipSync(text, { level: 9 });
}

export function copyPackaging({ root }: Pick<PackagePlan, 'root'>, name: string, to: string): void {
  cpSync(join(root, 'packaging', name), to, { recursive: true });
}

/** As `reperio cluster render` makes them, for one machine whose library is in the usual place. */
const units = renderNodeUnits({
  release: '/opt/reperio/current',
  data: '/var/lib/reperio',
  user: 'reperio',
  files: '/srv/reperio/files',
  backup: '/srv/reperio/backup',
  spool: '/var/spool/sms',
  settings: '/etc/reperio/reperio.yaml',
  secrets: { path: '/etc/reperio/secrets.env', optional: true },
  embedded: true,
  host: '127.0.0.1',
  port: 8080,
  statusPort: 0,
  by: 'the package reperio',
});
