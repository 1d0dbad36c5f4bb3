import { after, before, describe, test } from 'node:test';
import { isWhole } from '../support/scale.ts';
import { assertOnce, assertServed, assertUndisturbed } from './assertions.ts';
import { balancerScenarios } from './scenarios/balancers.ts';
import { runCrawlers } from './scenarios/crawlers.ts';
import { readers, runScenario, type World } from './scenarios/scenario.ts';
import { runUploads, uploadScenarios } from './scenarios/uploads.ts';
import { webScenarios } from './scenarios/web.ts';
import { openWebWorld } from './scenarios/world.ts';
import { chosen, skipTier } from './tiers.ts';

describe('readers come through the floating address', { skip: skipTier('balancers') }, () => {
  let world: World;
  before(async () => {
    world = await openWebWorld({ records: 500 });
  });
  after(() => world?.close());

  for (const scenario of chosen([...webScenarios, ...balancerScenarios], 'kill -9 of a web node'))
    test(scenario.name, { timeout: 120_000 }, async (t) => {
      if (scenario.needsRoot !== undefined && !world.cluster.isReallyRoot) return t.skip(scenario.needsRoot);
      const { keeping, fresh } = readers(world);
      assertServed(t, scenario.aim, await runScenario(world, scenario), keeping + fresh);
    });

  for (const scenario of chosen(uploadScenarios))
    test(`files are added, each once: ${scenario.name}`, { timeout: 120_000 }, async (t) => {
      assertOnce(t, scenario.aim.gap, await runUploads(world, scenario));
    });

  if (isWhole)
    test('readers do not notice 500 requests/s of crawlers on their node', { timeout: 60_000 }, async (t) => {
      assertUndisturbed(t, await runCrawlers(world));
    });
});
