import { fileURLToPath } from 'node:url';
import { waitFor } from '../../support/wait.ts';
import { balancers, exemptNetworks, webPort } from '../config/plan.ts';
import type { Cluster } from '../hosts/cluster.ts';
import type { Host } from '../hosts/host.ts';
import type { Machine } from '../hosts/machine.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
export const program = `${root}bin/reperio`;
export const ownFolder = '/var/lib/reperio';

export interface WebOptions {
  readonly databaseUrl: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * What a node of this cluster is told by its environment. Files are in a folder that all hosts
 * have.
 */
export function webEnvironment(cluster: Cluster, host: Host, { databaseUrl, environment }: WebOptions) {
  return {
    REPERIO_DATA: ownFolder,
    DATABASE_URL: databaseUrl,
    REPERIO_FILES: `${cluster.folder}/files`,
    REPERIO_HOST: '0.0.0.0',
    REPERIO_PORT: String(webPort),
    REPERIO_NODE_NAME: host.name,
    REPERIO_TRUST_PROXY: balancers.map((name) => cluster.host(name).address).join(', '),
    REPERIO_EXEMPT_NETWORKS: exemptNetworks,
    REPERIO_STATUS_NETWORKS: '127.0.0.0/8, 10.77.0.0/16',
    REPERIO_WEB_WORKERS: '2',
    REPERIO_LOG_LEVEL: 'warn',
    ...environment,
  };
}

/** `reperio serve`; resolves when it says that it is ready. */
export async function startWeb(cluster: Cluster, name: string, options: WebOptions): Promise<void> {
  const host = cluster.host(name);
  await host.spawn('web', [program, 'serve'], { environment: webEnvironment(cluster, host, options) });
  await waitUntilReady(host);
}

export async function waitUntilReady(host: Machine, service = 'web', port = webPort, timeout = 60_000): Promise<void> {
  const url = `http://127.0.0.1:${port}/health/ready`;
  const look = async (): Promise<true> => {
    if (!host.runs(service)) throw new Error(host.log(service).slice(-1000));
    await host.exec(['curl', '-fsS', '-m', '2', '-o', '/dev/null', url]);
    return true;
  };
  await waitFor(`readiness of ${service} on ${host.name}`, look, timeout);
}

interface StatusAnswer {
  readonly status: {
    readonly reloads: number;
    readonly deathCount: number;
    readonly workers: readonly { readonly pid: number; readonly state: string }[];
  };
}

/** As /server-status tells it; process numbers are those inside of the host. */
export async function webStatus(host: Machine, port = webPort): Promise<StatusAnswer['status']> {
  const url = `http://127.0.0.1:${port}/server-status?format=json`;
  const text = await host.exec(['curl', '-fsS', '-m', '5', url]);
  return (JSON.parse(text) as StatusAnswer).status;
}
