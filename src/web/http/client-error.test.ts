import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { testSite } from '../../search/testing/library.ts';
import { createApp } from '../app.ts';
import { memoryLibrary } from '../test-library.ts';

let app: FastifyInstance;

before(async () => {
  app = createApp(memoryLibrary(testSite, []));
  await app.listen({ host: '127.0.0.1', port: 0 });
  // Looks for slow requests as often as this when it begins to listen; a test has no 30 seconds.
  Object.assign(app.server, { headersTimeout: 200, requestTimeout: 200, connectionsCheckingInterval: 50 });
  app.server.emit('listening');
});
after(() => app.close());

interface Answer {
  readonly status: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What comes back until the server closes the connection. */
async function send(...parts: readonly string[]): Promise<Answer> {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  for (const part of parts) socket.write(part);
  await once(socket, 'close');
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [status = '', ...lines] = head.split('\r\n');
  return { status, body, headers: Object.fromEntries(lines.map((line) => line.split(': ') as [string, string])) };
}

const start = 'GET / HTTP/1.1\r\nHost: x\r\n';
const unreadable: readonly (readonly [what: string, status: string, parts: readonly string[]])[] = [
  ['headers that are too large', '431 Request Header Fields Too Large', [start, `X: ${'x'.repeat(20_000)}\r\n\r\n`]],
  ['much larger ones', '431 Request Header Fields Too Large', [start, `X: ${'x'.repeat(2_000_000)}\r\n\r\n`]],
  ['what is no HTTP', '400 Bad Request', ['\x16\x03\x01 hello\r\n\r\n']],
  ['two lengths', '400 Bad Request', [start, 'Content-Length: 1\r\nContent-Length: 2\r\n\r\nab']],
  ['headers that never end', '408 Request Timeout', [start]],
];

for (const [what, status, parts] of unreadable) {
  test(`${what}: ${status}, in plain words and guarded like every answer`, async () => {
    const answer = await send(...parts);
    const page = (await app.inject('/')).headers;
    assert.equal(answer.status, `HTTP/1.1 ${status}`);
    assert.equal(answer.body, `${status}\n`);
    assert.equal(answer.headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(answer.headers['content-length'], String(answer.body.length));
    assert.equal(answer.headers['connection'], 'close');
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.ok(!Number.isNaN(Date.parse(answer.headers['date']!)));
    for (const name of [
      'content-security-policy',
      'x-content-type-options',
      'referrer-policy',
      'cross-origin-opener-policy',
      'permissions-policy',
    ]) {
      assert.ok(answer.headers[name], name);
      assert.equal(answer.headers[name], page[name], name);
    }
  });
}

test('what cannot be read is answered after good requests of the same connection too', async () => {
  const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`${start}\r\n`);
  const [first] = (await once(socket, 'data')) as [Buffer];
  assert.match(first.toString(), /^HTTP\/1\.1 200 OK/);
  let rest = '';
  socket.on('data', (part: Buffer) => {
    rest += part;
  });
  socket.write('nonsense\r\n\r\n');
  await once(socket, 'close');
  assert.match(rest, /HTTP\/1\.1 400 Bad Request/);
});

test('a request whose client has gone is not answered, and is no failure of ours', async () => {
  const gone = (socket: Socket): void => {
    Object.defineProperty(socket, 'remoteAddress', { value: undefined });
  };
  app.server.prependOnceListener('connection', gone);
  assert.equal((await send(`${start}\r\n`)).status, '');
  assert.equal(
    (await send('GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')).status,
    'HTTP/1.1 200 OK',
  );
});
