import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { closeDataFolder } from './closed-folder.ts';

const umask = process.umask();
const root = mkdtempSync(join(tmpdir(), 'reperio-closed-'));
after(() => {
  process.umask(umask);
  rmSync(root, { recursive: true, force: true });
});
const isRoot = process.getuid?.() === 0;

/** As an older release, or a careless umask, left it. */
function openFolder(name: string, more: readonly string[] = []): string {
  const folder = join(root, name);
  process.umask(0);
  for (const each of ['index', 'files', 'outbox', 'postgres', ...more])
    mkdirSync(join(folder, each), { recursive: true });
  for (const each of ['reperio.yaml', 'serve.json']) writeFileSync(join(folder, each), '');
  for (const each of ['', 'index', 'files', 'outbox', 'postgres', ...more]) chmodSync(join(folder, each), 0o755);
  for (const each of ['reperio.yaml', 'serve.json']) chmodSync(join(folder, each), 0o644);
  return folder;
}
const mode = (...path: readonly string[]): string => (statSync(join(...path)).mode & 0o777).toString(8);

test('an existing data folder is closed to other users, and so is what is made from then on', () => {
  const folder = openFolder('plain', ['drill']);
  closeDataFolder({ dataFolder: folder, files: undefined, fileDelivery: 'stream' });
  for (const each of ['index', 'files', 'outbox']) assert.equal(mode(folder, each), '700', each);
  for (const each of ['reperio.yaml', 'serve.json']) assert.equal(mode(folder, each), '600', each);
  // Where root starts PostgreSQL as somebody else, that one passes through and sees nothing.
  for (const each of ['', 'postgres', 'drill']) assert.equal(mode(folder, each), isRoot ? '711' : '700', each);
  writeFileSync(join(folder, 'new'), '');
  mkdirSync(join(folder, 'newer'));
  assert.deepEqual([mode(folder, 'new'), mode(folder, 'newer')], ['600', '700']);
});

test('a web server that sends documents goes on reading them as a member of their group', () => {
  const folder = openFolder('sent');
  closeDataFolder({ dataFolder: folder, files: undefined, fileDelivery: 'x-accel' });
  assert.equal(mode(folder, 'files'), '755');
  assert.equal(mode(folder), isRoot ? '711' : '710');
  assert.equal(mode(folder, 'index'), '700');
});

test('a folder that is for other things too stays as it is, but for what is ours in it', () => {
  const folder = openFolder('shared', ['site of somebody']);
  closeDataFolder({ dataFolder: folder, files: undefined, fileDelivery: 'stream' });
  for (const each of ['', 'site of somebody']) assert.equal(mode(folder, each), '755', each);
  assert.equal(mode(folder, 'index'), '700');
});

test('a folder that is not there yet is no mistake', () => {
  closeDataFolder({ dataFolder: join(root, 'nothing'), files: undefined, fileDelivery: 'stream' });
});
