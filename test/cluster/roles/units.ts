import { fileURLToPath } from 'node:url';
import { waitFor } from '../../support/wait.ts';
import type { Cluster } from '../hosts/cluster.ts';
import { installProgram } from './sshd.ts';

const script = fileURLToPath(new URL('../hosts/units.py', import.meta.url));

/** What stands in for systemd: namespaces have none. It runs the rendered units. */
export async function startUnits(cluster: Cluster, name: string, units: readonly string[]): Promise<void> {
  const host = cluster.host(name);
  for (const program of ['systemctl', 'journalctl'])
    installProgram(cluster, name, program, `#!/bin/sh\nexec python3 ${script} ${program} "$@"\n`);
  await host.spawn('units', ['python3', script, 'daemon']);
  await waitFor(`the units of ${name}`, async () => {
    await host.exec(['test', '-S', '/run/units.sock']);
    return true;
  });
  try {
    if (units.length > 0) await systemctl(cluster, name, 'start', ...units);
  } catch (error) {
    const said = await host.exec(['sh', '-c', 'tail -n 20 /var/log/units/*']).catch(() => '');
    throw new Error(`${(error as Error).message}\n${said}`, { cause: error });
  }
}

export async function systemctl(cluster: Cluster, name: string, ...words: readonly string[]): Promise<string> {
  return cluster.exec(name, ['python3', script, 'systemctl', ...words], { timeout: 120_000 });
}
