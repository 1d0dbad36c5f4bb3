import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeReleaseFolder } from '../../../test/support/release-folder.ts';
import { exampleTopology } from '../../cluster/topology/test-topology.ts';
import { installationFolder } from '../../config/settings.ts';
import { readMigrations } from '../../store/migrate.ts';
import { writeDocument } from './document.ts';
import { commitsBetween } from './git.ts';
import { type RecipeFacts, recipe } from './recipe.ts';
import { renderedDifferences } from './rendered.ts';
import { openSide, type Side } from './side.ts';
import { readSiteRepository } from './site-repository.ts';

let scratch: string;
let from: Side;
let to: Side;
const next = String(readMigrations().length + 1).padStart(4, '0');

before(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'recipe-'));
  const modules = join(installationFolder, 'node_modules');
  await makeReleaseFolder(join(scratch, 'old'), { version: '0.8.0', modules });
  await makeReleaseFolder(join(scratch, 'new'), {
    version: '0.9.0',
    modules,
    edit: (tree) =>
      writeFileSync(
        join(tree, `src/store/migrations/${next}-later.sql`),
        '-- locks: record, writes, 1s/30000 rows\nCREATE INDEX a ON record (id);\n',
      ),
  });
  from = await openSide(join(scratch, 'old'), scratch);
  to = await openSide(join(scratch, 'new'), scratch);
});
after(() => rmSync(scratch, { recursive: true, force: true }));

const facts = (more: Partial<RecipeFacts> = {}): RecipeFacts => ({
  ...{ from, to, topology: exampleTopology(), commits: ['abc1234 One'], rows: { record: 108_000 }, rendered: [] },
  site: undefined,
  ...more,
});

test('a recipe has all that is needed, for every host in its order', () => {
  const text = writeDocument(recipe(facts()), 'markdown');
  assert.match(text, /^# Reperio 0\.8\.0 -> 0\.9\.0 on main$/m);
  assert.match(text, /`\d+-later\.sql`, additive: .*; writes to record wait some 4 s \(108,000 rows\)$/m);
  const parts = [...text.matchAll(/^### (\w+): the release$/gm)].map(([, name]) => name);
  assert.deepEqual(parts, ['worker1', 'web1', 'web2', 'web3']);
  assert.match(
    text,
    /^ssh root@10\.77\.0\.11 'echo "set server pages\/web2 state drain" \| socat - \/run\/haproxy\/admin\.sock'$/m,
  );
  const again = writeDocument(recipe(facts({ to: { ...to, version: '0.8.0' } })), 'markdown');
  assert.match(again, /Both are called 0\.8\.0, .* cannot be done/);
  const back = text.slice(text.indexOf('## Rollback'));
  assert.ok(back.indexOf('releases/0.8.0') > 0 && !back.includes('releases/0.9.0'));
  assert.ok(back.indexOf('10.77.0.23') < back.indexOf('10.77.0.41'));
  assert.match(text, /^\| worker1 \| +\|/m);
  // As deploying does: rollback knows where it leads.
  assert.match(text, /^ssh root@10\.77\.0\.41 'ln -sfn releases\/0\.8\.0 .*\/previous'$/m);
  // Shells take every command as it stands.
  for (const [, script] of text.matchAll(/```sh\n([\s\S]*?)```/g)) execFileSync('sh', ['-n'], { input: script! });
});

test('who is not root uses sudo for all of it, and a node that is alone is not drained', () => {
  const topology = exampleTopology((text) =>
    text
      .replace('hosts:', 'deploy: {user: deployer}\nhosts:')
      .replace(/ {2}web[23]:.*\n/g, '')
      .replace('roles: [web]', 'roles: [web, files]'),
  );
  const text = writeDocument(recipe(facts({ topology })), 'markdown');
  const lines = [...text.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, script]) => script!.trim().split('\n'));
  for (const line of lines.filter((each) => each.startsWith('ssh')))
    assert.match(line, /^ssh deployer@[\d.]+ 'sudo -n sh -ec /, line);
  for (const line of lines.filter((each) => each.startsWith('rsync')))
    assert.match(line, /'--rsync-path=sudo -n rsync' .* deployer@/);
  assert.doesNotMatch(text, /state drain/);
  execFileSync('sh', ['-n'], { input: lines.join('\n') });
});

test('an offline migration changes the commands, and there is no way back', () => {
  const offline = {
    ...to,
    migrations: to.migrations.map((each) => ({ ...each, offline: each.number === to.migrations.length })),
  };
  const text = writeDocument(recipe(facts({ to: offline })), 'org');
  assert.match(text, /OFFLINE: no node may run meanwhile/);
  assert.ok(text.indexOf('systemctl stop') < text.indexOf('db migrate'));
  assert.doesNotMatch(text, /state drain/);
  assert.match(text, /no way back but a restored backup/);
});

test('rendered files of both releases are compared by their own programs', async () => {
  const file = join(scratch, 'cluster.yaml');
  writeFileSync(
    file,
    'base-url: http://library.example\nnetwork: 10.77.0.0/24\nhosts:\n  web1: {address: 10.77.0.21, roles: [web]}\n  db1: {address: 10.77.0.31, roles: [database]}\n',
  );
  const hosts = exampleTopology().hosts.filter(({ name }) => name === 'web1');
  assert.deepEqual(await renderedDifferences(from, to, file, hosts), []);
  const path = join(scratch, 'new/src/cluster/render/settings.ts');
  execFileSync('sed', ['-i', 's/Not on every interface/Nowhere else/', path]);
  assert.deepEqual(await renderedDifferences(from, to, file, hosts), [
    { host: 'web1', path: '/etc/reperio/reperio.yaml', change: 'changed' },
  ]);
  writeFileSync(file, 'hosts: {}\n');
  assert.equal(await renderedDifferences(from, to, file, hosts), undefined);
});

test('commits, also as sides, and the repository of the site file come from git', async () => {
  const folder = join(scratch, 'site');
  mkdirSync(folder);
  const git = (...words: string[]): string =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@b', ...words], {
      encoding: 'utf8',
    }).trim();
  git('init', '-q');
  for (const words of ['First', 'Second']) {
    writeFileSync(join(folder, 'site.yaml'), words);
    git('add', '-A');
    git('commit', '-qm', words);
  }
  git('tag', 'deployed', 'HEAD^');
  assert.match((await commitsBetween(folder, 'deployed', 'HEAD'))!.join('|'), /^\w+ Second$/);
  assert.equal(await commitsBetween(folder, 'f'.repeat(40), 'HEAD'), undefined);
  writeFileSync(join(folder, 'site.yaml'), 'changed');
  const site = await readSiteRepository(folder);
  assert.deepEqual([site.commits.length, site.changes], [1, ['site.yaml']]);
  await assert.rejects(readSiteRepository(scratch), /is not a clone of a repository with a site file/);
  await assert.rejects(openSide('no-such', folder), /neither a release .* nor a commit/);
  await assert.rejects(openSide('HEAD', folder), /cannot be asked for its settings/);
  assert.match(writeDocument(recipe(facts({ site })), 'markdown'), /Twin: the repository of the site file/);
});
