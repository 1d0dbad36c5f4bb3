import { readFileSync } from 'node:fs';
import { findProgram } from '../../support/packages.ts';
import type { Cluster } from '../hosts/cluster.ts';

/** Who logs in to hosts: somebody who may use sudo, where that can be tried, else root. */
export const operatorLogin = process.getuid?.() === 0 && findProgram('sudo') !== undefined ? 'deployer' : 'root';

const sudoers = `Defaults !secure_path
Defaults env_keep += "PATH"
# What careful people have.
Defaults umask=0077, umask_override
deployer ALL=(root) NOPASSWD: ALL
`;

/** A host knows that user. */
export function letSudo(cluster: Cluster, name: string): void {
  if (operatorLogin === 'root') return;
  const host = cluster.host(name);
  const append = (path: string, line: string, mode: number): void =>
    host.write(path, `${readFileSync(host.pathOf(path), 'utf8')}${line}\n`, mode);
  append('/etc/passwd', 'deployer:x:991:991::/:/bin/sh', 0o644);
  append('/etc/group', 'deployer:x:991:', 0o644);
  append('/etc/shadow', 'deployer:*:20000:0:99999:7:::', 0o600);
  host.write('/etc/sudoers', sudoers, 0o440);
}
