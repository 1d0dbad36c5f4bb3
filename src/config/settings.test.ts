import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { manualPage, settingsManual } from './docs.ts';
import { installationFolder, loadSettings, readSettings } from './settings.ts';
import type { SettingDefinition } from './table/definition.ts';
import { settingsTable } from './table.ts';
import { parseValue } from './values.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-config-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const definitions: readonly SettingDefinition[] = Object.values(settingsTable);

test('without file and environment the defaults are in force, and all of them are in their ranges', () => {
  const { settings, origins, problems } = readSettings({});
  assert.deepEqual(problems, []);
  assert.equal(settings.dataFolder, join(installationFolder, '.reperio'));
  assert.equal(settings.port, 8080);
  assert.equal(settings.databaseUrl, undefined);
  assert.ok(Object.values(origins).every((origin) => origin === 'default'));
  for (const definition of definitions) {
    if (definition.default !== undefined)
      assert.equal(parseValue(definition, definition.default, '/').problem, undefined);
  }
});

test('the environment goes before the file, and the file before the defaults', () => {
  writeFileSync(join(folder, 'reperio.yaml'), 'port: 81\nhost: 0.0.0.0\nstatement-timeout: 30s\nrecord-limit: 1MB\n');
  const { settings, origins } = readSettings({ REPERIO_DATA: folder, REPERIO_PORT: '82', REPERIO_HOST: '' });
  assert.equal(settings.port, 82);
  assert.equal(settings.host, '0.0.0.0');
  assert.equal(settings.statementTimeout, 30_000);
  assert.equal(settings.recordLimit, 1024 * 1024);
  assert.deepEqual([origins.port, origins.host, origins.poolSize], ['environment', 'file', 'default']);
});

test('every wrong setting is told at once, each with what it should be', () => {
  const file = join(folder, 'wrong.yaml');
  writeFileSync(file, 'prot: 80\nworkers: 0\nstatement-timeout: soon\n');
  const environment = { REPERIO_CONFIG: file, REPERIO_PORT: '99999', REPERIO_LOG_LEVEL: 'loud', REPERIO_POOLSIZE: '3' };
  assert.throws(
    () => loadSettings(environment),
    (error: Error) => {
      assert.match(error.message, /^6 mistakes in the settings/);
      assert.match(error.message, /prot in .*wrong\.yaml is not a setting; did you mean port\?/);
      assert.match(error.message, /workers in .*wrong\.yaml is 0 and must be from 1 to 64/);
      assert.match(error.message, /statement-timeout in .* is "soon" and must be a time/);
      assert.match(error.message, /REPERIO_PORT is 99999 and must be from 0 to 65535/);
      assert.match(error.message, /REPERIO_LOG_LEVEL is "loud" and must be one of trace/);
      assert.match(
        error.message,
        /REPERIO_POOLSIZE in the environment is not a setting; did you mean REPERIO_POOL_SIZE\?/,
      );
      return true;
    },
  );
});

test('a file that is missing, no YAML, or no list of names is told', () => {
  const missing = join(folder, 'missing.yaml');
  assert.match(readSettings({ REPERIO_CONFIG: missing }).problems.join(), /which does not exist/);
  const file = join(folder, 'broken.yaml');
  writeFileSync(file, 'a: [1\n');
  assert.match(readSettings({ REPERIO_CONFIG: file }).problems.join(), /cannot be read/);
  writeFileSync(file, '- port\n');
  assert.match(readSettings({ REPERIO_CONFIG: file }).problems.join(), /is not a list of/);
  writeFileSync(file, '# nothing yet\n');
  assert.deepEqual(readSettings({ REPERIO_CONFIG: file }).problems, []);
});

test('numbers may have units, and nothing else', () => {
  const bytes: SettingDefinition = {
    name: 'x',
    environment: 'X',
    type: 'bytes',
    default: 1,
    change: 'reload',
    doc: '',
  };
  const duration: SettingDefinition = { ...bytes, type: 'duration' };
  const value = (definition: SettingDefinition, given: unknown) =>
    ({ value: undefined, ...parseValue(definition, given, '/') }).value;
  assert.deepEqual(
    ['1', '2kB', '1.5 MB', '1GB'].map((text) => value(bytes, text)),
    [1, 2048, 1572864, 1024 ** 3],
  );
  assert.deepEqual(
    ['250', '250ms', '2s', '1.5min', '1h'].map((text) => value(duration, text)),
    [250, 250, 2000, 90_000, 3_600_000],
  );
  for (const wrong of ['', '1x', '0x10', '1e3', 'ten', '1.5', '--1', {}, [], true, null]) {
    assert.equal(value(bytes, wrong), undefined, JSON.stringify(wrong));
  }
});

test('a relative data folder starts at the current folder', () => {
  assert.equal(readSettings({ REPERIO_DATA: 'here' }, '/srv').settings.dataFolder, '/srv/here');
});

test('docs/settings.md is what the table says; `npm run docs` writes it', () => {
  const page = readFileSync(join(installationFolder, 'docs', 'settings.md'), 'utf8');
  // No diff of the whole page.
  assert.ok(page === settingsManual(), 'docs/settings.md is out of date: run npm run docs');
});

test('the manual page speaks of every setting and command', () => {
  const page = manualPage('1.2.3', [['load', 'Load records.']]);
  for (const { environment } of definitions) assert.ok(page.includes(`.B ${environment}\n`), environment);
  assert.match(page, /^\.B load\nLoad records\.$/m);
});
