/** What Debian and RHEL say of the packages; the whole matrix only, as a release is made for it. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { lacks } from '../support/packages.ts';
import { isWhole } from '../support/scale.ts';
import { run } from './machine.ts';
import { copyReleaseHere, packageTree } from './releases.ts';

const skip = isWhole
  ? lacks('dpkg-deb', 'rpmbuild', 'lintian', 'rpmlint')
  : 'only in the whole matrix: npm run test:all';

describe('the packages', { skip }, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'reperio-lint-'));
  after(() => rmSync(scratch, { recursive: true, force: true }));
  let deb = '';
  let rpm = '';
  before(async () => {
    await copyReleaseHere(join(scratch, 'a'));
    deb = await packageTree('deb', join(scratch, 'a'), scratch, 'reperio');
    await copyReleaseHere(join(scratch, 'b'));
    rpm = await packageTree('rpm', join(scratch, 'b'), scratch, 'reperio');
    assert.ok(readdirSync(scratch).length >= 2);
  });

  test('lintian has nothing to say that is not overridden with its reason', async () => {
    const { text } = await run('lintian', '--allow-root', '--tag-display-limit', '0', '--display-info', deb);
    assert.equal(
      text
        .split('\n')
        .filter((line) => /^[EW]:/.test(line))
        .join('\n'),
      '',
    );
  });

  test('rpmlint has nothing to say that its configuration does not explain', async () => {
    const { text } = await run(
      'rpmlint',
      '--config',
      join(import.meta.dirname, '../../packaging/rpm/rpmlint.toml'),
      rpm,
    );
    assert.match(text, / 0 errors, 0 warnings/);
  });
});
