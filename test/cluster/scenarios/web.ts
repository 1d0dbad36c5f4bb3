import { setTimeout as sleep } from 'node:timers/promises';
import { waitFor } from '../../support/wait.ts';
import { webNodes } from '../config/plan.ts';
import type { Host } from '../hosts/host.ts';
import { setNode, waitUntilUp } from '../roles/balancer.ts';
import { ownFolder, startWeb, webStatus } from '../roles/reperio.ts';
import { noGap, type Scenario, type World } from './scenario.ts';

/** The time that it takes is of interest too. */
export const joining = 'a web node with an empty disk joins';

let killed = 0;

/** What happens to web nodes. */
export const webScenarios: readonly Scenario[] = [
  {
    name: 'kill -9 of a worker',
    aim: { failed: 'none', gap: 1_500 },
    event: async ({ cluster }) => {
      for (let round = 1; round <= 2; round++) {
        // In turn: a supervisor lets a worker rest that dies again and again.
        const host = cluster.host(webNodes[killed++ % webNodes.length]!);
        const worker = await readyWorker(host);
        await host.exec(['kill', '-9', String(worker)]);
        await sleep(500);
      }
    },
    mend: allUp,
  },
  {
    name: 'kill -9 of a web node',
    aim: { failed: 'none', gap: 1_500 },
    event: async ({ cluster }) => {
      await cluster.host('web1').killAll('web');
      await sleep(1_500);
    },
    mend: async (world) => {
      await startWeb(world.cluster, 'web1', world);
      await allUp(world);
    },
  },
  {
    name: 'web node unplugged',
    aim: { failed: 'none', gap: 1_500 },
    event: async ({ cluster }) => {
      await cluster.unplug('web2');
      await sleep(4_000);
    },
    mend: async (world) => {
      await world.cluster.plug('web2');
      await allUp(world);
    },
  },
  {
    name: 'rolling restart of all web nodes',
    aim: { failed: 'none', gap: noGap },
    event: async (world) => {
      for (const name of webNodes) {
        await world.cluster.host(name).stop('web');
        await startWeb(world.cluster, name, world);
        await allUp(world);
      }
    },
  },
  {
    name: 'reload (SIGHUP) of all web nodes',
    aim: { failed: 'none', gap: noGap },
    event: async ({ cluster }) => {
      for (const name of webNodes) {
        const host = cluster.host(name);
        const { reloads } = await webStatus(host);
        host.kill('web', 'SIGHUP');
        await waitFor('the reload', async () => (await webStatus(host)).reloads > reloads, 60_000);
      }
    },
  },
  {
    name: 'drain and return of a web node',
    aim: { failed: 'none', gap: noGap },
    event: async (world) => {
      await setNode(world.cluster, 'web2', 'drain');
      await sleep(2_000);
      await setNode(world.cluster, 'web2', 'ready');
      await allUp(world);
    },
  },
  {
    name: joining,
    aim: { failed: 'none', gap: noGap },
    prepare: async ({ cluster }) => {
      await cluster.host('web3').stop('web');
      await cluster.exec('web3', ['rm', '-rf', ownFolder]);
    },
    event: async (world) => {
      await startWeb(world.cluster, 'web3', world);
      await allUp(world);
    },
  },
];

export async function allUp({ cluster }: World): Promise<void> {
  await waitUntilUp(cluster, webNodes);
}

/** Number of a worker that answers, as its host calls it. */
async function readyWorker(host: Host): Promise<number> {
  return waitFor(
    'two workers that answer',
    async () => {
      const ready = (await webStatus(host)).workers.filter(({ state }) => state === 'ready');
      return ready.length === 2 ? ready[0]!.pid : undefined;
    },
    30_000,
  );
}
