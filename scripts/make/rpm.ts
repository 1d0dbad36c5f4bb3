import { copyFileSync, globSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { copyPackaging, makePayload } from './payload.ts';
import type { PackagePlan } from './plan.ts';
import { needPrograms, output } from './run.ts';

const architectures = { x64: 'x86_64', arm64: 'aarch64' } as const;

/** Makes reperio-VERSION.ARCH.rpm and the package of its SELinux policy. */
export async function makeRpm(plan: PackagePlan): Promise<string> {
  needPrograms({ rpmbuild: 'rpm' });
  const { root, release, work, out, revision, maintainer, epoch, level } = plan;
  const payload = join(work, 'payload');
  await makePayload(plan, payload, { units: 'usr/lib/systemd/system', zsh: 'usr/share/zsh/site-functions' });
  mkdirSync(join(payload, 'usr/share/licenses/reperio'), { recursive: true });
  copyFileSync(join(root, 'LICENSE'), join(payload, 'usr/share/licenses/reperio/LICENSE'));
  copyPackaging(plan, 'selinux', join(payload, 'usr/share/reperio/selinux'));
  output('chmod', ['-R', 'u=rwX,go=rX', payload]);
  const architecture = architectures[release.platform.arch];
  const day = new Date(epoch * 1000).toUTCString();
  const macros: Readonly<Record<string, string>> = {
    _topdir: join(work, 'rpmbuild'),
    _buildhost: 'localhost',
    clamp_mtime_to_source_date_epoch: '1',
    use_source_date_epoch_as_buildtime: '1',
    _binary_payload: `w${level}.xzdio`,
    reperio_version: release.version,
    reperio_release: revision,
    reperio_glibc: release.platform.glibc,
    reperio_payload: payload,
    // Mon Nov 30 2026
    reperio_changed: day.replace(/^(\w+), (\d+) (\w+) (\d+).*$/, '$1 $3 $2 $4'),
    reperio_packager: maintainer,
  };
  process.env['SOURCE_DATE_EPOCH'] = String(epoch);
  const defines = Object.entries(macros).flatMap(([name, value]) => ['--define', `${name} ${value}`]);
  output('rpmbuild', [
    '-bb',
    '--quiet',
    '--target',
    `${architecture}-linux`,
    ...defines,
    join(root, 'packaging/rpm/reperio.spec'),
  ]);
  // The library first, then its policy.
  const made = globSync(join(work, 'rpmbuild/RPMS/*/*.rpm')).toSorted((a, b) => (basename(a) < basename(b) ? -1 : 1));
  const paths = made.map((path) => {
    const to = join(out, basename(path));
    renameSync(path, to);
    return `${to}: ${(statSync(to).size / 1e6).toFixed(1)} MB.`;
  });
  return `${paths.join('\n')} Install them: dnf install ./reperio-*.rpm`;
}
