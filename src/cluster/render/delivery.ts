import { hostsWith, type Topology } from '../topology/topology.ts';

/**
 * What Apache and nginx have in common when they stand in front of web nodes: behind the balancers
 * where there are some, else in their place.
 */

export function isBehindBalancer(topology: Topology): boolean {
  return hostsWith(topology, 'balancer').length > 0;
}

export function deliveryPort(topology: Topology): number {
  return isBehindBalancer(topology) ? topology.ports.files : topology.ports.http;
}

/** The name under which the library is asked for. */
export function probeHost({ baseUrl }: Topology): string {
  return new URL(baseUrl).hostname;
}
