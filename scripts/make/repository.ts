import { globSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { digestOf } from '../../src/deploy/release/manifest.ts';
import { Refusal } from './refuse.ts';
import { needPrograms, output } from './run.ts';

/**
 * Makes of the packages in a folder a repository that apt and dnf read: to be served by any web
 * server, or read from a disk. `key`: of gpg, whose signature machines check.
 */
export async function makeRepository(folder: string, key: string | undefined): Promise<void> {
  const debs = globSync('*.deb', { cwd: folder }).sort();
  const rpms = globSync('*.rpm', { cwd: folder }).sort();
  if (debs.length + rpms.length === 0)
    throw new Refusal(`${folder} has no packages.`, 'Make some into it: scripts/package deb --out FOLDER.');
  if (key !== undefined) {
    needPrograms({ gpg: 'gnupg' });
    writeFileSync(join(folder, 'reperio.asc'), output('gpg', ['--armor', '--export', key]));
  }
  if (debs.length > 0) await makeApt(folder, key);
  if (rpms.length > 0) makeDnf(folder, key);
  console.log(
    `${folder}: ${[...debs, ...rpms].map((name) => basename(name)).join(', ')}${key === undefined ? '; not signed' : ''}`,
  );
}

async function makeApt(folder: string, key: string | undefined): Promise<void> {
  needPrograms({ 'dpkg-scanpackages': 'dpkg-dev' });
  // Of every version, so that an older one can be installed again.
  const packages = output('dpkg-scanpackages', ['--multiversion', '.'], folder);
  put(folder, 'Packages', packages);
  put(folder, 'Packages.gz', gzipSync(packages));
  const sums = await Promise.all(
    ['Packages', 'Packages.gz'].map(async (name) => {
      const size = output('stat', ['-c', '%s', join(folder, name)]).trim();
      return ` ${await digestOf(join(folder, name))} ${size} ${name}\n`;
    }),
  );
  const architectures = new Set([...packages.matchAll(/^Architecture: (.+)$/gm)].map(([, name]) => name));
  put(
    folder,
    'Release',
    `Origin: Reperio
Label: Reperio
Suite: stable
Architectures: ${[...architectures].join(' ')}
Date: ${new Date().toUTCString().replace('GMT', '+0000')}
SHA256:
${sums.join('')}`,
  );
  for (const name of ['InRelease', 'Release.gpg']) rmSync(join(folder, name), { force: true });
  if (key === undefined) return;
  const sign = (kind: string, name: string): string =>
    output('gpg', [
      '--batch',
      '--yes',
      '--local-user',
      key,
      '--armor',
      kind,
      '--output',
      join(folder, name),
      join(folder, 'Release'),
    ]);
  sign('--clearsign', 'InRelease');
  sign('--detach-sign', 'Release.gpg');
}

function makeDnf(folder: string, key: string | undefined): void {
  needPrograms({ createrepo_c: 'createrepo-c' });
  output('createrepo_c', ['--quiet', folder]);
  const metadata = join(folder, 'repodata/repomd.xml');
  rmSync(`${metadata}.asc`, { force: true });
  if (key !== undefined)
    output('gpg', [
      '--batch',
      '--yes',
      '--local-user',
      key,
      '--armor',
      '--detach-sign',
      '--output',
      `${metadata}.asc`,
      metadata,
    ]);
}

/** At once: somebody may be reading. */
function put(folder: string, name: string, text: string | Buffer): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `.${name}.part`), text);
  renameSync(join(folder, `.${name}.part`), join(folder, name));
}
