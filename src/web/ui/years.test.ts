import assert from 'node:assert/strict';
import { test } from 'node:test';
import { usualYears, yearBars } from './years.ts';

const counts = (...pairs: readonly (readonly [number, number])[]) => pairs.map(([year, count]) => ({ year, count }));
const decades = Array.from({ length: 40 }, (_, i) => [1980 + i, 10] as const);

test('dates of another calendar and the one old book get a bar at each end', () => {
  const bars = yearBars(counts([1350, 1], ...decades, [2546, 2]));
  assert.deepEqual(bars[0], { from: undefined, to: 1979, count: 1 });
  assert.deepEqual(bars[1], { from: 1980, to: 1980, count: 10 });
  assert.deepEqual(bars.at(-1), { from: 2020, to: undefined, count: 2 });
  assert.equal(
    bars.reduce((sum, { count }) => sum + count, 0),
    403,
  );
  assert.deepEqual(usualYears(counts([1350, 1], ...decades, [2546, 2])), [1980, 2019]);
});

test('ends stay where nothing is gained, and where they are many', () => {
  assert.deepEqual(
    yearBars(counts(...decades))
      .map(({ from }) => from)
      .slice(0, 2),
    [1980, 1981],
  );
  assert.deepEqual(yearBars(counts([1350, 30], ...decades)).map(({ from }) => from)[0], 1340);
  assert.deepEqual(usualYears(counts([1350, 1], [1990, 3])), [1350, 1990], 'of a few records each one counts');
  assert.equal(usualYears([]), undefined);
});
