import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const source = new URL('../', import.meta.url);
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && !path.includes('/testing/'))
  .map((path) => ({ path, text: readFileSync(new URL(path, source), 'utf8') }));

test('docs/access.md names every file that tells people, addresses or groups apart', () => {
  const manual = readFileSync(new URL('../../docs/access.md', import.meta.url), 'utf8');
  const comparing = files.filter(({ text }) => /name_key\(|\blower\((?:\w\.)?email|\bidentityOf\(/.test(text));
  const missing = comparing.map(({ path }) => path).filter((path) => !manual.includes(`\`${path}\``));
  assert.ok(comparing.length > 5);
  assert.deepEqual(missing, []);
});

test('nothing that decides who somebody is folds texts as searches do', () => {
  const folding = files.filter(
    ({ path, text }) =>
      /^(?:access|people)\//.test(path) && /\bfold(?:Value|Text|Both)\b|analysis\/fold\.ts/.test(text),
  );
  assert.deepEqual(
    folding.map(({ path }) => path),
    [],
  );
});
