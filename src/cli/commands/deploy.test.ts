import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { lacks } from '../../../test/support/packages.ts';
import { runCommandLine } from '../run.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-deploy-'));
after(() => rmSync(folder, { recursive: true, force: true }));

// Hosts of this machine's loopback network, into which nobody can log in.
const cluster = join(folder, 'cluster.yaml');
writeFileSync(
  cluster,
  `base-url: http://library.example
network: 127.9.0.0/24
hosts:
  web1: {address: 127.9.0.21, roles: [web, worker], cores: 1, memory: 8GB}
  web2: {address: 127.9.0.22, roles: [web], cores: 1, memory: 8GB}
  db1: {address: 127.9.0.31, roles: [database], memory: 16GB}
`,
);

async function type(...words: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const world = {
    ...{ environment: {}, stdin: Readable.from([]), stdout, stderr, colour: false },
    ...{ signal: new AbortController().signal, onHangup: () => undefined },
  };
  const status = await runCommandLine([...words, '--file', cluster], world);
  stdout.end();
  stderr.end();
  return { status, stdout: await text(stdout), stderr: await text(stderr) };
}

test('asking hosts of which none answers fails, and says what to type', { skip: lacks('ssh') }, async () => {
  const status = await type('deploy', 'status');
  assert.match(status.stdout, /web1 +does not answer[\s\S]*`ssh[\s\S]*No host answers.*`reperio deploy status` again/);
  assert.equal(status.status, 1);
  const json = await type('deploy', 'status', '--json');
  assert.equal(JSON.parse(json.stdout).problems.length, 2);
  assert.equal(json.status, 1);
  for (const words of [['--json'], ['17'], []]) {
    const log = await type('deploy', 'log', ...words);
    assert.equal(log.stdout, '', 'nothing is shown for what was asked');
    assert.match(log.stderr, /log of deployments cannot be read.*web1 cannot be/);
    assert.equal(log.status, 1);
  }
});
