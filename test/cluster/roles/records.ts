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

let people = 0;

/** An administrator of the library, made on this host; the name. */
export async function addPerson(
  cluster: Cluster,
  name: string,
  options: WebOptions,
  password: string,
): Promise<string> {
  const host = cluster.host(name);
  const person = `operator${++people}`;
  const environment = webEnvironment(cluster, host, options);
  const argv = [program, 'person', 'add', person, '--role', 'superadmin', '--password-stdin'];
  await host.exec(argv, { environment, input: `${password}\n`, timeout: 30_000 });
  return person;
}
