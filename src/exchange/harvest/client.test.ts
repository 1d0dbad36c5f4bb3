import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { after, before, beforeEach, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { UserError } from '../../errors/errors.ts';
import { type OaiClient, oaiClient, refusal } from './client.ts';
import { readEnvelope } from './envelope.ts';
import { reachable } from './networks.ts';
import { PieceProblem, readPiece } from './piece.ts';
import { served, startTestServer, type TestServer } from './test-server.ts';
import { readTree } from './tree.ts';

let server: TestServer;
let slept: number[] = [];
let client: OaiClient;
const local = reachable('127.0.0.0/8');
const open = (base: string, mayReach = local, silence = 20_000): OaiClient =>
  oaiClient({
    ...{ base, mayReach, signal: new AbortController().signal, limit: 200_000, silence },
    sleep: async (ms) => void slept.push(ms),
  });

before(async () => {
  server = await startTestServer();
});
after(() => server.close());
beforeEach(() => {
  [server.fault, server.change, slept] = [undefined, undefined, []];
  server.asked.length = 0;
  server.records = served(25);
  client = open(server.base);
});

const list = { prefix: 'marcxml' };
const identifiers = (page: Awaited<ReturnType<OaiClient['list']>>): readonly string[] =>
  page.pieces.map((piece) => readPiece(piece, page.namespaces).identifier);
const send =
  (status: number, headers: Record<string, string>, body: string | Buffer = '') =>
  (_: unknown, response: ServerResponse): true => {
    response.writeHead(status, headers).end(body);
    return true;
  };
const fails = async (work: Promise<unknown>, code: string, text: RegExp = /./): Promise<void> => {
  await assert.rejects(work, (error) => error instanceof UserError && error.code === code && text.test(error.message));
};

test('a list comes page by page, packed, with what stands around it', async () => {
  assert.deepEqual(await client.identify(), {
    ...{ name: 'Test', earliest: '2020-01-01', deleted: 'persistent', seconds: true },
  });
  const first = await client.list({ ...list, set: undefined, from: '2025-01-01T00:00:00Z' });
  assert.deepEqual([first.pieces.length, first.responseDate, first.damaged], [10, server.now, false]);
  const second = await client.resume(first.token!);
  const third = await client.resume(second.token!);
  assert.deepEqual([identifiers(third).at(-1), third.token], ['oai:test:25', undefined]);
  const [one] = (await client.record('oai:test:7', 'oai_dc')).pieces;
  assert.match(readPiece(one!, {}).metadata, /^<oai_dc:dc.*Title 7/s);
  assert.equal((await client.record('oai:test:99', 'oai_dc')).errors[0]?.code, 'idDoesNotExist');
});

test('Retry-After is obeyed, in seconds and as a date; without it there are three tries', async () => {
  let count = 0;
  server.fault = (asked, response) => {
    count++;
    if (count === 1) return send(503, { 'retry-after': '7' })(asked, response);
    if (count === 2) return send(429, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() })(asked, response);
    if (count === 3) return send(500, {})(asked, response);
    return false;
  };
  assert.equal((await client.list(list)).pieces.length, 10);
  assert.deepEqual([slept[0], slept[1]! > 50_000 && slept[1]! <= 60_000, slept[2]], [7_000, true, 2_000]);
  slept = [];
  server.fault = send(500, {});
  await fails(client.list(list), 'REPERIO_HARVEST_STATUS', /500/);
  assert.deepEqual(slept, [2_000, 10_000, 30_000]);
  slept = [];
  server.fault = send(404, {}, '<html>gone</html>');
  await fails(client.list(list), 'REPERIO_HARVEST_STATUS', /404/);
  server.fault = send(503, { 'retry-after': '100000' });
  await fails(client.list(list), 'REPERIO_HARVEST_BUSY');
  assert.deepEqual(slept, []);
});

