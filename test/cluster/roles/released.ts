import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { exemptNetworks, type HostFile } from '../config/plan.ts';
import type { Cluster } from '../hosts/cluster.ts';
import { install } from './install.ts';
import { startUnits } from './units.ts';

const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url));
/** Where hosts have our libraries: below a folder of root's they could not be read. */
export const modulesThere = '/opt/libraries/node_modules';

/**
 * A host as the manual says it is set up: files, a user, and a release that is named by its folder.
 */
export function installRelease(cluster: Cluster, name: string, files: readonly HostFile[], release: string): void {
  const host = cluster.host(name);
  const read = (path: string): string => readFileSync(host.pathOf(path), 'utf8');
  install(host, files);
  const own = `REPERIO_EXEMPT_NETWORKS="${exemptNetworks}"\nREPERIO_LOG_LEVEL=warn\n`;
  host.write('/etc/reperio/secrets.env', read('/etc/reperio/secrets.env') + own, 0o600);
  host.write('/etc/passwd', `${read('/etc/passwd')}reperio:x:990:990::/var/lib/reperio:/usr/sbin/nologin\n`);
  host.write('/etc/group', `${read('/etc/group')}reperio:x:990:\n`);
  const there = host.pathOf('/opt/reperio/releases');
  mkdirSync(there, { recursive: true });
  execFileSync('cp', ['-r', '--preserve=mode,links', release, `${there}/${basename(release)}`]);
  symlinkSync(`releases/${basename(release)}`, host.pathOf('/opt/reperio/current'));
}

/** What a host does by itself when it has power; `runs`: also its services. */
export async function bootReleased(cluster: Cluster, name: string, runs: boolean): Promise<void> {
  const host = cluster.host(name);
  mkdirSync(host.pathOf(modulesThere), { recursive: true });
  await host.exec(['mount', '--bind', modules, modulesThere]);
  const units = name.startsWith('web') ? ['reperio-web.socket', 'reperio-web'] : ['reperio-follower', 'reperio-tasks'];
  await startUnits(cluster, name, runs ? units : []);
}
