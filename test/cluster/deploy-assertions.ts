import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import type { Step, StepRecord } from '../../src/deploy/rollout/deployment.ts';
import type { LoggedDeployment } from '../../src/deploy/rollout/library.ts';
import type { Planned } from '../../src/deploy/rollout/plan.ts';
import type { LoadReport } from './load/report.ts';
import type { DeployWorld, Told } from './scenarios/deploy.ts';

export function assertNobodyFailed({ failed, refused, requests }: LoadReport): void {
  assert.ok(requests > 50, `only ${requests} requests`);
  assert.deepEqual([failed.slice(0, 5), refused.slice(0, 5)], [[], []]);
}

export function assertStatus(told: Told, status: number): void {
  assert.equal(told.status, status, `${told.stdout}\n${told.stderr}`);
}

export async function planOf(world: DeployWorld, release: string): Promise<Planned> {
  const told = await world.operate('plan', release, '--json');
  return JSON.parse(told.stdout) as Planned;
}

/** The newest first. */
export async function logOf(world: DeployWorld): Promise<readonly LoggedDeployment[]> {
  const told = await world.operate('log', '--json');
  assertStatus(told, 0);
  return JSON.parse(told.stdout) as readonly LoggedDeployment[];
}

const shown = ({ host, kind, back }: Step): string => `${host} ${kind}${back ? ' back' : ''}`;

/**
 * What `deploy run --json` has told: the plan, and each step as it ended, in the order of its
 * beginning.
 */
export function eventsOf(stdout: string): { readonly planned: Planned; readonly steps: readonly StepRecord[] } {
  const events = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { readonly event: string });
  const planned = events.find(({ event }) => event === 'plan') as unknown as Planned;
  const steps = events.filter(({ event }) => event === 'step') as unknown as readonly StepRecord[];
  return { planned, steps: [...new Map(steps.map((step) => [shown(step), step])).values()] };
}

/** What was done is what was planned, in its order. */
export function assertAsPlanned({ steps }: Planned, done: readonly StepRecord[]): void {
  assert.deepEqual(done.map(shown), steps.map(shown));
  assert.deepEqual([...new Set(done.map(({ state }) => state))], ['done']);
}

/** What was done is what was planned, up to the step that failed. */
export function assertPlannedUntil({ steps }: Planned, done: readonly StepRecord[], failed: string): void {
  const forward = done.filter(({ back }) => !back);
  assert.equal(shown(forward.at(-1)!), failed);
  assert.equal(forward.at(-1)!.state, 'failed');
  assert.deepEqual(forward.map(shown), steps.slice(0, forward.length).map(shown));
}

/** Every host is as it is when nobody deploys, on this release. */
export async function assertSettled(world: DeployWorld, version: string): Promise<void> {
  assert.deepEqual(world.current(), Object.fromEntries(world.shape.hosts.map((name) => [name, version])));
  assert.deepEqual([...new Set(Object.values(await world.running()))], [version]);
  for (const name of world.shape.hosts) {
    assert.ok(!existsSync(world.cluster.host(name).pathOf('/opt/reperio/deploy.lock')), `${name} is locked`);
    const log = await world.cluster.exec(name, ['cat', '/var/log/reperio/deploy.log']).catch(() => '');
    for (const line of log.trim().split('\n').filter(Boolean)) JSON.parse(line);
  }
  await world.allUp();
}
