import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { treeOf } from './known-trees.ts';
import { parseTree, plainValue } from './tree.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-yaml-'));
const before = process.env['NODE_COMPILE_CACHE'];
process.env['NODE_COMPILE_CACHE'] = folder;
after(() => {
  if (before === undefined) delete process.env['NODE_COMPILE_CACHE'];
  else process.env['NODE_COMPILE_CACHE'] = before;
  rmSync(folder, { recursive: true });
});

const long = `# ${'x'.repeat(2_000)}\nname: Library\nyear: 008\nlist: [a, 1, true, null]\nnone:\ntext: |\n  two\n  lines\n`;
const kept = () => readdirSync(join(folder, 'yaml'));

test('a tree that was read before is the same, with its lines', () => {
  const first = treeOf(long);
  assert.equal(kept().length, 1);
  assert.deepEqual(treeOf(long), first);
  assert.deepEqual(first, parseTree(long));
  assert.equal(first.root?.kind === 'map' && first.root.items[1]?.key?.line, 3);
  assert.deepEqual(plainValue(first.root), {
    name: 'Library',
    year: 8,
    list: ['a', 1, true, null],
    none: null,
    text: 'two\nlines\n',
  });
});

test('a kept tree that is cut is read anew', () => {
  treeOf(long);
  const [name] = kept();
  const file = join(folder, 'yaml', name!);
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, 50));
  assert.deepEqual(treeOf(long), parseTree(long));
});

test('what is no YAML is not kept, and says where', () => {
  const wrong = `${long}\nbad: [1,\n`;
  assert.ok(treeOf(wrong).problems.length > 0);
  assert.equal(kept().length, 1);
});

test('the trees that are kept stay few', () => {
  for (let at = 0; at < 150; at++) treeOf(`${long}n${at}: 1\n`);
  assert.ok(kept().length <= 101, `${kept().length}`);
});

test('a cache that cannot be is done without', () => {
  const file = join(folder, 'a file');
  writeFileSync(file, '');
  try {
    for (const cache of [file, join(file, 'below'), '/dev/null/x']) {
      process.env['NODE_COMPILE_CACHE'] = cache;
      assert.deepEqual(treeOf(long), parseTree(long));
    }
  } finally {
    process.env['NODE_COMPILE_CACHE'] = folder;
  }
});
