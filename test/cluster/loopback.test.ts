import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isWhole } from '../support/scale.ts';
import { waitFor } from '../support/wait.ts';
import { assertServed } from './assertions.ts';
import { startLoad } from './load/start.ts';
import { Loopback } from './scenarios/loopback.ts';
import { noGap } from './scenarios/scenario.ts';
import { skipTier } from './tiers.ts';

interface Event {
  readonly name: string;
  /** What the first, or a test of one node, shows as well. */
  readonly onlyWhole?: true;
  readonly event: (loopback: Loopback) => Promise<void>;
}

const events: readonly Event[] = [
  {
    name: 'a node is drained, HAProxy is reloaded and still knows it, the node returns',
    event: async (loopback) => {
      await loopback.set('a', 'drain');
      await sleep(500);
      await loopback.reloadBalancer();
      await sleep(1_000);
      assert.match((await loopback.states())['a'] ?? '', /^DRAIN/);
      await loopback.set('a', 'ready');
      await loopback.allUp();
    },
  },
  {
    name: 'HAProxy is reloaded three times',
    onlyWhole: true,
    event: async (loopback) => {
      for (let round = 1; round <= 3; round++) {
        await loopback.reloadBalancer();
        await sleep(500);
      }
    },
  },
  {
    name: 'a worker is killed',
    event: async (loopback) => {
      const [worker] = (await loopback.status('a')).workers;
      process.kill(worker!.pid, 'SIGKILL');
      await waitFor('its death', async () => (await loopback.status('a')).deathCount === 1);
    },
  },
  {
    name: 'code and settings are read again (SIGHUP)',
    onlyWhole: true,
    event: async (loopback) => {
      for (const node of loopback.nodes) {
        loopback.machine.kill(node, 'SIGHUP');
        await waitFor('the reload', async () => (await loopback.status(node)).reloads === 1);
      }
    },
  },
  {
    name: 'both nodes are restarted, one after the other (SIGTERM)',
    event: async (loopback) => {
      for (const node of loopback.nodes) {
        await loopback.machine.stop(node);
        await loopback.startNode(node);
        await loopback.allUp();
      }
    },
  },
];

describe('two nodes behind HAProxy', { skip: skipTier('loopback') }, () => {
  let loopback: Loopback;
  before(async () => {
    loopback = await Loopback.open();
  });
  after(() => loopback?.close());

  for (const { name, event } of events.filter(({ onlyWhole }) => isWhole || onlyWhole !== true))
    test(name, { timeout: 90_000 }, async (t) => {
      const plan = { url: loopback.url, paths: ['/search?p=test', '/'], keeping: 4, fresh: 2, pause: 40 };
      const load = await startLoad(loopback.machine, plan);
      try {
        await sleep(500);
        await event(loopback);
        // A busy machine asks little in the time of a short event.
        await sleep(2_000);
      } catch (error) {
        await load.stop();
        throw error;
      }
      const report = await load.stop();
      assertServed(t, { failed: 'none', gap: noGap }, report, 6);
    });
});
