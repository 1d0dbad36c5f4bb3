import { after, before, describe, test } from 'node:test';
import { isWhole } from '../support/scale.ts';
import { assertKept } from './assertions.ts';
import { floatingAddress, libraryUrl, primaryPort } from './config/plan.ts';
import { databaseScenarios, runDatabaseScenario } from './scenarios/databases.ts';
import type { World } from './scenarios/scenario.ts';
import { openWholeWorld } from './scenarios/world.ts';
import { chosen, skipTier } from './tiers.ts';

/** A race on healing loses writes, if anything does, so once proves nothing. */
const rounds = isWhole ? 2 : 1;

describe('the primary of three databases changes', { skip: skipTier('failover') }, () => {
  let world: World;
  before(async () => {
    world = await openWholeWorld({ records: 500 });
  });
  after(() => world?.close());

  const scenarios = databaseScenarios.filter(({ isLong }) => isLong !== true);
  for (const scenario of chosen(scenarios, 'kill -9 of the primary'))
    test(scenario.name, { timeout: 240_000 }, async (t) => {
      for (let round = 1; round <= (scenario.isRace ? rounds : 1); round++)
        assertKept(t, scenario.gap, await runDatabaseScenario(world, scenario));
    });

  if (isWhole)
    test('kill -9 of the primary, for who is connected through the balancers', { timeout: 120_000 }, async (t) => {
      const scenario = databaseScenarios.find(({ name }) => name === 'kill -9 of the primary')!;
      const url = libraryUrl(`${floatingAddress}:${primaryPort}`);
      assertKept(t, scenario.gap, await runDatabaseScenario(world, scenario, url));
    });
});
