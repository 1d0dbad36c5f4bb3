import { setTimeout as sleep } from 'node:timers/promises';
import { balancers } from '../config/plan.ts';
import { holder, reloadHaproxy, startBalancer, startHaproxy } from '../roles/balancer.ts';
import { noGap, type Scenario, type World } from './scenario.ts';
import { allUp } from './web.ts';

/** What happens to balancers. */
export const balancerScenarios: readonly Scenario[] = [
  {
    name: 'HAProxy reload',
    aim: { failed: 'none', gap: noGap },
    event: async ({ cluster }) => {
      for (let round = 1; round <= 3; round++) {
        await reloadHaproxy(cluster.host(await holder(cluster)));
        await sleep(700);
      }
    },
    mend: allUp,
  },
  {
    name: 'kill -9 of HAProxy on the active balancer',
    needsRoot: 'keepalived can run no script in a user namespace (setgroups)',
    aim: { failed: 'in flight', gap: 1_500 },
    event: async ({ cluster }) => {
      const active = await holder(cluster);
      await cluster.host(active).killAll('haproxy');
      await sleep(3_000);
    },
    mend: async (world) => {
      for (const name of balancers) {
        const host = world.cluster.host(name);
        if (!host.runs('haproxy')) await startHaproxy(host);
      }
      await settled(world);
    },
  },
  {
    name: 'power off of the active balancer',
    aim: { failed: 'in flight', gap: 1_000 },
    event: async ({ cluster }) => {
      await cluster.powerOff(await holder(cluster));
      await sleep(3_000);
    },
    mend: async (world) => {
      const { cluster } = world;
      for (const name of balancers) {
        if (cluster.host(name).isOn) continue;
        await cluster.powerOn(name);
        await startBalancer(cluster, name, world.withPrimary);
      }
      await settled(world);
    },
  },
];

/** The other balancer is ready to take over, too. */
async function settled(world: World): Promise<void> {
  await allUp(world);
  // keepalived asks once a second whether HAProxy lives.
  await sleep(1_500);
  await holder(world.cluster);
}
