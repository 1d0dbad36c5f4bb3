import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { DeployWorld, editFile, type Told } from './scenarios/deploy.ts';
import { skipTier } from './tiers.ts';
import type { LoadReport } from './load/report.ts';

function assertNobodyFailed({ failed, refused, requests }: LoadReport): void {
  assert.ok(requests > 50, `only ${requests} requests`);
  assert.deepEqual([failed.slice(0, 5), refused.slice(0, 5)], [[], []]);
}

function assertStatus(told: Told, status: number): void {
  assert.equal(told.status, status, `${told.stdout}\n${told.stderr}`);
}

describe('releases are brought to hosts', { skip: skipTier('deploy') }, () => {
  let world: DeployWorld;
  before(async () => {
    world = await DeployWorld.open(1);
  });
  after(() => world?.close());

  test('a good release', { timeout: 120_000 }, async () => {
    const folder = await world.makeRelease({
      version: '0.2.1',
      edit: (tree) => {
        writeFileSync(join(tree, 'src/store/migrations/0020-more.sql'), '-- locks: record, writes, 1s/30000 rows\nCREATE INDEX record_more ON record (modified);\n');
      },
    });
    const plan = await world.operate('plan', folder);
    console.log(plan.stdout, plan.stderr);
    const { report, result } = await world.whileRead(() => world.operate('run', folder));
    console.log(result.stdout, result.stderr);
    assertStatus(result, 0);
    assertNobodyFailed(report);
    console.log((await world.operate('log', '1')).stdout);
    console.log((await world.operate('status')).stdout);
  });

  test('a broken one', { timeout: 120_000 }, async () => {
    const folder = await world.makeRelease({
      version: '0.2.2',
      edit: (tree) => {
        editFile(tree, 'src/web/worker.ts', (text) => `${text}\nawait import('./x.ts' as string);\n`);
      },
    });
    const { report, result } = await world.whileRead(() => world.operate('run', folder));
    console.log(result.stdout, result.stderr);
    assertStatus(result, 1);
    assertNobodyFailed(report);
    console.log((await world.operate('log', '2')).stdout);
    const back = await world.operate('rollback');
    console.log(back.stdout, back.stderr);
  });
});
