import { portsOf } from '../topology/ports.ts';
import { etcdMembers, type Host, type Topology } from '../topology/topology.ts';
import { type KernelHost, kernelSettings, sysctlFile, sysctlLines } from './kernel-settings.ts';
import { lines, madeFor, type RenderedFile } from './rendered-file.ts';

export function renderSysctl(topology: Topology, host: Host): readonly RenderedFile[] {
  const settings = kernelSettings(kernelHost(topology, host));
  return [{ path: sysctlFile, text: lines(madeFor(topology, host), sysctlLines(settings)), mode: 0o644 }];
}

export function kernelHost(topology: Topology, host: Host): KernelHost {
  return {
    roles: host.roles,
    etcd: etcdMembers(topology).includes(host),
    ports: portsOf(topology, host).map((name) => topology.ports[name]),
  };
}
