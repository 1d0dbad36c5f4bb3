import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { testSite } from '../../search/testing/library.ts';
import { createApp } from '../app.ts';
import { memoryLibrary } from '../test-library.ts';

/** Long enough for a busy machine to send a piece in it. */
const window = 800;
/** Longer than a test may take: what is given up is given up by the window. */
const never = 3_600_000;
let app: FastifyInstance;

before(async () => {
  const timeouts = { request: never, header: never, body: window, keepAlive: never };
  app = createApp(memoryLibrary(testSite, []), { timeouts });
  app.addContentTypeParser('application/octet-stream', (_, body, done) => done(null, body));
  app.post('/api/take', async (request) => {
    let bytes = 0;
    for await (const chunk of request.body as AsyncIterable<Buffer>) bytes += chunk.length;
    return { bytes };
  });
  app.get('/api/large', async () =>
    Readable.from(
      (function* () {
        for (let at = 0; at < 400; at++) yield Buffer.alloc(100_000, 'x');
      })(),
    ),
  );
  await app.listen({ host: '127.0.0.1', port: 0 });
});
after(() => app.close());

/**
 * Sends the head of a request and then these pieces, one each 50 ms; what comes back until the
 * server closes, or answers.
 */
async function send(
  length: number,
  pieces: Iterable<string>,
): Promise<{ readonly text: string; readonly sent: number }> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  let text = '';
  let sent = 0;
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  socket.on('error', () => undefined);
  const type = 'Content-Type: application/octet-stream';
  socket.write(
    `POST /api/take HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${type}\r\nContent-Length: ${length}\r\n\r\n`,
  );
  for (const piece of pieces) {
    if (text !== '' || socket.destroyed) break;
    socket.write(piece);
    sent += piece.length;
    await sleep(50);
  }
  if (!socket.destroyed) await once(socket, 'close');
  return { text, sent };
}

test('a body that does not come is given up with 408', async () => {
  const { text } = await send(1000, []);
  assert.match(text, /^HTTP\/1\.1 408 Request Timeout\r\n/);
});

test('a body that drips is given up as well', async () => {
  const { text, sent } = await send(1_000_000, Array(100).fill('x'));
  assert.match(text, /^HTTP\/1\.1 408 /);
  assert.ok(sent < 90, `${sent} drops`);
});

test('a large body that goes on coming is taken, however long it takes', async () => {
  const piece = 'x'.repeat(64 * 1024);
  const { text } = await send(40 * piece.length, Array(40).fill(piece));
  assert.match(text, new RegExp(`"bytes":${40 * piece.length}`));
});

test('behind a large answer that is still read, 408 does not come into the middle of it', async () => {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    'GET /api/large HTTP/1.1\r\nHost: x\r\n\r\nPOST /api/take HTTP/1.1\r\nHost: x\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\nx',
  );
  let text = '';
  socket.setEncoding('latin1').on('data', (part: string) => {
    text += part;
    socket.pause();
    setTimeout(() => socket.resume(), 2);
  });
  await once(socket, 'close');
  assert.match(text, /^HTTP\/1\.1 200 OK/);
  assert.ok(text.length > 100_000);
  assert.equal(text.indexOf('HTTP/1.1', 1), -1);
});
