import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { isOnTrial } from './release.ts';

const home = mkdtempSync(join(tmpdir(), 'reperio-on-trial-'));
after(() => rmSync(home, { recursive: true, force: true }));

test('a release is on trial while the mark stands beside it, and not for ever', () => {
  const current = join(home, 'current');
  assert.equal(isOnTrial(undefined), false);
  assert.equal(isOnTrial(current), false);
  const mark = join(home, 'on-trial');
  writeFileSync(mark, '');
  assert.equal(isOnTrial(current), true);
  // Its host lost power in the middle.
  utimesSync(mark, 1, 1);
  assert.equal(isOnTrial(current), false);
});
