import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { newestVersions } from '../../src/site/index-versions.ts';
import { isWhole } from '../support/scale.ts';
import { waitFor } from '../support/wait.ts';
import { deployBalancers } from './config/deploy.ts';
import {
  assertAsPlanned,
  assertNobodyFailed,
  assertPlannedUntil,
  assertSettled,
  assertStatus,
  eventsOf,
  logOf,
  planOf,
} from './deploy-assertions.ts';
import { DeployWorld } from './scenarios/deploy.ts';
import { brokenRelease, goodRelease, indexRelease, offlineRelease, sickRelease } from './scenarios/deploy-releases.ts';
import { skipTier } from './tiers.ts';

const limit = { timeout: 300_000 };
/** Seconds in which the errors of a node are watched. */
const verify = isWhole ? 4 : 1;

// Real sshd, rsync, HAProxy, PostgreSQL and nodes. Only systemd is not: namespaces have none, so
// hosts/units.py runs the rendered units.
describe('a release is brought to a worker host and two web nodes behind two balancers', {
  skip: skipTier('deploy'),
}, () => {
  let world: DeployWorld;
  before(async () => {
    world = await DeployWorld.open({ verify });
  });
  after(() => world?.close());

  test('a release whose workers do not start is taken back by itself, and no reader notices', limit, async () => {
    const release = await world.makeRelease(brokenRelease('0.2.1'));
    const { report, result } = await world.whileRead(() => world.operate('run', release, '--json'));
    assertStatus(result, 1);
    assert.match(result.stderr, /no such file or directory, open '.*x\.ts'[\s\S]*All hosts run what they ran before/);
    assertNobodyFailed(report);
    const { planned, steps } = eventsOf(result.stdout);
    assert.deepEqual([planned.from, planned.to, planned.obstacles], ['0.2.0', '0.2.1', []]);
    assertPlannedUntil(planned, steps, 'web1 restart');
    assert.deepEqual(
      steps.filter(({ back }) => back).map(({ host, kind }) => `${host} ${kind}`),
      [
        ...['drain', 'switch', 'restart', 'ready', 'undrain'].map((kind) => `web1 ${kind}`),
        ...['switch', 'restart', 'ready'].map((kind) => `worker1 ${kind}`),
      ],
    );
    await assertSettled(world, '0.2.0');
  });

  if (!isWhole) return;

  test(
    'a good release: what was planned is done, and no reader notices; nor when it is taken back',
    limit,
    async () => {
      const release = await world.makeRelease(goodRelease('0.2.2'));
      const text = await world.operate('plan', release);
      assertStatus(text, 0);
      assert.match(text.stdout, /^0\.2\.0 -> 0\.2\.2, 3 files/);
      assert.match(
        text.stdout,
        /^schema +\d{4}-later\.sql additive, writes to record wait less than a second \(300 rows\)$/m,
      );
      assert.match(text.stdout, /rendered: as on the hosts$/m);
      const plan = await planOf(world, release);
      const { report, result } = await world.whileRead(() => world.operate('run', release));
      assertStatus(result, 0);
      assertNobodyFailed(report);
      await assertSettled(world, '0.2.2');
      const [done] = await logOf(world);
      assertAsPlanned(plan, done!.steps);
      assert.equal(done!.outcome, 'done');
      assert.match(result.stdout, /^worker1 .* ok .*\nweb1 .* verified [\d.]+ s {2}ok .*\nweb2 .* ok /m);
      const again = await world.operate('run', release);
      assertStatus(again, 1);
      assert.match(again.stderr, /All hosts run release 0\.2\.2 already/);
      const back = await world.whileRead(() => world.operate('rollback'));
      assertStatus(back.result, 0);
      assertNobodyFailed(back.report);
      await assertSettled(world, '0.2.0');
      // The hosts have it still: nothing is sent.
      const forward = await world.operate('run', '0.2.2');
      assertStatus(forward, 0);
      await assertSettled(world, '0.2.2');
    },
  );

  test('readers who get errors from the release are noticed, and it is taken back', limit, async () => {
    const release = await world.makeRelease(sickRelease('0.2.3'));
    const { result } = await world.whileRead(() => world.operate('run', release));
    assertStatus(result, 1);
    assert.match(result.stderr, /web1 answered \d+ of \d+ requests with an error within 4 s/);
    assert.match(result.stdout, /\n +back to 0\.2\.2: web1 [\d.]+ s, worker1 [\d.]+ s\n/);
    const [done] = await logOf(world);
    assert.equal(done?.outcome, 'taken back');
    await assertSettled(world, '0.2.2');
  });

  test('a release with an offline migration is refused with what to do', limit, async () => {
    const before = world.current()['worker1']!;
    const release = await world.makeRelease(offlineRelease('0.2.4'));
    for (const verb of ['plan', 'run']) {
      const told = await world.operate(verb, release);
      assertStatus(told, 1);
      assert.match(`${told.stdout}${told.stderr}`, /\d{4}-offline\.sql is offline: .*reperio release recipe/);
    }
    await assertSettled(world, before);
  });

  test('a release with another index is deployed; the way back leads over the earlier index', limit, async () => {
    const before = world.current()['worker1']!;
    const release = await world.makeRelease(indexRelease('0.2.5'));
    const plan = await planOf(world, release);
    assert.notEqual(plan.index, undefined);
    assertStatus(await world.operate('run', release), 0);
    await assertSettled(world, '0.2.5');
    await waitFor(
      'the new index',
      async () => {
        const { versions } = JSON.parse(await world.program('worker1', 'index', 'status', '--json')) as IndexStatus;
        return versions.analysis > newestVersions.analysis;
      },
      120_000,
    );
    const refused = await world.operate('rollback');
    assertStatus(refused, 1);
    assert.match(refused.stderr, /The index is of analysis .*reperio index downgrade/);
    await world.program('worker1', 'index', 'downgrade');
    assertStatus(await world.operate('rollback'), 0);
    await assertSettled(world, before);
  });

  test('who follows the recipe by hand gets the same', limit, async () => {
    const before = world.current()['worker1']!;
    const release = await world.makeRelease(goodRelease('0.2.6'));
    const { report } = await world.whileRead(async () => {
      for (const line of await world.recipeCommands(before, release)) await world.type(line);
    });
    assertNobodyFailed(report);
    await assertSettled(world, '0.2.6');
  });

  test('the last node that readers have is not taken from them', limit, async () => {
    const before = world.current()['worker1']!;
    const release = await world.makeRelease(goodRelease('0.2.8'));
    const set = async (state: 'drain' | 'ready'): Promise<void> => {
      for (const name of deployBalancers)
        await world.cluster.exec(name, [
          'sh',
          '-ec',
          `echo "set server pages/web2 state ${state}" | socat - /run/haproxy/admin.sock`,
        ]);
    };
    await set('drain');
    const { report, result } = await world.whileRead(() => world.operate('run', release)).finally(() => set('ready'));
    assertStatus(result, 1);
    assert.match(result.stderr, /web1 is the only web node to which lb1 and lb2 can/);
    assertNobodyFailed(report);
    await assertSettled(world, before);
  });

  test('deploying is locked by hand, with a reason', limit, async () => {
    const before = world.current()['worker1']!;
    const release = await world.makeRelease(goodRelease('0.2.7'));
    assertStatus(await world.operate('lock', '--reason', 'a load is running'), 0);
    const refused = await world.operate('run', release);
    assertStatus(refused, 1);
    assert.match(refused.stderr, /locked by root@operator since .*: a load is running/);
    for (const word of ['resume', 'rollback']) {
      const told = await world.operate(word);
      assertStatus(told, 1);
      assert.match(told.stderr, /a load is running; nothing was begun under that lock[\s\S]*`reperio deploy unlock`/);
    }
    assertStatus(await world.operate('unlock'), 0);
    assert.match((await world.operate('unlock')).stderr, /Deploying is not locked/);
    await assertSettled(world, before);
  });

  test('who follows the recipe of an offline migration by hand gets there, and no further back', limit, async () => {
    const before = world.current()['worker1']!;
    const release = await world.makeRelease(offlineRelease('0.2.9'));
    for (const line of await world.recipeCommands(before, release)) await world.type(line);
    await assertSettled(world, '0.2.9');
    const refused = await world.operate('rollback');
    assertStatus(refused, 1);
    assert.match(refused.stderr, /is offline, and release .* does not know it: only a restored backup/);
  });
});

interface IndexStatus {
  readonly versions: { readonly analysis: number };
}
