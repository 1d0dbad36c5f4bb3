import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sidesOf } from './recipe.ts';

test('two releases are named by paths or versions, with dots between them', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['v0.2.0..v0.3.0', 'v0.2.0', 'v0.3.0'],
    ['/opt/reperio/current../tmp/new', '/opt/reperio/current', '/tmp/new'],
    ['../old..../new', '../old', '../new'],
    ['../old..new', '../old', 'new'],
    ['..0.3.0', '', '0.3.0'],
    ['0.2.0..', '0.2.0', ''],
    ['../new', '', '../new'],
    ['', '', ''],
  ];
  for (const [range, from, to] of cases) assert.deepEqual(sidesOf(range), [from, to], range);
});
