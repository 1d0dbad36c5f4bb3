/** A repository of small packages, as apt itself reads it; and what dnf would read. */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeRepository } from '../../scripts/make/repository.ts';
import { lacks } from '../support/packages.ts';
import { isWhole } from '../support/scale.ts';

const skip = isWhole
  ? lacks('dpkg-deb', 'dpkg-scanpackages', 'rpmbuild', 'createrepo_c')
  : 'only in the whole matrix: npm run test:all';

describe('a repository', { skip }, () => {
  const scratch = mkdtempSync(join(tmpdir(), 'reperio-repository-'));
  const folder = join(scratch, 'packages');
  const home = join(scratch, 'gnupg');
  after(() => {
    spawnSync('gpgconf', ['--homedir', home, '--kill', 'all']);
    rmSync(scratch, { recursive: true, force: true });
  });

  function makeDeb(version: string): void {
    const stage = join(scratch, `deb-${version}`);
    mkdirSync(join(stage, 'DEBIAN'), { recursive: true });
    const control = `Package: reperio\nVersion: ${version}\nArchitecture: all\nMaintainer: T <t@library.example>\nDescription: test\n`;
    writeFileSync(join(stage, 'DEBIAN/control'), control);
    execFileSync('dpkg-deb', ['--root-owner-group', '--build', stage, join(folder, `reperio_${version}_all.deb`)]);
  }

  /** What apt finds in the repository, with nothing of this machine's own. */
  function apt(...words: readonly string[]): { readonly status: number | null; readonly text: string } {
    const state = join(scratch, 'apt');
    for (const name of ['lists/partial', 'cache/archives/partial', 'etc'])
      mkdirSync(join(state, name), { recursive: true });
    const source = `deb [signed-by=${join(folder, 'reperio.asc')}] file:${folder} ./\n`;
    writeFileSync(join(state, 'sources.list'), source);
    writeFileSync(join(state, 'status'), '');
    const options = {
      'Dir::Etc': join(state, 'etc'),
      'Dir::Etc::sourcelist': join(state, 'sources.list'),
      'Dir::Etc::sourceparts': '-',
      'Dir::State': state,
      'Dir::State::status': join(state, 'status'),
      'Dir::Cache': join(state, 'cache'),
      'APT::Sandbox::User': 'root',
      Debug: 'false',
    };
    const given = Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    const { status, stdout, stderr } = spawnSync(words[0]!, [...given, ...words.slice(1)], { encoding: 'utf8' });
    return { status, text: `${stdout}${stderr}` };
  }

  before(async () => {
    mkdirSync(folder);
    mkdirSync(home, { mode: 0o700 });
    process.env['GNUPGHOME'] = home;
    const key = [
      '--batch',
      '--quiet',
      '--passphrase',
      '',
      '--quick-generate-key',
      'packages@library.example',
      'rsa3072',
    ];
    execFileSync('gpg', key, { stdio: 'pipe' });
    for (const version of ['0.2.0-1', '0.3.0-1']) makeDeb(version);
    const spec = join(scratch, 'reperio.spec');
    writeFileSync(
      spec,
      'Name: reperio\nVersion: 0.3.0\nRelease: 1\nSummary: test\nLicense: none\nBuildArch: noarch\n%description\n%files\n',
    );
    execFileSync(
      'rpmbuild',
      [
        '-bb',
        '--quiet',
        '--define',
        `_topdir ${scratch}/rpm`,
        '--define',
        `_rpmdir ${folder}`,
        '--define',
        '_rpmfilename reperio.rpm',
        spec,
      ],
      { stdio: 'pipe' },
    );
    await makeRepository(folder, 'packages@library.example');
  });
  after(() => delete process.env['GNUPGHOME']);

  test('apt finds every version, and checks who signed', () => {
    const updated = apt('apt-get', 'update');
    assert.equal(updated.status, 0, updated.text);
    assert.doesNotMatch(updated.text, /^[WE]:/m);
    assert.match(apt('apt-cache', 'madison', 'reperio').text, /0\.3\.0-1[\s\S]*0\.2\.0-1/);
  });

  test('apt refuses an index that somebody has changed', async () => {
    appendFileSync(join(folder, 'Packages'), '\n');
    rmSync(join(folder, 'Packages.gz'));
    rmSync(join(scratch, 'apt'), { recursive: true, force: true });
    assert.notEqual(apt('apt-get', 'update').status, 0);
    await makeRepository(folder, 'packages@library.example');
    assert.equal(apt('apt-get', 'update').status, 0, 'made again, it is right again');
  });

  test('dnf is told of the package, under a signature', () => {
    const metadata = join(folder, 'repodata/repomd.xml');
    assert.match(readFileSync(metadata, 'utf8'), /<data type="primary">/);
    execFileSync('gpg', ['--batch', '--verify', `${metadata}.asc`, metadata], { stdio: 'pipe' });
  });
});
