import { addressesOf, balancers, webNodes } from '../config/plan.ts';
import { Cluster } from '../hosts/cluster.ts';
import { holder, startBalancer } from '../roles/balancer.ts';
import { startDatabases } from '../roles/patroni.ts';
import { startPostgres } from '../roles/postgres.ts';
import { loadDemo } from '../roles/records.ts';
import { startWeb } from '../roles/reperio.ts';
import type { World } from './scenario.ts';
import { allUp } from './web.ts';

export interface WorldOptions {
  readonly records: number;
}

/** Two balancers, three web nodes, one database. */
export async function openWebWorld({ records }: WorldOptions): Promise<World> {
  const cluster = await Cluster.open(addressesOf(1));
  try {
    const databaseUrl = await startPostgres(cluster, 'db1');
    return await furnish({ cluster, databaseUrl, records, withPrimary: false, close: () => cluster.close() });
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

/**
 * Two balancers, three web nodes, three databases of which one is the primary. Web nodes are told
 * all three.
 */
export async function openWholeWorld({ records }: WorldOptions): Promise<World> {
  const cluster = await Cluster.open(addressesOf(3));
  try {
    const databaseUrl = await startDatabases(cluster);
    return await furnish({ cluster, databaseUrl, records, withPrimary: true, close: () => cluster.close() });
  } catch (error) {
    await cluster.close();
    throw error;
  }
}

/** Records, web nodes and balancers over a database that is there. */
async function furnish(world: World): Promise<World> {
  const { cluster, records, withPrimary } = world;
  await loadDemo(cluster, 'web1', world, records);
  await Promise.all(balancers.map((name) => startBalancer(cluster, name, withPrimary)));
  for (const name of webNodes) await startWeb(cluster, name, world);
  await allUp(world);
  await holder(cluster);
  return world;
}
