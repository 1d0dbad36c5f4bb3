import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram, lacks } from '../../../test/support/packages.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { hostNamed } from '../topology/read.ts';
import { exampleTopology, onLoopback, testSecrets } from '../topology/test-topology.ts';
import { haproxyFile } from './haproxy.ts';
import { renderHost } from './render.ts';

/**
 * The rendered configuration in a running HAProxy, in front of three nodes that do as they are
 * told.
 */

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Stands for a web node. */
class FakeNode {
  readonly name: string;
  readonly address: string;
  readonly seen: string[] = [];
  going = false;
  running = 0;
  most = 0;
  /** What becomes of requests other than probes. */
  act: (request: IncomingMessage, response: ServerResponse) => void = (_, response) => response.end(this.name);
  readonly #server: Server;

  constructor(name: string, address: string) {
    this.name = name;
    this.address = address;
    this.#server = createServer((asked, response) => {
      if (asked.url === '/health/ready') {
        response.statusCode = this.going ? 404 : 200;
        response.end(this.going ? 'going away\n' : 'ready\n');
        return;
      }
      this.seen.push(`${asked.method} ${asked.url}`);
      this.running++;
      this.most = Math.max(this.most, this.running);
      response.on('close', () => this.running--);
      this.act(asked, response);
    });
  }

  listen(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(8080, this.address, resolve));
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

const folder = mkdtempSync(join(tmpdir(), 'reperio-haproxy-'));
const front = { host: '127.77.0.100', port: 18_080 };
const nodes = [1, 2, 3].map((at) => new FakeNode(`web${at}`, `127.77.0.2${at}`));
let haproxy: ChildProcess;

const topology = exampleTopology((text) =>
  onLoopback(text)
    .replace('base-url: https', 'base-url: http')
    .replace(/certificate:.*\n/, '')
    .replace('[web, files]', '[web]')
    .replace('versions:', 'slots: {pages: 4, downloads: 1}\nversions:'),
);

function configuration(): string {
  const files = renderHost(topology, hostNamed(topology, 'lb1'), testSecrets, ['haproxy']);
  const { text } = files.find(({ path }) => path === haproxyFile)!;
  // What only root could do, and where it is not.
  return text
    .replaceAll('/run/haproxy', folder)
    .replace(/mode 660 user root group haproxy/, 'mode 600')
    .replace(/ {4}(?:user|group) haproxy\n/g, '')
    .replace('log /dev/log local0 notice', 'log stdout format raw local0 err');
}

function ask(
  path: string,
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ ...front, path, agent: new Agent(), ...options }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        body += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(options.method === 'POST' ? 'text' : undefined);
  });
}

function command(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(join(folder, 'admin.sock'), () => socket.end(`${text}\n`));
    let answer = '';
    socket.setEncoding('utf8');
    socket.on('data', (part: string) => {
      answer += part;
    });
    socket.on('end', () => resolve(answer));
    socket.on('error', reject);
  });
}

/** Status of each server of a backend, as web1=UP. */
async function states(backend: string): Promise<readonly string[]> {
  const rows = (await command('show stat')).split('\n').map((line) => line.split(','));
  return rows
    .filter(([name, server]) => name === backend && server?.startsWith('web'))
    .map((row) => `${row[1]}=${row[17]}`);
}

const allUp = async (): Promise<boolean> =>
  (await Promise.all(['pages', 'downloads'].map(states))).flat().filter((text) => /=UP$|=no check$/.test(text))
    .length === 6;