test('what is no OAI-PMH is named', async () => {
  server.fault = send(200, { 'content-type': 'text/html' }, '<!DOCTYPE html><title>Sign in</title>');
  await fails(client.list(list), 'REPERIO_HARVEST_HTML', /"Sign in"/);
  server.fault = undefined;
  server.change = (xml) => xml.replace('OAI/2.0/', 'OAI/1.1/');
  await fails(client.list(list), 'REPERIO_HARVEST_NOT_OAI', /namespace/);
  server.change = (xml) => xml.slice(0, -4);
  await fails(client.list(list), 'REPERIO_HARVEST_NOT_OAI', /well-formed/);
  server.change = () => '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>';
  await fails(client.list(list), 'REPERIO_HARVEST_NOT_OAI', /document type/);
  server.change = () => '';
  await fails(client.list(list), 'REPERIO_HARVEST_NOT_OAI', /empty/);
  server.change = undefined;
  const error = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="badResumptionToken"/></OAI-PMH>';
  server.fault = send(422, {}, error);
  assert.equal((await client.resume('x')).errors[0]?.code, 'badResumptionToken');
});

test('answers that are too large, or unpack to too much, are not read to their end', async () => {
  server.fault = send(200, {}, Buffer.alloc(300_000, ' '));
  await fails(client.list(list), 'REPERIO_HARVEST_TOO_LARGE');
  server.fault = send(200, { 'content-encoding': 'gzip' }, gzipSync(Buffer.alloc(50_000_000)));
  await fails(client.list(list), 'REPERIO_HARVEST_TOO_LARGE');
  server.fault = send(200, { 'content-encoding': 'gzip' }, 'not packed');
  await fails(client.list(list), 'REPERIO_HARVEST_ENCODING');
  server.fault = send(200, { 'content-encoding': 'br' }, 'x');
  await fails(client.list(list), 'REPERIO_HARVEST_ENCODING', /"br"/);
  server.fault = () => true;
  await fails(open(server.base, local, 100).list(list), 'REPERIO_HARVEST_UNREACHABLE', /nothing came/);
  server.fault = (_, response) => {
    response.writeHead(200, { 'content-length': '5000' }).write('<OAI-PMH');
    setTimeout(() => response.destroy(), 10);
    return true;
  };
  await fails(client.list(list), 'REPERIO_HARVEST_UNREACHABLE');
  // It never falls silent, and never ends.
  server.fault = (_, response) => {
    const drip = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(drip));
    return true;
  };
  const hurried = oaiClient({
    ...{ base: server.base, mayReach: local, signal: new AbortController().signal },
    ...{ silence: 5_000, longest: 100, once: true },
  });
  await fails(hurried.list(list), 'REPERIO_HARVEST_UNREACHABLE', /not there after 1 seconds/);
});

test('addresses that are not public are not asked, at no step of the way', async () => {
  const guarded = reachable(undefined);
  await fails(open(server.base, guarded).identify(), 'REPERIO_HARVEST_PRIVATE');
  await fails(open(server.base.replace('127.0.0.1', 'localhost'), guarded).identify(), 'REPERIO_HARVEST_PRIVATE');
  await fails(
    open(server.base.replace('127.0.0.1', '[::ffff:127.0.0.1]'), guarded).identify(),
    'REPERIO_HARVEST_PRIVATE',
  );
  assert.deepEqual(server.asked, []);
  server.fault = send(302, { location: 'http://10.0.0.1/secret' });
  await fails(client.identify(), 'REPERIO_HARVEST_PRIVATE', /10\.0\.0\.1/);
  server.fault = send(302, { location: 'file:///etc/passwd' });
  await fails(client.identify(), 'REPERIO_HARVEST_REDIRECT');
  server.fault = send(302, { location: '/oai?verb=Identify' });
  await fails(client.identify(), 'REPERIO_HARVEST_REDIRECT');
  server.fault = (asked, response) =>
    asked.has('moved') ? false : send(301, { location: '/new?verb=Identify&moved=1' })(asked, response);
  assert.equal((await client.identify()).name, 'Test');
  assert.throws(() => open('ftp://x.example/oai'), /not the address/);
  assert.throws(() => open('http://me:secret@x.example/oai'), /not the address/);
  for (const address of [
    '::127.0.0.1',
    '::ffff:7f00:1',
    'fec0::1',
    '2001:0:1::1',
    '64:ff9b::7f00:1',
    '10.1.1.1',
    '169.254.169.254',
    '::1',
    'fe80::1%eth0',
    '::ffff:192.168.0.1',
    'fd00::1',
    'x',
  ])
    assert.equal(guarded(address), false, address);
  for (const address of ['9.9.9.9', '2606:4700::1111']) assert.equal(guarded(address), true, address);
  assert.throws(() => reachable('10.0.0.0/33'), /harvest-networks/);
});

