import { fileURLToPath } from 'node:url';
import type { Cluster } from '../hosts/cluster.ts';
import { ownFolder, program, type WebOptions, webEnvironment } from './reperio.ts';

const site = fileURLToPath(new URL('../../../src/demo/site.yaml', import.meta.url));

/** A library of invented records, loaded on this host. */
export async function loadDemo(cluster: Cluster, name: string, options: WebOptions, records: number): Promise<void> {
  const host = cluster.host(name);
  const environment = webEnvironment(cluster, host, options);
  const script = `
    mkdir -p ${ownFolder}
    '${program}' site apply '${site}'
    '${program}' demo-data --records ${records} | '${program}' load - --mode insert --json`;
  await host.exec(['bash', '-eo', 'pipefail', '-c', script], { environment, timeout: 30_000 + records * 2 });
}
