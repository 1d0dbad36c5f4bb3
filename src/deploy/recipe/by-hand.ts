import { adminSocket } from '../../cluster/render/haproxy.ts';
import { secretsFile, settingsFile } from '../../cluster/render/settings.ts';
import { type Host, hostsWith, type Topology } from '../../cluster/topology/topology.ts';
import { unitsOf } from '../rollout/deployment.ts';
import { shellText } from '../ssh/quote.ts';
import type { Side } from './side.ts';

/** Commands of an operator that do what `reperio deploy run` does. */

function login({ deploy }: Topology, { address }: Host): string {
  return `${deploy.user ?? 'root'}@${address}`;
}

/** Whoever is not root is allowed to use sudo without a password. */
function usesSudo({ deploy }: Topology): boolean {
  return deploy.user !== undefined && deploy.user !== 'root';
}

function on(topology: Topology, host: Host, command: string): string {
  const own = usesSudo(topology) ? shellText(['sudo', '-n', 'sh', '-ec', command]) : command;
  return shellText(['ssh', login(topology, host), own]);
}

function folderOf({ release }: Topology): string {
  return release.slice(0, release.lastIndexOf('/'));
}

/** The release on the disk of a host, verified; nothing is changed yet. */
export function copyCommands(topology: Topology, host: Host, to: Side): readonly string[] {
  const folder = `${folderOf(topology)}/releases`;
  const words = ['-rlp', '--checksum', '--delete', '--chown=root:root', '--chmod=Du=rwx,Dgo=rx,Fa+rX,Fa-w'];
  const part = `${folder}/.${to.version}.part`;
  return [
    shellText([
      'rsync',
      ...words,
      ...(usesSudo(topology) ? ['--rsync-path=sudo -n rsync'] : []),
      `--link-dest=${topology.release}/`,
      `${to.copied}/`,
      `${login(topology, host)}:${part}/`,
    ]),
    on(topology, host, `cd ${part} && sha256sum --quiet -c MANIFEST.sha256 && mv -T ${part} ${folder}/${to.version}`),
  ];
}

/** With the settings of the services there. */
export function migrateCommand(topology: Topology, host: Host, { version }: Side): string {
  const program = `${folderOf(topology)}/releases/${version}/bin/reperio`;
  const { user, data } = topology;
  return on(
    topology,
    host,
    `set -a; . ${secretsFile}; set +a; cd /; REPERIO_CONFIG=${settingsFile} REPERIO_DATA=${data} setpriv --reuid=${user} --regid=${user} --init-groups ${program} db migrate`,
  );
}

function balancerCommands(topology: Topology, host: Host, state: 'drain' | 'ready'): readonly string[] {
  // The only one is not drained: readers would have nobody.
  if (!host.roles.includes('web') || hostsWith(topology, 'web').length === 1) return [];
  return hostsWith(topology, 'balancer').map((balancer) =>
    on(topology, balancer, `echo "set server pages/${host.name} state ${state}" | socat - ${adminSocket}`),
  );
}

function services(host: Host): string {
  return unitsOf({ isWeb: host.roles.includes('web'), isWorker: host.roles.includes('worker') }).join(' ');
}

/** A release that is there comes into force on a host. */
export function switchCommands(topology: Topology, host: Host, version: string): readonly string[] {
  const folder = folderOf(topology);
  const isWeb = host.roles.includes('web');
  return [
    ...balancerCommands(topology, host, 'drain'),
    on(
      topology,
      host,
      `ln -sfn releases/${version} ${folder}/current.new && mv -T ${folder}/current.new ${folder}/current`,
    ),
    on(topology, host, `systemctl restart ${services(host)}`),
    ...(isWeb
      ? [`curl -fsS http://${host.address}:${topology.ports.web}/health/ready`]
      : [on(topology, host, `systemctl is-active ${services(host)}`)]),
    ...balancerCommands(topology, host, 'ready'),
  ];
}

/** What leads back from now on, as `reperio deploy rollback` finds it. */
export function afterCommands(topology: Topology, hosts: readonly Host[], from: Side): readonly string[] {
  const folder = folderOf(topology);
  return hosts.map((host) =>
    on(
      topology,
      host,
      `ln -sfn releases/${from.version} ${folder}/previous.new && mv -T ${folder}/previous.new ${folder}/previous`,
    ),
  );
}

/** Nobody runs while the schema changes under all. */
export function offlineCommands(topology: Topology, hosts: readonly Host[], to: Side): readonly string[] {
  const folder = folderOf(topology);
  return [
    ...hosts.map((host) =>
      on(topology, host, `systemctl stop ${services(host)}${host.roles.includes('web') ? ' reperio-web.socket' : ''}`),
    ),
    migrateCommand(topology, hosts[0]!, to),
    ...hosts.map((host) =>
      on(
        topology,
        host,
        `ln -sfn releases/${to.version} ${folder}/current.new && mv -T ${folder}/current.new ${folder}/current && systemctl start ${host.roles.includes('web') ? 'reperio-web.socket ' : ''}${services(host)}`,
      ),
    ),
  ];
}
