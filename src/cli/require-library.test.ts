import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { loadSettings } from '../config/settings.ts';
import { requireLibrary } from './require-library.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-require-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const at = (name: string, more: Readonly<Record<string, string>> = {}) =>
  loadSettings({ REPERIO_DATA: join(folder, name), ...more });

test('a folder without a library is named, and stays as it is', () => {
  assert.throws(() => requireLibrary(at('mistyped')), /There is no library in .*mistyped/);
  assert.ok(!existsSync(join(folder, 'mistyped')));
});

test('a database of its own, a sign that there was one, and a database elsewhere are a library', () => {
  mkdirSync(join(folder, 'own/postgres/data'), { recursive: true });
  requireLibrary(at('own'));
  mkdirSync(join(folder, 'lost'));
  assert.throws(() => requireLibrary(at('lost')), /There is no library/);
  writeFileSync(join(folder, 'lost/database-made'), '');
  requireLibrary(at('lost'));
  requireLibrary(at('none', { DATABASE_URL: 'postgres://elsewhere/library' }));
});
