import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { findProgram, lacks } from '../../../test/support/packages.ts';
import { isListenAddress, type NodeUnits, renderNodeUnits } from './systemd.ts';

const scratch = mkdtempSync(join(tmpdir(), 'reperio-node-units-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const release = join(scratch, 'current');
mkdirSync(join(release, 'bin'), { recursive: true });
writeFileSync(join(release, 'bin/reperio'), '#!/bin/sh\n', { mode: 0o755 });

const plain: NodeUnits = {
  ...{
    release,
    data: '/var/lib/reperio',
    user: 'reperio',
    files: undefined,
    backup: undefined,
    spool: undefined,
    settings: undefined,
    secrets: undefined,
  },
  ...{ embedded: true, host: '127.0.0.1', port: 8080, statusPort: 0, by: '`reperio service install`' },
};

function textsOf(units: NodeUnits): ReadonlyMap<string, string> {
  return new Map(renderNodeUnits(units).map(({ path, text }) => [path.split('/').at(-1)!, text]));
}

test('one machine has a service, and a socket with the address of its settings', () => {
  const texts = textsOf(plain);
  assert.deepEqual([...texts.keys()], ['reperio-web.service', 'reperio-web.socket']);
  assert.match(
    texts.get('reperio-web.socket')!,
    /^ListenStream=127\.0\.0\.1:8080\nService=.*\nFileDescriptorName=web$/m,
  );
  const service = texts.get('reperio-web.service')!;
  assert.match(service, /^Sockets=reperio-web\.socket$/m);
  assert.doesNotMatch(service, /REPERIO_CONFIG|EnvironmentFile|CAP_NET|undefined/);
  assert.match(service, /^RemoveIPC=no$/m, 'the shared memory of its own PostgreSQL stays');
});

test('IPv6, a port of the state, and a low port without any capability', () => {
  const texts = textsOf({
    ...plain,
    ...{ host: '::', port: 80, statusPort: 8079, settings: '/etc/reperio/reperio.yaml' },
    secrets: { path: '/etc/reperio/secrets.env', optional: true },
  });
  assert.match(texts.get('reperio-web.socket')!, /^ListenStream=\[::\]:80\n# .*\nBindIPv6Only=both$/m);
  assert.match(
    texts.get('reperio-status.socket')!,
    /^ListenStream=127\.0\.0\.1:8079\nService=.*\nFileDescriptorName=status$/m,
  );
  const service = texts.get('reperio-web.service')!;
  assert.match(service, /^Also=reperio-web\.socket reperio-status\.socket$/m);
  assert.match(service, /^EnvironmentFile=-\/etc\/reperio\/secrets\.env$/m);
  assert.match(service, /^CapabilityBoundingSet=\nAmbientCapabilities=$/m);
});

test('systemd listens on addresses only', () => {
  assert.deepEqual(['10.0.0.1', '::1', 'localhost', 'library.example'].map(isListenAddress), [true, true, true, false]);
});

test('systemd takes the units without a word', { skip: lacks('systemd-analyze') }, () => {
  const files = renderNodeUnits({ ...plain, statusPort: 8079 }).map(({ path, text }) => {
    const file = join(scratch, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  });
  const { status, stdout, stderr } = spawnSync(findProgram('systemd-analyze')!, ['verify', '--man=no', ...files], {
    encoding: 'utf8',
  });
  assert.deepEqual({ status, text: `${stdout}${stderr}` }, { status: 0, text: '' });
});
