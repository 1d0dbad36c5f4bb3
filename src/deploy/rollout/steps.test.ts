import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import type { DeployHost, StepRecord } from './deployment.ts';
import { backSteps, forwardSteps } from './steps.ts';

const hosts: fc.Arbitrary<readonly DeployHost[]> = fc
  .array(fc.boolean(), { minLength: 1, maxLength: 6 })
  .map((all) => all.map((isWeb, at) => ({ name: `h${at}`, isWeb, units: ['u'], before: '/opt/reperio/releases/1' })));
const options = fc.record({ copies: fc.boolean(), migrates: fc.boolean(), hasBalancers: fc.boolean() });

/** What these steps leave behind, however often each of them is done. */
function effect(
  steps: readonly StepRecord[],
): Readonly<Record<string, { readonly isNew: boolean; readonly runsNew: boolean; readonly isDrained: boolean }>> {
  const found: Record<string, { isNew: boolean; runsNew: boolean; isDrained: boolean }> = {};
  for (const { host, kind, back } of steps) {
    found[host] ??= { isNew: false, runsNew: false, isDrained: false };
    const now = found[host];
    if (kind === 'drain') now.isDrained = true;
    if (kind === 'undrain') now.isDrained = false;
    if (kind === 'switch') now.isNew = !back;
    if (kind === 'restart') now.runsNew = now.isNew;
  }
  return found;
}

test('nothing changes before the release is verified on every host, and one host changes at a time', () => {
  assertProperty(
    fc.property(hosts, options, (all, given) => {
      const steps = forwardSteps(all, given);
      const changing = ['migrate', 'drain', 'switch', 'restart', 'ready', 'undrain', 'verified'];
      const first = steps.findIndex(({ kind }) => changing.includes(kind));
      const last = steps.findLastIndex(({ kind }) => ['copy', 'verify', 'check'].includes(kind));
      assert.ok(last < first);
      const order = steps.filter(({ kind }) => changing.includes(kind) && kind !== 'migrate').map(({ host }) => host);
      assert.deepEqual(
        [...new Set(order)],
        all.map(({ name }) => name),
      );
      assert.equal(order.filter((name, at) => name !== order[at - 1]).length, all.length);
      const after = effect(steps.map((step) => ({ ...step, state: 'done' })));
      for (const { name } of all) assert.deepEqual(after[name], { isNew: true, runsNew: true, isDrained: false });
    }),
  );
});

test('a web node that is the only one is not drained: nobody else would answer its readers', () => {
  const one = (name: string, isWeb: boolean): DeployHost => ({ name, isWeb, units: ['u'], before: '/r/1' });
  const kinds = (all: readonly DeployHost[]): readonly string[] =>
    forwardSteps(all, { copies: true, migrates: true, hasBalancers: true }).map(({ kind }) => kind);
  assert.ok(!kinds([one('a', false), one('b', true)]).includes('drain'));
  assert.ok(kinds([one('a', true), one('b', true)]).includes('drain'));
});

test('wherever it stops, the way back leaves every host as it was', () => {
  assertProperty(
    fc.property(hosts, options, fc.nat(), fc.boolean(), (all, given, cut, isDone) => {
      const forward = forwardSteps(all, given);
      const at = cut % forward.length;
      const steps: readonly StepRecord[] = forward.map((step, place) => ({
        ...step,
        state: place < at ? 'done' : place > at ? 'planned' : isDone ? 'running' : 'failed',
      }));
      const balancers = given.hasBalancers ? ['lb1'] : [];
      const back = backSteps({ hosts: all, balancers, steps: [...steps] });
      const begun = steps.filter(({ state }) => state !== 'planned');
      // A step that was begun may be done, or not.
      for (const done of [begun, begun.slice(0, -1)]) {
        const after = effect([...done, ...back.map((step) => ({ ...step, state: 'done' }) as const)]);
        for (const found of Object.values(after))
          assert.deepEqual(found, { isNew: false, runsNew: false, isDrained: false });
      }
      const touched = begun.filter(({ kind }) => kind === 'drain' || kind === 'switch').map(({ host }) => host);
      assert.deepEqual([...new Set(back.map(({ host }) => host))], [...new Set(touched)].reverse());
    }),
  );
});
