/**
 * Run by prove.ts inside a network namespace: each experiment is done with an old and a new value,
 * and printed as a line of JSON.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import net, { type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { parseCounters } from './parse.ts';
import type { Trial } from './prove.ts';

const address = '10.99.0.1';

function set(name: string, value: string | number): void {
  writeFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, String(value));
}

function counter(name: string): number {
  return parseCounters(readFileSync('/proc/net/netstat', 'utf8'))[name] ?? 0;
}

function tell(trial: Trial): void {
  process.stdout.write(`${JSON.stringify(trial)}\n`);
}

/** Resolves to whether it was so within that many milliseconds. */
async function within(limit: number, condition: () => boolean): Promise<boolean> {
  for (const end = performance.now() + limit; performance.now() < end; await sleep(20)) if (condition()) return true;
  return condition();
}

/** A server that listens and then accepts nothing, since its thread is asleep. */
const deafServer = `
const { parentPort, workerData } = require('node:worker_threads');
const server = require('node:net').createServer();
server.listen({ host: '127.0.0.1', port: 0, backlog: workerData.backlog }, () => {
  parentPort.postMessage(server.address().port);
  Atomics.wait(new Int32Array(workerData.shared), 0, 0);
  process.exit();
});`;

async function burst(somaxconn: number, backlog: number, count: number): Promise<void> {
  set('net.core.somaxconn', somaxconn);
  const shared = new SharedArrayBuffer(4);
  const server = new Worker(deafServer, { eval: true, workerData: { backlog, shared } });
  const port = await new Promise<number>((resolve, reject) => {
    server.once('message', resolve);
    server.once('error', reject);
  });
  const before = counter('TcpExt.ListenOverflows');
  let connected = 0;
  const clients: Socket[] = [];
  for (let i = 0; i < count; i++) {
    const client = net.connect(port, '127.0.0.1', () => connected++);
    client.on('error', () => {});
    clients.push(client);
  }
  const all = await within(600, () => connected === count);
  const overflows = counter('TcpExt.ListenOverflows') - before;
  for (const client of clients) client.destroy();
  const view = new Int32Array(shared);
  Atomics.store(view, 0, 1);
  Atomics.notify(view, 0);
  await server.terminate();
  tell({
    experiment: `${count} readers at once, at a server that asks for a queue of ${backlog}`,
    setting: 'net.core.somaxconn',
    value: String(somaxconn),
    seen: `${connected} connected${all ? '' : ` within 0.6 s`}, ListenOverflows +${overflows}`,
  });
}

/** Half-closes what it gets, after the client: the client is the one that waits (TIME_WAIT). */
function goodServer(host: string, port = 0): Promise<Server> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => {});
    socket.on('end', () => socket.end());
    socket.resume();
  });
  return new Promise((resolve) => server.listen({ host, port, backlog: 1024 }, () => resolve(server)));
}

function portOf(server: Server): number {
  const found = server.address();
  return typeof found === 'object' && found !== null ? found.port : 0;
}

/** Connects, closes first, and resolves to "" or the code of the error. */
function visit(port: number): Promise<string> {
  return new Promise((resolve) => {
    const client = net.connect({ port, host: address }, () => client.end());
    client.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? 'error'));
    client.on('close', () => resolve(''));
    client.resume();
  });
}

async function churn(reuse: number, low: number): Promise<void> {
  const ports = 100;
  const server = await goodServer(address, 30_001 + reuse);
  set('net.ipv4.ip_local_port_range', `${low} ${low + ports - 1}`);
  set('net.ipv4.tcp_tw_reuse', reuse);
  let [good, refused] = [0, 0];
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < ports; i++)
      if ((await visit(portOf(server))) === '') good++;
      else refused++;
    // A port can be used again when its last packet is a second old.
    if (round < 2) await sleep(1_200);
  }
  server.close();
  tell({
    experiment: `${3 * ports} connections, one after the other, from ${ports} local ports to a node`,
    setting: 'net.ipv4.tcp_tw_reuse',
    value: String(reuse),
    seen: `${good} connected, ${refused} found no free port`,
  });
}