describe('HAProxy as it is rendered', { skip: lacks('haproxy', 'socat') }, () => {
  before(async () => {
    writeFileSync(join(folder, 'server-state'), '1\n');
    writeFileSync(join(folder, 'haproxy.cfg'), configuration());
    for (const node of nodes) await node.listen();
    const args = ['-W', '-f', join(folder, 'haproxy.cfg'), '-p', join(folder, 'pid')];
    haproxy = spawn(findProgram('haproxy')!, args, { stdio: 'ignore' });
    await waitFor('all nodes are up', allUp);
  });
  after(() => {
    haproxy?.kill('SIGTERM');
    for (const node of nodes) node.close();
    rmSync(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    for (const node of nodes) {
      node.seen.length = 0;
      node.most = 0;
      node.act = (_, response) => response.end(node.name);
    }
  });

  test('says itself who the reader is and how they came', async () => {
    for (const node of nodes) node.act = (asked, response) => response.end(JSON.stringify(asked.headers));
    const forged = {
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil',
      forwarded: 'for=1.2.3.4',
    };
    const { body } = await ask('/', { headers: forged });
    const headers: Readonly<Record<string, string>> = JSON.parse(body);
    assert.match(headers['x-forwarded-for'] ?? '', /^127\.\d+\.\d+\.\d+$/);
    assert.equal(headers['x-forwarded-proto'], 'http');
    assert.deepEqual([headers['x-forwarded-host'], headers['forwarded']], [undefined, undefined]);
  });

  test('gives what may be long slots of its own, so that pages are answered while downloads wait', async () => {
    const held: ServerResponse[] = [];
    const long = [
      '/search?p=x&of=xm',
      '/search?of=hx&p=x',
      '/search/?of=recjson',
      '/api/search?q=x',
      '/api/records/1',
      '/record/12/files/a.pdf',
      '/record/12/export/xm',
    ];
    for (const node of nodes)
      node.act = (asked, response) => (asked.url === '/page' ? response.end('page') : void held.push(response));
    const waiting = long.map((path) => ask(path));
    await waitFor('three downloads run', async () => held.length === 3);
    await sleep(300);
    assert.equal(held.length, 3, 'one on each node, and the others wait');
    const pages = await Promise.all(Array.from({ length: 20 }, () => ask('/page')));
    assert.ok(pages.every(({ body }) => body === 'page'));
    for (const node of nodes) node.act = (_, response) => response.end('later');
    for (const response of held.splice(0)) response.end('first');
    assert.deepEqual((await Promise.all(waiting)).map(({ body }) => body).toSorted(), [
      ...Array(3).fill('first'),
      ...Array(4).fill('later'),
    ]);
  });

  test('takes nothing of what readers wait for as a download', async () => {
    const held: ServerResponse[] = [];
    const short = [
      '/search?p=x',
      '/search?p=x&of=hb',
      '/search?of=hd&p=of%3Dxm',
      '/api/suggest?q=a',
      '/record/12',
      '/api',
      '/record/12/filesystem',
    ];
    for (const node of nodes) node.act = (_, response) => void held.push(response);
    const waiting = short.map((path) => ask(path));
    await waitFor('all of them run at once', async () => held.length === short.length);
    for (const response of held) response.end('x');
    await Promise.all(waiting);
  });

  test('repeats on another node what may be repeated, and nothing else', async () => {
    // As a node that is killed: what it has is cut. One of three: of two that are bad, leastconn
    // may try each twice.
    nodes[0]!.act = (asked) => void asked.socket.destroy();
    const asks = (method: string, headers: Readonly<Record<string, string>> = {}) =>
      Promise.all(Array.from({ length: 12 }, () => ask('/x', { method, headers }).catch(() => undefined)));
    for (const answers of [await asks('GET'), await asks('DELETE'), await asks('POST', { 'idempotency-key': 'a' })])
      assert.deepEqual(new Set(answers.map((answer) => answer?.status)), new Set([200]));
    for (const node of nodes) node.seen.length = 0;
    const posts = await asks('POST');
    const total = nodes.reduce((sum, { seen }) => sum + seen.length, 0);
    assert.equal(total, 12, 'each reached one node, once');
    assert.ok(posts.some((answer) => answer?.status !== 200) && posts.some((answer) => answer?.status === 200));
  });

  test('a node without time (503) is left for another, and who is refused by all is told when to come back', async () => {
    const busy: FakeNode['act'] = (_, response) => response.writeHead(503).end('busy');
    nodes[0]!.act = busy;
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask('/x')));
    assert.ok(answers.every(({ status }) => status === 200));
    assert.ok(nodes[0]!.seen.length > 0);
    for (const node of nodes) node.act = busy;
    const { status, headers } = await ask('/x');
    assert.deepEqual([status, headers['retry-after']], [503, '5']);
  });

  test('a node that is about to stop gets nothing new and finishes what it has', async () => {
    const [node] = nodes;
    const held: ServerResponse[] = [];
    for (const each of nodes) each.act = (_, response) => void held.push(response);
    const early = Promise.all(Array.from({ length: 6 }, () => ask('/slow')));
    await waitFor('all run', async () => held.length === 6);
    node!.going = true;
    await waitFor('it is left', async () => (await states('pages')).includes('web1=NOLB'));
    for (const each of nodes) each.act = (_, response) => response.end(each.name);
    const late = await Promise.all(Array.from({ length: 8 }, () => ask('/x')));
    assert.ok(late.every(({ body, status }) => status === 200 && body !== 'web1'));
    for (const response of held) response.end('done');
    assert.deepEqual(new Set((await early).map(({ body }) => body)), new Set(['done']));
    const [page, download] = await Promise.all([states('pages'), states('downloads')]);
    assert.equal(page[0], 'web1=NOLB');
    assert.notEqual(download[0], 'web1=UP', 'the other backend follows');
    node!.going = false;
    await waitFor('it is back', allUp);
  });

  test('a drained node stays drained over a reload, in both backends', async () => {
    await command('set server pages/web2 state drain');
    await waitFor('it is drained', async () => (await states('pages')).includes('web2=DRAIN'));
    for (const path of ['/x', '/api/x'])
      assert.ok(
        (await Promise.all(Array.from({ length: 6 }, () => ask(path)))).every(({ body }) => body !== 'web2'),
        path,
      );
    // As the unit does: the state first, then the signal.
    const lines = renderHost(topology, hostNamed(topology, 'lb1'), testSecrets, ['haproxy'])[1]!.text.replaceAll(
      '/run/haproxy',
      folder,
    );
    const save = /^ExecReload=\/bin\/sh -c '(.*)'$/m.exec(lines)?.[1];
    assert.ok(save !== undefined);
    assert.equal(spawnSync('/bin/sh', ['-c', save]).status, 0);
    assert.match(readFileSync(join(folder, 'server-state'), 'utf8'), /pages \d+ web2/);
    const worker = async (): Promise<string> => /^Pid: (\d+)$/m.exec(await command('show info'))?.[1] ?? '';
    const first = await worker();
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')), 'SIGUSR2');
    await waitFor('another process answers', async () => ![first, ''].includes(await worker()));
    await waitFor('it knows', async () => (await states('pages')).includes('web2=DRAIN'));
    for (const path of ['/x', '/api/x'])
      assert.ok(
        (await Promise.all(Array.from({ length: 6 }, () => ask(path)))).every(({ body }) => body !== 'web2'),
        path,
      );
    await command('set server pages/web2 state ready');
    await waitFor('all nodes are up', allUp);
    assert.ok(existsSync(join(folder, 'server-state')));
  });

  test('tells keepalived that it lives, and Prometheus how it is, though no node answers', async () => {
    const own = async (path: string) => fetch(`http://127.77.0.11:8404${path}`);
    for (const node of nodes) node.going = true;
    await waitFor('all are left', async () => (await states('pages')).every((text) => text.endsWith('=NOLB')));
    assert.equal((await own('/haproxy-up')).status, 200);
    assert.match(await (await own('/metrics')).text(), /^haproxy_backend_current_queue\{proxy="pages"\} \d/m);
    assert.equal((await own('/stats')).status, 200);
    for (const node of nodes) node.going = false;
    await waitFor('all nodes are up', allUp);
  });
});
