import { setTimeout as sleep } from 'node:timers/promises';
import { webNodes } from '../config/plan.ts';
import { startLoad } from '../load/start.ts';
import { setNode } from '../roles/balancer.ts';
import { readers, type World } from './scenario.ts';
import { allUp } from './web.ts';

export interface Throughput {
  readonly nodes: number;
  /** Requests a second. */
  readonly rate: number;
  readonly p50: number;
  readonly p99: number;
}

const seconds = 10;
const warmUp = 3_000;

/**
 * As many requests as so many nodes answer, through the balancer, from twelve connections that do
 * not pause. All hosts share the cores of one machine.
 */
export async function runThroughput(world: World, nodes: number): Promise<Throughput> {
  const { cluster } = world;
  const others = webNodes.slice(nodes);
  const plan = readers(world, { keeping: 12, fresh: 0, pause: 0 });
  await Promise.all(others.map((name) => setNode(cluster, name, 'maint')));
  try {
    const warming = await startLoad(cluster.host('client'), plan);
    await sleep(warmUp);
    await warming.stop();
    const load = await startLoad(cluster.host('client'), plan);
    await sleep(seconds * 1_000);
    const { requests, seconds: took, p50, p99 } = await load.stop();
    return { nodes, rate: requests / took, p50, p99 };
  } finally {
    await Promise.all(others.map((name) => setNode(cluster, name, 'ready')));
    await allUp(world);
  }
}
