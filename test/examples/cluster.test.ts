import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../support/markdown.ts';

const file = join(root, 'examples/cluster/cluster.yaml');

async function cluster(...words: readonly string[]): Promise<string> {
  const main = join(root, 'src/cli/main.ts');
  return (await promisify(execFile)(process.execPath, [main, 'cluster', ...words])).stdout;
}

test('examples/cluster/cluster.yaml is right, and something is rendered for each of its hosts', async () => {
  assert.match(await cluster('check', file), /is valid: main, 7 hosts\./);
  const drawn = await cluster('show', '--offline', file);
  for (const host of ['lb1', 'lb2', 'web1', 'web2', 'db1', 'db2', 'db3'])
    assert.match(drawn, new RegExp(`\\b${host}\\b`));
  assert.match(await cluster('render', 'haproxy', '--file', file), /server web2 10\.20\.0\.22:8080/);
});
