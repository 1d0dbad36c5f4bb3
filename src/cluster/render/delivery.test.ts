import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { findProgram, lacks } from '../../../test/support/packages.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { hostNamed } from '../topology/read.ts';
import { exampleTopology, onLoopback, testSecrets } from '../topology/test-topology.ts';
import { internalPrefix } from './nginx.ts';
import { renderHost } from './render.ts';

/**
 * nginx and Apache, as they are rendered, in front of a node that lets one reader through and tells
 * them which file to send.
 */

const scratch = mkdtempSync(join(tmpdir(), 'reperio-delivery-'));
const files = join(scratch, 'files');
const content = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 251));
const skipUnlessRoot = process.getuid?.() === 0 ? false : 'web servers that become www-data are started by root';

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

/** From an address of the loopback network, as if from that host. */
function ask(path: string, from: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const to = { host: '127.77.0.23', port: 18_081, path, localAddress: from, headers, agent: false };
    const sent = request(to, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts) }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

const balancer = '127.77.0.11';
const stranger = '127.78.0.9';
let answered = 0;

function node(address: string): Server {
  return createServer((asked, response) => {
    answered++;
    if (asked.url === '/health/ready') return void response.end('ready\n');
    if (asked.url === '/headers') return void response.end(JSON.stringify(asked.headers));
    if (asked.url !== '/record/1/files/a.bin') return void response.writeHead(403).end('not for you');
    // Which of the two is in front is for a setting to say; here both are told.
    response.setHeader('X-Accel-Redirect', `${internalPrefix}ab/a.bin`);
    response.setHeader('X-Sendfile', join(files, 'ab/a.bin'));
    response.setHeader('Content-Type', 'application/pdf');
    response.end();
  }).listen(18_082, address);
}

const programs = {
  nginx: {
    start: (file: string) => [findProgram('nginx')!, '-e', join(scratch, 'nginx.log'), '-g', 'daemon off;', '-c', file],
  },
  // Not -X, its one process for debugging: that can miss the signal that ends it.
  apache: { start: (file: string) => [findProgram('apache2')!, '-DFOREGROUND', '-f', file] },
} as const;

for (const [server, { start }] of Object.entries(programs))
  describe(`${server} as it is rendered`, {
    skip: lacks(server === 'apache' ? 'apache2' : 'nginx') || skipUnlessRoot,
  }, () => {
    let process: ChildProcess;
    let nodes: readonly Server[] = [];
    before(async () => {
      mkdirSync(join(files, 'ab'), { recursive: true });
      chmodSync(scratch, 0o755);
      writeFileSync(join(files, 'ab/a.bin'), content);
      writeFileSync(join(files, '../secret'), 'nobody must see this');
      nodes = [1, 2, 3].map((at) => node(`127.77.0.2${at}`));
      const topology = exampleTopology((text) =>
        onLoopback(text)
          .replace('{http: 18080', `{files: 18081, web: 18082, http: 18080`)
          .replace('versions:', `files: {server: ${server}, folder: ${files}}\nversions:`),
      );
      const program = server === 'apache' ? 'apache' : 'nginx';
      const [rendered] = renderHost(topology, hostNamed(topology, 'web3'), testSecrets, [program]);
      const file = join(scratch, `${server}.conf`);
      const text = rendered!.text
        .replaceAll('/var/log/nginx', scratch)
        .replaceAll('/var/log/apache2', scratch)
        .replace('/run/nginx.pid', join(scratch, 'nginx.pid'))
        .replace('/var/run/apache2/apache2.pid', join(scratch, 'apache.pid'));
      writeFileSync(file, text);
      const [command = '', ...args] = start(file);
      process = spawn(command, args, { stdio: 'ignore' });
      await waitFor(server, async () => (await ask('/health/ready', balancer)).status === 200);
    });
    after(async () => {
      process?.kill('SIGTERM');
      await new Promise((resolve) => (process?.exitCode === null ? process.once('exit', resolve) : resolve(undefined)));
      for (const each of nodes) {
        each.closeAllConnections();
        each.close();
      }
    });

    test('sends the file that a node names, whole and in parts', async () => {
      const whole = await ask('/record/1/files/a.bin', balancer);
      assert.equal(whole.status, 200);
      assert.ok(whole.body.equals(content));
      const part = await ask('/record/1/files/a.bin', balancer, { range: 'bytes=1000-1999' });
      assert.equal(part.status, 206);
      assert.ok(part.body.equals(content.subarray(1000, 2000)));
    });

    test('sends none that no node has named', async () => {
      for (const path of [
        `${internalPrefix}ab/a.bin`,
        '/secret',
        `${internalPrefix}../secret`,
        '/record/2/files/a.bin',
      ]) {
        const { status, body } = await ask(path, balancer);
        assert.ok(status >= 400, `${path}: ${status}`);
        assert.ok(!body.includes('nobody must see') && !body.equals(content), path);
      }
    });

    test('answers balancers and nobody else, and passes on whom they name', async () => {
      const headers = { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' };
      const told = JSON.parse(String((await ask('/headers', balancer, headers)).body)) as Readonly<
        Record<string, string>
      >;
      assert.deepEqual([told['x-forwarded-for'], told['x-forwarded-proto']], [`192.0.2.7, ${balancer}`, 'https']);
      const before = answered;
      assert.equal((await ask('/headers', stranger, headers)).status, 403);
      assert.equal((await ask('/balancer-manager', stranger)).status, 403);
      // Apache probes on its own; nginx does not.
      if (server === 'nginx') assert.equal(answered, before);
    });
  });

after(() => rmSync(scratch, { recursive: true, force: true }));