test('one bad record spoils itself only', async () => {
  const bad = ['<record><header><identifier>oai:test:2</identifier></header><metadata><record><a></metadata></record>'];
  bad.push('<record><header><identifier>a & b</identifier></header></record>');
  bad.push('<record><header><identifier>oai:test:4</identifier><datestamp>2025-01-01</datestamp></header>');
  server.records = served(6).map((one, place) =>
    bad[place - 1] === undefined ? one : { ...one, xml: bad[place - 1]! },
  );
  const page = await client.list(list);
  const found = page.pieces.map((piece) => {
    try {
      return readPiece(piece, page.namespaces).identifier;
    } catch (error) {
      if (!(error instanceof PieceProblem)) throw error;
      return `${error.identifier}: ${error.message}`;
    }
  });
  assert.deepEqual(found, [
    'oai:test:1',
    'oai:test:2',
    'a & b: its header is not well-formed, unclosed tag: identifier',
    'oai:test:4: it has no metadata',
    'oai:test:5',
    'oai:test:6',
  ]);
  const whole = Buffer.from(await (await fetch(`${server.base}?verb=ListRecords&metadataPrefix=marcxml`)).text());
  server.fault = send(200, {}, Buffer.from(whole.toString('latin1').replace('Title 1', 'Title \xff'), 'latin1'));
  assert.deepEqual([(await client.list(list)).damaged, (await client.list(list)).pieces.length], [true, 6]);
});

test('of an error of a server as much is told as anybody reads', () => {
  const { message } = refusal('http://x.example/oai', [{ code: 'c'.repeat(100_000), text: 't'.repeat(100_000) }])!;
  assert.ok(message.length < 1_000);
});

test('texts that can be read in many ways, or do not end, are read once', () => {
  // Of each the cost must grow with its length: a power of it would not end within this test.
  const comments = '<!---->'.repeat(50_000);
  assert.throws(() => readEnvelope(`<record>${comments}<x>`), /its first element/);
  assert.throws(() => readEnvelope('<record><!-- '.repeat(200_000)), /its first element/);
  const open = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">';
  assert.throws(() => readEnvelope(`${open}${'<a>'.repeat(200_000)}`), /its elements are too deep/);
  const prefixes = Array.from({ length: 30_000 }, (_, n) => `<a xmlns:p${n}="x"/>`).join('');
  assert.deepEqual(readEnvelope(`${open}${prefixes}</OAI-PMH>`).pieces, []);
  assert.throws(() => readPiece(`<record>${'<header>'.repeat(300_000)}`, {}), /its header has no end/);
  const spaces = ' '.repeat(300_000);
  const piece = `<record><header><identifier>a</identifier></header><metadata><x>${spaces}y</x></metadata></record>`;
  assert.match(readPiece(piece, {}).metadata, /y<\/x>$/);
  const deep = `${'<a>'.repeat(100_000)}${'</a>'.repeat(100_000)}`;
  assert.throws(() => readTree(deep, {}), /too deep/);
});

test('a page of many comments is no web page', async () => {
  server.fault = send(200, {}, `${'<!---->'.repeat(20_000)}<x/>`);
  await fails(client.list(list), 'REPERIO_HARVEST_NOT_OAI');
});

test('prefixes, comments and CDATA of an answer do not matter', () => {
  const piece =
    '<o:record xmlns:o="http://www.openarchives.org/OAI/2.0/"><!-- x --><o:header status="deleted"><o:identifier><![CDATA[a&b]]></o:identifier><o:datestamp>2025-01-01</o:datestamp><o:setSpec>s</o:setSpec></o:header></o:record>';
  const { identifier, sets, deleted } = readPiece(piece, {});
  assert.deepEqual([identifier, sets, deleted], ['a&b', ['s'], true]);
});