/** States of the connections from a port, as /proc/net/tcp has them: 05 FIN_WAIT2, 06 TIME_WAIT. */
function statesOf(port: number): readonly string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '']) => local.endsWith(`:${hex}`))
    .map((fields) => fields[3] ?? '');
}

/** Both ways for a connection to end, with the same value. */
async function orphans(timeout: number): Promise<void> {
  set('net.ipv4.tcp_fin_timeout', timeout);
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const held: Socket[] = [];
  server.on('connection', (socket) => held.push(socket.on('error', () => {})));
  const client = net.connect(portOf(server), '127.0.0.1');
  await new Promise<void>((resolve) => client.once('connect', () => resolve()));
  const port = client.localPort ?? 0;
  await within(1_000, () => held.length === 1);
  // Closed, not only half: nobody has it any more.
  client.end();
  client.destroy();
  await within(1_000, () => statesOf(port).includes('05'));
  const began = performance.now();
  const gone = await within((timeout + 3) * 1000, () => statesOf(port).length === 0);
  const seconds = Math.round((performance.now() - began) / 100) / 10;
  for (const socket of held) socket.destroy();
  server.close();

  const other = await goodServer(address);
  let from = 0;
  const visitor = net.connect({ port: portOf(other), host: address }, () => {
    from = visitor.localPort ?? 0;
    visitor.end();
  });
  visitor.resume();
  await new Promise<void>((resolve) => visitor.once('close', () => resolve()));
  const waiting = statesOf(from).includes('06');
  const left = await within((timeout + 1) * 1000, () => !statesOf(from).includes('06'));
  other.close();
  tell({
    experiment: 'a connection that the other side does not close, and one that both have closed',
    setting: 'net.ipv4.tcp_fin_timeout',
    value: String(timeout),
    seen: `without a program (FIN_WAIT2): ${gone ? `gone after ${seconds} s` : 'still there'}; closed by both (TIME_WAIT): ${waiting && !left ? 'still there' : 'gone'} after ${timeout + 1} s`,
  });
}

/** Whether a server starts there, and why not; it is closed at once. */
function startOn(port: number): Promise<string> {
  const own = net.createServer();
  return new Promise((resolve) => {
    own.once('error', (error: NodeJS.ErrnoException) => resolve(`does not start (${error.code})`));
    own.listen(port, '0.0.0.0', () => own.close(() => resolve('starts')));
  });
}

async function ownPort(reserved: string): Promise<void> {
  const port = 8080;
  set('net.ipv4.ip_local_port_range', `${port - 10} ${port + 15}`);
  set('net.ipv4.ip_local_reserved_ports', reserved);
  const other = await goodServer('127.0.0.1', 30_000);
  const clients = Array.from({ length: 20 }, () => net.connect(30_000, '127.0.0.1').on('error', () => {}));
  await Promise.all(clients.map((client) => new Promise<void>((resolve) => client.once('connect', () => resolve()))));
  const sits = clients.some(({ localPort }) => localPort === port);
  let outcome = await startOn(port);
  // What sat there in the trial before may still be closing.
  for (let tries = 0; outcome !== 'starts' && !sits && tries < 30; tries++) {
    await sleep(100);
    outcome = await startOn(port);
  }
  // At once: what closes in the usual way keeps its port for a minute.
  for (const client of clients) client.resetAndDestroy();
  other.close();
  tell({
    experiment: `20 outgoing connections from ports around ${port}, then a server on ${port}`,
    setting: 'net.ipv4.ip_local_reserved_ports',
    value: reserved || 'none',
    seen: `the server ${outcome}; an outgoing connection ${sits ? 'sits' : 'does not sit'} on ${port}`,
  });
}

execFileSync('ip', ['link', 'set', 'lo', 'up']);
execFileSync('ip', ['address', 'add', `${address}/32`, 'dev', 'lo']);
await burst(128, 1024, 600);
await burst(4096, 1024, 600);
await ownPort('');
await ownPort('8080');
set('net.ipv4.ip_local_port_range', '20000 29999');
await orphans(1);
await orphans(3);
await churn(0, 40_000);
await churn(2, 41_000);
await churn(1, 42_000);
process.exit();
