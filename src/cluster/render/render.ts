import type { Secrets } from '../topology/secrets.ts';
import { etcdMembers, type Host, hasTelephones, type Topology, usesPatroni } from '../topology/topology.ts';
import { renderAlertmanager } from './alertmanager.ts';
import { renderApache } from './apache.ts';
import { renderEtcd } from './etcd.ts';
import { renderGrafana } from './grafana.ts';
import { renderHaproxy } from './haproxy.ts';
import { renderIcinga } from './icinga.ts';
import { renderKeepalived } from './keepalived.ts';
import { renderNagios } from './nagios.ts';
import { renderNginx } from './nginx.ts';
import { renderPatroni } from './patroni.ts';
import { renderPgbackrest, usesPgbackrest } from './pgbackrest.ts';
import { renderPostgresql } from './postgresql.ts';
import { renderPrometheus } from './prometheus.ts';
import type { Render, RenderedFile } from './rendered-file.ts';
import { renderSettings } from './settings.ts';
import { renderSysctl } from './sysctl.ts';
import { renderSystemd } from './systemd.ts';

interface Program {
  readonly render: Render;
  /** Does this host run it? */
  readonly runsOn: (topology: Topology, host: Host) => boolean;
  /** One of several that a site may have: made only when it is asked for by its name. */
  readonly byName?: true;
}

const has =
  (...roles: Host['roles']): Program['runsOn'] =>
  (_, host) =>
    roles.some((role) => host.roles.includes(role));

const delivers =
  (server: Topology['files']['server']): Program['runsOn'] =>
  ({ files }, host) =>
    host.roles.includes('files') && files.server === server;

/** In the order in which they are set up on a host. */
export const programs = {
  sysctl: { render: renderSysctl, runsOn: () => true },
  etcd: { render: renderEtcd, runsOn: (topology, host) => etcdMembers(topology).includes(host) },
  postgresql: { render: renderPostgresql, runsOn: has('database') },
  patroni: {
    render: renderPatroni,
    runsOn: (topology, host) => host.roles.includes('database') && usesPatroni(topology),
  },
  pgbackrest: { render: renderPgbackrest, runsOn: usesPgbackrest },
  haproxy: { render: renderHaproxy, runsOn: has('balancer') },
  keepalived: {
    render: renderKeepalived,
    runsOn: (topology, host) => host.roles.includes('balancer') && topology.floatingAddress !== undefined,
  },
  settings: { render: renderSettings, runsOn: has('web', 'worker') },
  systemd: {
    render: renderSystemd,
    runsOn: (topology, host) =>
      has('web', 'worker')(topology, host) || (host.roles.includes('monitor') && hasTelephones(topology)),
  },
  nginx: { render: renderNginx, runsOn: delivers('nginx') },
  apache: { render: renderApache, runsOn: delivers('apache') },
  prometheus: { render: renderPrometheus, runsOn: has('monitor') },
  grafana: { render: renderGrafana, runsOn: has('monitor'), byName: true },
  nagios: { render: renderNagios, runsOn: has('monitor'), byName: true },
  icinga: { render: renderIcinga, runsOn: has('monitor'), byName: true },
  alertmanager: {
    render: renderAlertmanager,
    runsOn: (topology, host) => host.roles.includes('monitor') && topology.emergency !== undefined,
  },
} as const satisfies Readonly<Record<string, Program>>;

export type ProgramName = keyof typeof programs;
export const programNames = Object.keys(programs) as readonly ProgramName[];

/** Those that are made when none is named. */
export const usualPrograms = programNames.filter((name) => !('byName' in programs[name]));

/** The first host that runs it. */
export function hostFor(topology: Topology, program: ProgramName): Host | undefined {
  return topology.hosts.find((host) => programs[program].runsOn(topology, host));
}

/** All files of a host, or those of one program; none when the host does not run it. */
export function renderHost(
  topology: Topology,
  host: Host,
  secrets: Secrets,
  only: readonly ProgramName[] = usualPrograms,
): readonly RenderedFile[] {
  return only
    .filter((name) => programs[name].runsOn(topology, host))
    .flatMap((name) => programs[name].render(topology, host, secrets));
}
