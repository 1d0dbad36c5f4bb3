import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { mock, test } from 'node:test';
import { mostConnections, openFilesLimit } from '../../supervisor/open-files.ts';
import { parseNetworks } from '../limits/networks.ts';
import { Connections } from './connections.ts';

/** What a connection is to whoever counts it. */
function socketFrom(remoteAddress: string): Socket & { readonly isClosed: boolean } {
  const socket = Object.assign(new EventEmitter(), {
    remoteAddress,
    isClosed: false,
    destroy() {
      socket.isClosed = true;
      socket.emit('close');
    },
  });
  return socket as unknown as Socket & { readonly isClosed: boolean };
}

const noProxies = parseNetworks(undefined, 'trust-proxy');

test('connections are bounded well below the files that a process may open', () => {
  assert.equal(openFilesLimit('Max open files            64                   64                   files'), 64);
  assert.deepEqual([64, 1_024, 524_288].map(mostConnections), [16, 824, 10_000]);
});

test('a network has half of the connections at most: its longest idle one makes room for its next', () => {
  const connections = new Connections(8, noProxies);
  const sockets = Array.from({ length: 5 }, (_, last) => socketFrom(`192.0.2.${last}`));
  for (const socket of sockets) assert.ok(connections.add(socket));
  assert.equal(connections.size, 4);
  assert.deepEqual(
    sockets.map(({ isClosed }) => isClosed),
    [true, false, false, false, false],
  );
});

test('when all are taken, whoever has most loses an idle one, and requests that run are never cut', () => {
  const connections = new Connections(4, noProxies);
  const [busy, idle, other, third] = ['192.0.2.1', '192.0.2.2', '198.51.100.1', '203.0.113.1'].map(socketFrom);
  for (const socket of [busy!, idle!, other!, third!]) assert.ok(connections.add(socket));
  const end = connections.begin(busy!);
  const late = socketFrom('2001:db8::1');
  assert.ok(connections.add(late));
  assert.deepEqual([busy!.isClosed, idle!.isClosed, other!.isClosed], [false, true, false]);
  end();
  for (const socket of [busy!, other!, third!, late]) connections.begin(socket);
  const tooMany = socketFrom('198.51.100.77');
  assert.equal(connections.add(tooMany), false);
  assert.ok(tooMany.isClosed);
  assert.equal(connections.refused, 1);
});

test('a proxy in front may have them all', () => {
  const connections = new Connections(4, parseNetworks('10.0.0.7', 'trust-proxy'));
  for (let at = 0; at < 4; at++) assert.ok(connections.add(socketFrom('10.0.0.7')));
  assert.equal(connections.size, 4);
});

test('when whoever has most has nothing idle, the longest idle connection of all makes room', () => {
  const connections = new Connections(4, noProxies);
  const busy = ['192.0.2.1', '192.0.2.2'].map(socketFrom);
  const idle = ['198.51.100.1', '203.0.113.1'].map(socketFrom);
  for (const socket of [...busy, ...idle]) assert.ok(connections.add(socket));
  for (const socket of busy) connections.begin(socket);
  assert.ok(connections.add(socketFrom('2001:db8::1')));
  assert.deepEqual(
    [...busy, ...idle].map(({ isClosed }) => isClosed),
    [false, false, true, false],
  );
});

test('at the end idle connections are closed, and one whose next request is coming in is waited for', () => {
  const connections = new Connections(8, noProxies);
  let now = 0;
  const clock = mock.method(performance, 'now', () => now);
  try {
    const [idle, slow, recent] = ['192.0.2.1', '192.0.2.2', '192.0.2.3'].map(socketFrom);
    for (const socket of [idle!, slow!]) assert.ok(connections.add(Object.assign(socket, { bytesRead: 0 })));
    const end = connections.begin(Object.assign(idle!, { bytesRead: 100 }));
    end();
    Object.assign(slow!, { bytesRead: 7 });
    now = 1_500;
    assert.ok(connections.add(Object.assign(recent!, { bytesRead: 0 })));
    connections.closeIdle();
    assert.deepEqual([idle!.isClosed, slow!.isClosed, recent!.isClosed], [true, false, false]);
  } finally {
    clock.mock.restore();
  }
});
