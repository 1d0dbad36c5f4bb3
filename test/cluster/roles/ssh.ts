import { waitFor } from '../../support/wait.ts';
import type { Cluster } from '../hosts/cluster.ts';
import { asPostgres, home } from './pgbackrest.ts';

/** The user postgres of each of these hosts gets to all of them without a password. */
export async function startSsh(cluster: Cluster, names: readonly string[]): Promise<void> {
  const addresses = names.map((name) => cluster.host(name).address);
  const keys: string[] = [];
  for (const name of names) {
    await cluster.exec(name, [
      'sh',
      '-ec',
      'mkdir -p /run/sshd; ls /etc/ssh/ssh_host_*_key >/dev/null 2>&1 || ssh-keygen -A',
    ]);
    await cluster.spawn(name, 'sshd', ['/usr/sbin/sshd', '-D', '-e']);
    const command = `umask 077; mkdir -p ${home}/.ssh; ssh-keygen -q -t ed25519 -N '' -f ${home}/.ssh/id_ed25519; cat ${home}/.ssh/id_ed25519.pub`;
    keys.push(await asPostgres(cluster, name, command));
  }
  for (const name of names) {
    await asPostgres(cluster, name, `cat > ${home}/.ssh/authorized_keys`, { input: keys.join('') });
    await waitFor(`keys of hosts on ${name}`, () =>
      asPostgres(cluster, name, `ssh-keyscan -T 2 ${addresses.join(' ')} > ${home}/.ssh/known_hosts 2>/dev/null`),
    );
  }
}
