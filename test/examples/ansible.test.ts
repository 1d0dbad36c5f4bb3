import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { root } from '../support/markdown.ts';
import { lacks } from '../support/packages.ts';

const folder = join(root, 'examples/ansible');
const read = (name: string): string => readFileSync(join(folder, name), 'utf8');

test('the hosts of examples/ansible are those of examples/cluster', () => {
  const { hosts }: { hosts: Record<string, { address: string }> } = parse(
    readFileSync(join(root, 'examples/cluster/cluster.yaml'), 'utf8'),
  );
  const named = [...read('inventory.ini').matchAll(/^(\w+) ansible_host=(\S+)$/gm)];
  assert.deepEqual(
    named.map(([, name, address]) => [name, address]),
    ['web1', 'web2'].map((name) => [name, hosts[name]!.address]),
  );
});

test('the playbook names units that are rendered, one host after the other', () => {
  const plays: readonly { readonly serial: number }[] = parse(read('site.yml'));
  assert.deepEqual(
    plays.map(({ serial }) => serial),
    [1, 1],
  );
  const units = read('site.yml').match(/reperio-\w+\.(?:service|socket)/g);
  const known = ['reperio-follower.service', 'reperio-tasks.service', 'reperio-web.service', 'reperio-web.socket'];
  assert.deepEqual([...new Set(units)].sort(), known);
});

test('Ansible reads the playbook', { skip: lacks('ansible-playbook') }, () => {
  const words = [
    '-i',
    'inventory.ini',
    '--syntax-check',
    'site.yml',
    '-e',
    'release=reperio-0.3.0-linux-x64.tar.zst',
    '-e',
    'rendered=r',
  ];
  const { status, stderr } = spawnSync('ansible-playbook', words, { cwd: folder, encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, '']);
});
