import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { filesOf } from '../../src/deploy/release/manifest.ts';
import { makePayload, zipped } from './payload.ts';
import type { PackagePlan } from './plan.ts';
import { needPrograms, output } from './run.ts';

const architectures = { x64: 'amd64', arm64: 'arm64' } as const;

/** Makes reperio_VERSION_ARCH.deb; the same release makes the same bytes. */
export async function makeDeb(plan: PackagePlan): Promise<string> {
  needPrograms({ 'dpkg-deb': 'dpkg' });
  const { root, release, work, out, revision, maintainer, epoch, level } = plan;
  const stage = join(work, 'deb');
  await makePayload(plan, stage, { units: 'lib/systemd/system', zsh: 'usr/share/zsh/vendor-completions' });
  const doc = join(stage, 'usr/share/doc/reperio');
  const from = (name: string): string => join(root, 'packaging/deb', name);
  mkdirSync(doc, { recursive: true });
  copyFileSync(from('copyright'), join(doc, 'copyright'));
  const version = `${release.version}-${revision}`;
  writeFileSync(join(doc, 'changelog.Debian.gz'), zipped(changelog(version, maintainer, new Date(epoch * 1000))));
  mkdirSync(join(stage, 'usr/share/lintian/overrides'), { recursive: true });
  copyFileSync(from('lintian-overrides'), join(stage, 'usr/share/lintian/overrides/reperio'));
  const architecture = architectures[release.platform.arch];
  writeControl(stage, { version, architecture, maintainer, glibc: release.platform.glibc });
  const control = join(stage, 'DEBIAN');
  writeFileSync(join(control, 'conffiles'), '/etc/reperio/reperio.yaml\n');
  for (const script of ['postinst', 'prerm', 'postrm']) {
    copyFileSync(from(script), join(control, script));
    chmodSync(join(control, script), 0o755);
  }
  output('chmod', ['-R', 'u=rwX,go=rX', stage]);
  const path = join(out, `reperio_${version}_${architecture}.deb`);
  process.env['SOURCE_DATE_EPOCH'] = String(epoch);
  output('dpkg-deb', ['--root-owner-group', '-Zxz', `-z${level}`, '--build', stage, `${path}.part`]);
  renameSync(`${path}.part`, path);
  return `${path}: ${(statSync(path).size / 1e6).toFixed(1)} MB. Install it: apt install ${path}`;
}

interface Control {
  readonly version: string;
  readonly architecture: string;
  readonly maintainer: string;
  readonly glibc: string;
}

function writeControl(stage: string, { version, architecture, maintainer, glibc }: Control): void {
  const files = filesOf(stage);
  const sums = files.filter((file) => !file.startsWith('etc/') && !isLink(join(stage, file)));
  const size = Math.ceil(files.reduce((sum, file) => sum + Math.ceil(sizeOf(join(stage, file)) / 1024), 0));
  mkdirSync(join(stage, 'DEBIAN'));
  writeFileSync(join(stage, 'DEBIAN/md5sums'), sums.map((file) => `${md5Of(join(stage, file))}  ${file}\n`).join(''));
  writeFileSync(
    join(stage, 'DEBIAN/control'),
    `Package: reperio
Version: ${version}
Section: web
Priority: optional
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${size}
Depends: adduser, libc6 (>= ${glibc}), libgcc-s1, libstdc++6
Suggests: apache2 | nginx, chrony
Description: digital library server
 MARC 21 records and their files, found in milliseconds and shown on pages
 that readers like, with the search language of CERN's Invenio.
 .
 It brings its own Node.js and an embedded PostgreSQL server; any PostgreSQL
 from 15 on can be used instead. After the installation it answers on
 http://127.0.0.1:8080.
`,
  );
}

function changelog(version: string, maintainer: string, date: Date): string {
  const day = date.toUTCString().replace('GMT', '+0000');
  return `reperio (${version}) stable; urgency=medium

  * What is new is in /usr/lib/reperio/CHANGELOG.md.

 -- ${maintainer}  ${day}
`;
}

function md5Of(path: string): string {
  return createHash('md5').update(readFileSync(path)).digest('hex');
}

function isLink(path: string): boolean {
  return lstatSync(path).isSymbolicLink();
}

function sizeOf(path: string): number {
  return lstatSync(path).size;
}
