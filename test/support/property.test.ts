import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from './property.ts';
import { scale, scaled } from './scale.ts';

const small = fc.nat(99);
const again = /\n\nRun it again: TEST_SEED=\d+ (?:TEST_SCALE=\S+ )?npm test test\/support\/property\.test\.ts$/;

test('a property that fails says what it was given, and the command that tries the same again', async () => {
  const isSmall = (one: number): void => assert.ok(one < 50);
  for (const failing of [
    async () => assertProperty(fc.property(small, isSmall)),
    async () => assertProperty(fc.asyncProperty(small, async (one) => isSmall(one))),
  ])
    await assert.rejects(failing, ({ message, cause }: Error) => {
      assert.match(message, /Counterexample: \[50\]/);
      assert.match(message, again);
      return cause instanceof assert.AssertionError;
    });
});

test('all properties of a run are given the same from one seed, as often as the scale says', () => {
  const given = (): readonly number[] => {
    const all: number[] = [];
    assertProperty(
      fc.property(small, (one) => void all.push(one)),
      { numRuns: 40 },
    );
    return all;
  };
  assert.deepEqual(given(), given());
  assert.equal(given().length, scaled(40));
  assert.equal(scaled(40), Math.max(1, Math.round(40 * scale)));
});
