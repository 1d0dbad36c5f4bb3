import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { StepRecord } from '../../src/deploy/rollout/deployment.ts';
import { isWhole } from '../support/scale.ts';
import { waitFor } from '../support/wait.ts';
import { deployBalancers } from './config/deploy.ts';
import { assertNobodyFailed, assertSettled, assertStatus, logOf } from './deploy-assertions.ts';
import { cutSessions, installProgram, removeProgram } from './roles/sshd.ts';
import { operatorLogin } from './roles/sudo.ts';
import { DeployWorld } from './scenarios/deploy.ts';
import { goodRelease } from './scenarios/deploy-releases.ts';
import { skipTier } from './tiers.ts';

const limit = { timeout: 400_000 };
const why = isWhole ? skipTier('interrupted') : 'only in the whole matrix';

describe('a deployment that something happens to', { skip: why }, () => {
  let world: DeployWorld;
  let first: string;
  let second: string;
  before(async () => {
    world = await DeployWorld.open({ verify: 1, user: operatorLogin });
    first = await world.makeRelease(goodRelease('0.2.1'));
    second = await world.makeRelease(goodRelease('0.2.2'));
  });
  after(() => world?.close());

  /** Steps that a service of the operator has told of. */
  const stepsOf = (service: string): readonly StepRecord[] =>
    world.cluster
      .host('operator')
      .log(service)
      .split('\n')
      .filter((line) => line.startsWith('{"event":"step"'))
      .map((line) => JSON.parse(line) as StepRecord);

  const reached = (service: string, host: string, kind: string): Promise<true> =>
    waitFor(
      `${kind} of ${host}`,
      () => stepsOf(service).some((step) => step.host === host && step.kind === kind) || undefined,
      240_000,
    );

  const ended = (service: string): Promise<true> =>
    waitFor(`the end of ${service}`, () => !world.cluster.host('operator').runs(service) || undefined, 240_000);

  test('connections to every host are cut in every step: it goes on, and no reader notices', limit, async () => {
    const { report } = await world.whileRead(async () => {
      await world.begin('cut', 'run', first, '--json');
      const cut = new Set<string>();
      await waitFor(
        'the end',
        async () => {
          const now = stepsOf('cut').findLast(({ state }) => state === 'running');
          const name = now === undefined ? '' : `${now.host} ${now.kind}`;
          if (now !== undefined && !cut.has(name)) {
            cut.add(name);
            const isBalanced = now.kind === 'drain' || now.kind === 'undrain';
            for (const each of [now.host, ...(isBalanced ? deployBalancers : [])]) cutSessions(world.cluster, each);
          }
          return !world.cluster.host('operator').runs('cut') || undefined;
        },
        240_000,
      );
      assert.ok(cut.size > 15, `${cut.size} steps were cut`);
    });
    assertNobodyFailed(report);
    await assertSettled(world, '0.2.1');
  });

  test('the deployer is killed in the middle: somebody else goes on', limit, async () => {
    const { report } = await world.whileRead(async () => {
      for (const [service, host, kind] of [
        ['kill1', 'web1', 'verify'],
        ['kill2', 'web1', 'restart'],
        ['kill3', 'web2', 'drain'],
      ] as const) {
        await world.begin(service, ...(service === 'kill1' ? ['run', second] : ['resume']), '--json');
        await reached(service, host, kind);
        await world.cluster.host('operator').killAll(service);
        const status = await world.operate('status');
        assert.match(
          status.stdout,
          /Locked by root@operator since .*: deploying 0\.2\.2\n0\.2\.1 -> 0\.2\.2: \d+ of \d+ steps are done/,
        );
        const refused = await world.operate('run', first);
        assert.match(refused.stderr, /Deploying is locked by/);
      }
      assertStatus(await world.operate('resume'), 0);
    });
    assertNobodyFailed(report);
    await assertSettled(world, '0.2.2');
    const [done] = await logOf(world);
    assert.equal(done?.outcome, 'done');
  });

  test('the deployer is killed, and what it did is taken back', limit, async () => {
    await world.begin('kill4', 'run', '0.2.1', '--json');
    await reached('kill4', 'web2', 'restart');
    await world.cluster.host('operator').killAll('kill4');
    const { report, result } = await world.whileRead(() => world.operate('rollback'));
    assertStatus(result, 0);
    assertNobodyFailed(report);
    await assertSettled(world, '0.2.2');
  });

  test('the deployer slept while somebody else took it back: awake, it does nothing more', limit, async () => {
    const before = world.current()['worker1']!;
    await world.begin('sleeper', 'run', first, '--json');
    await reached('sleeper', 'web1', 'restart');
    const pid = world.cluster.host('operator').pidOf('sleeper');
    // nsenter stops with what it has started, and waits to be woken itself.
    const starter = Number(/^PPid:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]);
    process.kill(pid, 'SIGSTOP');
    const seen = stepsOf('sleeper').length;
    assertStatus(await world.operate('rollback', '--force'), 0);
    await assertSettled(world, before);
    for (const each of [starter, pid]) process.kill(each, 'SIGCONT');
    await ended('sleeper');
    assert.match(world.cluster.host('operator').log('sleeper'), /is not ours any more: on \w+ somebody else/);
    assert.deepEqual(
      stepsOf('sleeper')
        .slice(seen)
        .filter(({ kind }) => kind === 'switch'),
      [],
    );
    await assertSettled(world, before);
    assert.equal((await logOf(world))[0]?.outcome, 'taken back');
  });

  test('two deploy at once: one does it, the other is told who', limit, async () => {
    await world.begin('one', 'run', '0.2.1', '--json');
    await reached('one', 'worker1', 'check');
    const other = await world.operate('run', second);
    assertStatus(other, 1);
    assert.match(other.stderr, /Deploying is locked by root@operator since .*: deploying 0\.2\.1/);
    const resumed = await world.operate('resume');
    assertStatus(resumed, 1);
    assert.match(resumed.stderr, /seems to be at work still/);
    await ended('one');
    await assertSettled(world, '0.2.1');
  });

  test('a file that was altered after the copy is named, and nothing was changed', limit, async () => {
    const release = await world.makeRelease(goodRelease('0.2.3'));
    const alter =
      '#!/bin/sh\n/usr/bin/rsync "$@"; s=$?\necho >>/opt/reperio/releases/.0.2.3.part/package.json\nexit $s\n';
    installProgram(world.cluster, 'web2', 'rsync', alter);
    const told = await world.operate('run', release);
    assertStatus(told, 1);
    assert.match(told.stderr, /On web2, a file of release 0\.2\.3 is not as its manifest says: package\.json/);
    await removeProgram(world.cluster, 'web2', 'rsync');
    await assertSettled(world, '0.2.1');
    assert.equal((await logOf(world))[0]?.outcome, 'stopped');
    assertStatus(await world.operate('run', release), 0);
    await assertSettled(world, '0.2.3');
  });

  test('a disk that is full while it is copied to, and one that is too small', limit, async () => {
    const before = world.current()['worker1']!;
    const release = await world.makeRelease(goodRelease('0.2.4'));
    const small = (options: string): string =>
      `cd /opt/reperio && cp -a releases /opt/kept && mount -t tmpfs -o ${options} small releases && cp -a /opt/kept/. releases/`;
    const run = (text: string): Promise<string> => world.cluster.exec('web1', ['sh', '-ec', text], { timeout: 30_000 });
    const unmount = 'umount /opt/reperio/releases && rm -rf /opt/kept';
    const inodes = Number(await run('find /opt/reperio/releases | wc -l'));
    for (const [options, pattern] of [
      [`size=2g,nr_inodes=${inodes + 20}`, /The disk of web1 is full/],
      ['size=40m', /web1 needs \d+ MB for release 0\.2\.4, and has \d+ MB free/],
    ] as const) {
      await run(small(options));
      if (options.startsWith('size=40m')) await run('head -c 36m /dev/zero >/opt/reperio/releases/zero || :');
      const told = await world.operate('run', release);
      assertStatus(told, 1);
      assert.match(told.stderr, pattern);
      assert.equal(await run('ls -A /opt/reperio/releases | grep part || :'), '');
      await run(unmount);
      await assertSettled(world, before);
    }
  });

  test('a host without power: the others are taken back, and it when it is there again', limit, async () => {
    const before = world.current()['worker1']!;
    const release = await world.makeRelease(goodRelease('0.2.5'));
    await world.begin('power', 'run', release, '--json');
    await reached('power', 'web2', 'switch');
    await world.cluster.powerOff('web2');
    await ended('power');
    const status = await world.operate('status');
    assert.match(status.stdout, /^web2 +does not answer$/m);
    const { worker1, web1 } = world.current();
    assert.deepEqual({ worker1, web1 }, { worker1: before, web1: before });
    const refused = await world.operate('run', release);
    assert.match(refused.stderr, /web2 cannot be reached by ssh[\s\S]*Deploying is locked/);
    // Too early: what the others know of it stays.
    assertStatus(await world.operate('rollback'), 1);
    assert.match((await world.operate('status')).stdout, /Locked by root@operator/);
    await world.restartNode('web2');
    assertStatus(await world.operate('rollback'), 0);
    await assertSettled(world, before);
  });
});
