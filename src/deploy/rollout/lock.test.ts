import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { lacks } from '../../../test/support/packages.ts';
import { type Sshd, startSshd } from '../../../test/support/sshd.ts';
import { exampleTopology } from '../../cluster/topology/test-topology.ts';
import { Fleet } from './fleet.ts';
import { lockHosts, newTurn, takeOver, unlockHosts } from './lock.ts';

// One host answers, and the other one is gone.
describe('locks of hosts', { skip: lacks('ssh', 'sshd') }, () => {
  let sshd: Sshd;
  let folder: string;
  let fleet: Fleet;
  before(async () => {
    sshd = await startSshd();
    folder = mkdtempSync(join(tmpdir(), 'reperio-lock-'));
    const config = join(folder, 'config');
    const here = readFileSync(sshd.config, 'utf8').replace('Host here', 'Host web1');
    writeFileSync(config, `Host web2\n  HostName 127.0.0.1\n  Port 1\n${here}`);
    const topology = exampleTopology((text) => text.replace('hosts:', `release: ${folder}/current\nhosts:`));
    fleet = new Fleet(topology, { config, patience: 0 });
  });
  after(async () => {
    await fleet?.close();
    await sshd?.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  const lock = { id: 'a', holder: 'ada@laptop', reason: 'deploying 0.3.0', since: '2026-11-30T10:00:00Z' };
  const path = (name: string): string => join(folder, 'deploy.lock', name);

  test('what a host has of a deployment stays when going on with it fails, since another host is away', async () => {
    await assert.rejects(lockHosts(fleet, ['web1', 'web2'], lock), /web2 cannot be reached/);
    assert.ok(!existsSync(path('holder')), 'nothing was begun yet');
    await lockHosts(fleet, ['web1'], lock);
    writeFileSync(path('state'), '{}');
    await assert.rejects(takeOver(fleet, ['web1', 'web2'], lock, newTurn(1)), /web2 cannot be reached/);
    assert.equal(readFileSync(path('state'), 'utf8'), '{}');
  });

  test('of two who go on at the same moment, one is told who the other is', async () => {
    const [one, other] = [newTurn(2), newTurn(2)];
    await takeOver(fleet, ['web1'], lock, one);
    await takeOver(fleet, ['web1'], lock, one);
    await assert.rejects(takeOver(fleet, ['web1'], lock, other), /seems to be at work still: just now/);
    await unlockHosts(fleet, ['web1'], 'a', 1);
    assert.ok(existsSync(path('holder')), 'who had it before ends nothing');
    assert.deepEqual(await unlockHosts(fleet, ['web1', 'web2'], 'a', 2), ['web2']);
    assert.ok(!existsSync(path('holder')));
  });
});
