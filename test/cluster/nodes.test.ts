import assert from 'node:assert/strict';
import { readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { isWhole } from '../support/scale.ts';
import { waitFor } from '../support/wait.ts';
import { installProgram, removeProgram, startSshd } from './roles/sshd.ts';
import type { Told } from './scenarios/deploy.ts';
import { NodeWorld } from './scenarios/nodes.ts';
import { skipTier } from './tiers.ts';

const limit = { timeout: 240_000 };

function assertStatus(told: Told, status: number): void {
  assert.equal(told.status, status, `${told.stdout}\n${told.stderr}`);
}

describe('a node is added and removed', { skip: isWhole ? skipTier('nodes') : 'only in the whole matrix' }, () => {
  let world: NodeWorld;
  before(async () => {
    world = await NodeWorld.open();
  });
  after(() => world?.close());
  beforeEach(() => world.empty());

  test('an empty host becomes a node from one whose index has a flipped byte, and is taken out', limit, async () => {
    flip(world.segments('web1')[0]!);
    const added = await world.operate('add', 'web2', '--apply');
    assertStatus(added, 0);
    assert.match(added.stdout, /^release +[\d.]+ s {2}0\.2\.0, \d+ MB from web1$/m);
    assert.match(added.stdout, /1 segment was not what the name says, and will come from the database/);
    assert.match(added.stdout, /^All other hosts know it\.$/m);
    assert.equal((await world.states())['web2'], 'UP');
    assert.equal(await world.found('web2'), await world.found('web1'));
    assert.equal(readlinkSync(pathOf('web2', '/opt/reperio/current')), 'releases/0.2.0');

    const again = await world.operate('add', 'web2', '--apply');
    assertStatus(again, 0);
    assert.match(
      again.stdout,
      /0\.2\.0 was there.*as it should be.*the node runs, and looks after its own.*nothing to do/s,
    );

    const removed = await world.operate('remove', 'web2', '--apply');
    assertStatus(removed, 0);
    assert.match(removed.stdout, /^drained +[\d.]+ s {2}lb1 send no more requests to it$/m);
    assert.deepEqual(Object.keys(await world.states()), ['web1']);
    await assert.rejects(world.found('web2'));
  });

  test('what stands in the way is named, all of it, and nothing is changed', limit, async () => {
    const { cluster } = world;
    installProgram(cluster, 'web2', 'uname', '#!/bin/sh\necho aarch64\n');
    installProgram(cluster, 'web2', 'date', '#!/bin/sh\necho 1000000000\n');
    await cluster.exec('web2', ['mkdir', '-p', '/var/lib/reperio']);
    await cluster.exec('web2', ['mount', '-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', '/var/lib/reperio']);
    await cluster.host('web2').spawn('other', ['python3', '-m', 'http.server', '8080']);
    await waitFor('the other server', () => world.cluster.exec('web2', ['curl', '-fsS', 'http://127.0.0.1:8080/']));
    try {
      const told = await world.operate('add', 'web2', '--apply');
      assertStatus(told, 1);
      for (const sentence of [
        /it was made for x64, and this machine is arm64/,
        /Its clock is \d+ s behind ours/,
        /The data folder \/var\/lib\/reperio needs \d+ MB, and \d MB are free/,
        /Something else listens on port 8080/,
      ])
        assert.match(told.stderr, sentence);
      await assert.rejects(cluster.exec('web2', ['test', '-e', '/opt/reperio']));
    } finally {
      cluster.kill('web2', 'other', 'SIGKILL');
      await cluster.exec('web2', ['umount', '/var/lib/reperio']);
      for (const program of ['uname', 'date']) await removeProgram(cluster, 'web2', program);
    }
  });

  test('a host that is not there, and one without a role', limit, async () => {
    world.cluster.kill('web2', 'sshd', 'SIGKILL');
    const told = await world.operate('add', 'web2');
    assertStatus(told, 1);
    assert.match(told.stderr, /web2 cannot be reached by ssh: nothing listens there/);
    await startSshd(world.cluster, 'web2');
    const other = await world.operate('add', 'db1');
    assert.match(other.stderr, /db1 has neither the role web nor worker/);
    const last = await world.operate('remove', 'web9');
    assert.match(last.stderr, /no host "web9"/);
  });

  test(
    'a file that was altered on the peer is found on the host; mended, the same command goes on',
    limit,
    async () => {
      const path = pathOf('web1', '/opt/reperio/releases/0.2.0/src/web/app.ts');
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, `${text} `);
      const told = await world.operate('add', 'web2');
      writeFileSync(path, text);
      assertStatus(told, 1);
      assert.match(told.stderr, /files of release 0\.2\.0 are not as its manifest says: src\/web\/app\.ts/);
      await assert.rejects(world.cluster.exec('web2', ['test', '-e', '/opt/reperio/current']));
      const again = await world.operate('add', 'web2');
      assertStatus(again, 0);
      assert.match(
        again.stdout,
        /lb1: \/etc\/haproxy\/haproxy\.cfg \(reperio cluster render .*\), then: systemctl reload haproxy/,
      );
    },
  );

  test('a disk that is full while the release comes; then there is room', limit, async () => {
    const { cluster } = world;
    await cluster.exec('web2', ['mkdir', '-p', '/opt/reperio']);
    await cluster.exec('web2', ['mount', '-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', '/opt/reperio']);
    // It says that there is room, as where somebody else fills the disk meanwhile.
    installProgram(cluster, 'web2', 'df', '#!/bin/sh\nprintf "h\\n- 9 9 9999999 - -\\n"\n');
    const told = await world.operate('add', 'web2');
    await removeProgram(cluster, 'web2', 'df');
    await cluster.exec('web2', ['umount', '/opt/reperio']);
    assertStatus(told, 1);
    assert.match(told.stderr, /The disk of web2 is full/);
    assertStatus(await world.operate('add', 'web2'), 0);
  });

  test('interrupted at each step, it is simply run again', limit, async () => {
    for (const step of ['examined', 'release', 'configuration', 'index', 'start']) {
      await world.empty();
      const service = `add-${step}`;
      await world.begin(service, 'add', 'web2', '--apply');
      const operator = world.cluster.host('operator');
      await waitFor(step, () => operator.log(service).includes(step));
      world.cluster.kill('operator', service, 'SIGKILL');
    }
    const told = await world.operate('add', 'web2', '--apply');
    assertStatus(told, 0);
    assert.equal(await world.found('web2'), await world.found('web1'));
    assertStatus(await world.operate('remove', 'web2', '--apply'), 0);
  });

  test('a balancer that wrote its file and did not read it reads it at the next attempt', limit, async () => {
    world.letReload(false);
    const told = await world.operate('add', 'web2', '--apply');
    world.letReload(true);
    assertStatus(told, 1);
    assert.match(told.stderr, /On lb1, .*systemctl reload haproxy.* failed with status 1/);
    assertStatus(await world.operate('add', 'web2', '--apply'), 0);
    assert.equal((await world.states())['web2'], 'UP');
    assertStatus(await world.operate('remove', 'web2', '--apply'), 0);
  });

  test('without the database everything is brought, and the start says why it fails', limit, async () => {
    await world.cluster.cut('db1');
    const told = await world.operate('add', 'web2');
    await world.cluster.heal();
    assertStatus(told, 1);
    assert.match(told.stderr, /web2 has everything, and its service does not start: (?!hint).*database/is);
    assertStatus(await world.operate('add', 'web2'), 0);
  });

  test(
    'a release of here goes by rsync, and a file of the balancer that somebody edited is left alone',
    limit,
    async () => {
      const path = pathOf('lb1', '/etc/haproxy/haproxy.cfg');
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, `${text}# mine\n`);
      try {
        const told = await world.operate('add', 'web2', '--apply', '--release', join(world.releases, '0.2.0'));
        assertStatus(told, 0);
        assert.match(told.stdout, /^release +[\d.]+ s {2}0\.2\.0, \d+ MB from here$/m);
        assert.match(told.stdout, /lb1: \/etc\/haproxy\/haproxy\.cfg is not as it was rendered, so it was left alone/);
        assert.match(readFileSync(path, 'utf8'), /# mine\n$/);
      } finally {
        writeFileSync(path, text);
      }
    },
  );

  function pathOf(host: string, path: string): string {
    return world.cluster.host(host).pathOf(path);
  }

  /** One byte in the middle of a segment of web1. */
  function flip(segment: string): void {
    const path = pathOf('web1', `/var/lib/reperio/index/${segment}`);
    const bytes = readFileSync(path);
    const at = bytes.length >> 1;
    bytes[at] = bytes[at]! ^ 1;
    writeFileSync(path, bytes);
  }
});
