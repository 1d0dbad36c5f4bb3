import type { Finding } from './finding.ts';
import {
  etcdMembers,
  type Host,
  hasTelephones,
  hostsWith,
  type PortName,
  type Topology,
  usesPatroni,
} from './topology.ts';

/** What listens on a host, by its roles. */
export function portsOf(topology: Topology, host: Host): readonly PortName[] {
  const patroni = usesPatroni(topology);
  const has = (role: Host['roles'][number]): boolean => host.roles.includes(role);
  return [
    ...(has('balancer') ? frontPorts(topology) : []),
    ...(has('web') ? (['web'] as const) : []),
    ...(has('files') ? (['files'] as const) : []),
    ...(has('database') ? (['postgresql'] as const) : []),
    ...(has('database') && patroni ? (['patroni'] as const) : []),
    ...(etcdMembers(topology).includes(host) ? (['etcd', 'etcd-peers'] as const) : []),
    ...(has('monitor') ? (['prometheus'] as const) : []),
    ...(has('monitor') && topology.emergency !== undefined ? (['alertmanager', 'alertmanager-peers'] as const) : []),
    ...(has('monitor') && hasTelephones(topology) ? (['relay'] as const) : []),
  ];
}

function frontPorts(topology: Topology): readonly PortName[] {
  return [
    'http',
    ...(topology.certificate === undefined ? [] : (['https'] as const)),
    'haproxy',
    ...(usesPatroni(topology) ? (['primary', 'replicas'] as const) : []),
  ];
}

/**
 * Two programs of one host cannot share a port; a port of the floating address counts as one of
 * every balancer.
 */
export function portProblems(topology: Topology): readonly Finding[] {
  const { ports, hosts } = topology;
  const told = new Set<string>();
  return hosts.flatMap((host) => {
    const taken = new Map<number, PortName>();
    return portsOf(topology, host).flatMap((name) => {
      const before = taken.get(ports[name]);
      if (before === undefined) taken.set(ports[name], name);
      const pair = `${before} ${name}`;
      if (before === undefined || told.has(pair)) return [];
      told.add(pair);
      return [
        {
          at: `ports.${name}`,
          message: `The ports ${before} and ${name} are both ${ports[name]}, and ${host.name} needs both.`,
        },
      ];
    });
  });
}

/** Hosts whose X-Forwarded-For a web node may believe: what stands in front of it. */
export function proxiesOf(topology: Topology): readonly Host[] {
  return [...new Set([...hostsWith(topology, 'balancer'), ...hostsWith(topology, 'files')])];
}
