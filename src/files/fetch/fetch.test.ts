import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, test } from 'node:test';
import { findProgram } from '../../../test/support/packages.ts';
import { UserError } from '../../errors/errors.ts';
import { localStore } from '../local-store.ts';
import { isAddress, prefixesOf, shownLocation } from './address.ts';
import { type FetchRules, fetchFile } from './fetch.ts';
import { takeLocal } from './local.ts';
import { isPublicAddress } from './public-address.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-fetch-'));
const store = localStore(join(folder, 'files'), async () => true);
let server: Server;
let base = '';
let ca = '';
const asked: { readonly url: string; readonly host: string; readonly authorization: string | undefined }[] = [];
type Answer = (request: IncomingMessage, response: ServerResponse) => void;
const answers = new Map<string, Answer>();

before(async () => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const names = 'subjectAltName=DNS:files.example,DNS:other.example';
  execFileSync(
    findProgram('openssl')!,
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      key,
      '-out',
      cert,
      '-days',
      '2',
      '-subj',
      '/CN=files.example',
      '-addext',
      names,
    ],
    { stdio: 'ignore' },
  );
  ca = readFileSync(cert, 'utf8');
  server = createServer({ key: readFileSync(key), cert: ca }, (request, response) => {
    const { url = '', headers } = request;
    asked.push({ url, host: headers.host ?? '', authorization: headers.authorization });
    const answer = answers.get(url.split('?')[0]!);
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `https://files.example:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true });
});

/** The machine stands for the Internet; 10.0.0.1 stands for a private network. */
const rules = (given: Partial<FetchRules> = {}): FetchRules => ({
  ...{
    prefixes: prefixesOf(`${base}/open/, https://evil.example`),
    limit: 1_000_000,
    signal: new AbortController().signal,
  },
  network: {
    resolve: async (host) => (host.endsWith('.example') ? ['127.0.0.1'] : ['10.0.0.1']),
    isPublic: (address) => address === '127.0.0.1',
    ca,
  },
  ...given,
});
const refusal = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof UserError && error.status < 500, String(error));
  return `${error.code}: ${error.message} ${error.hint}`;
};
const fails = (path: string, given: Partial<FetchRules> = {}) =>
  refusal(fetchFile(store, `${base}${path}`, rules(given)));

test('a file is fetched into the store; secrets of its address are sent and never said', async () => {
  answers.set('/open/a.txt', (_, response) => response.end('the bytes'));
  const address = `${base}/open/a.txt?token=s3cret`.replace('https://', 'https://ada:pass@');
  const { digest, bytes } = await fetchFile(store, address, rules());
  assert.deepEqual([bytes, await text(await store.read(digest))], [9, 'the bytes']);
  assert.equal(asked.at(-1)?.authorization, `Basic ${Buffer.from('ada:pass').toString('base64')}`);
  assert.equal(shownLocation(address), `${base}/open/a.txt?…`);
  const said = await refusal(fetchFile(store, address.replace('a.txt', 'none.txt'), rules()));
  assert.match(
    said,
    /REPERIO_FETCH_FAILED: https:\/\/files\.example:\d+\/open\/none\.txt\?… could not be fetched: it answers with status 404/,
  );
  assert.doesNotMatch(said, /s3cret|pass|ada/);
});

test('only what is below fetch-urls is asked, and only by https', async () => {
  const count = asked.length;
  for (const path of [
    '/closed/a.txt',
    '/opened',
    '/open/../closed/a',
    '/open/..%2fclosed/a',
    '/open/%252e%252e%252fclosed/a',
    '/open/..%5cclosed',
  ])
    assert.match(await fails(path), /REPERIO_FETCH_REFUSED.*`fetch-urls`/, path);
  const other = (address: string) => refusal(fetchFile(store, address, rules()));
  assert.match(await other(`${base}/open/a`.replace('https', 'http')), /does not begin with https/);
  for (const address of ['file:///etc/passwd', 'file:/etc/passwd', 'FILE:etc', 'data:text/plain,hi']) {
    assert.ok(isAddress(address), `${address} is no path`);
    assert.match(await other(address), /does not begin with https/);
  }
  assert.equal(shownLocation('data:text/plain,secret'), 'data:…');
  assert.equal(isAddress('C:\\files\\a.pdf'), false);
  assert.match(await other(`${base}/open/a`.replace('https://', 'https://%zz:x@')), /REFUSED.* is no address/);
  assert.match(await other('https://files.example.evil/open/a'), /fetch-urls/);
  assert.match(await other('https://files.example:1/open/a'), /fetch-urls/);
  assert.equal(asked.length, count, 'nothing was asked');
});

test('a host that leads to a private network is never asked, nor when one of its addresses does, nor behind a redirect', async () => {
  const count = asked.length;
  for (const addresses of [['10.0.0.1'], ['127.0.0.1', '10.0.0.1'], []]) {
    const network = { ...rules().network!, resolve: async () => addresses };
    assert.match(await fails('/open/a.txt', { network }), /REPERIO_FETCH_REFUSED.*private network/);
  }
  assert.equal(asked.length, count);
  answers.set('/open/away', (_, response) => response.writeHead(302, { location: 'https://evil.example/x' }).end());
  const network = {
    ...rules().network!,
    resolve: async (host: string) => [host === 'evil.example' ? '10.0.0.1' : '127.0.0.1'],
  };
  assert.match(await fails('/open/away', { network }), /evil\.example is not on the Internet/);
  answers.set('/open/out', (_, response) => response.writeHead(302, { location: '/closed/a' }).end());
  assert.match(await fails('/open/out'), /it leads to https:\/\/files\.example:\d+\/closed\/a, which is not below/);
  answers.set('/open/plain', (_, response) =>
    response.writeHead(302, { location: `${base}/open/a.txt`.replace('https', 'http') }).end(),
  );
  assert.match(await fails('/open/plain'), /does not begin with https/);
  answers.set('/open/round', (_, response) => response.writeHead(302, { location: '/open/round' }).end());
  assert.match(await fails('/open/round'), /leads on more than 5 times/);
  answers.set('/open/b.txt', (_, response) => response.writeHead(301, { location: 'a.txt' }).end());
  assert.equal((await fetchFile(store, `${base}/open/b.txt`, rules())).bytes, 9);
});

test('the connection goes to the address that was looked at, whatever the name leads to a moment later', async () => {
  let looked = 0;
  const resolve = async (): Promise<readonly string[]> => (looked++ === 0 ? ['127.0.0.1'] : ['10.0.0.1']);
  await fetchFile(store, `${base}/open/a.txt`, rules({ network: { ...rules().network!, resolve } }));
  assert.equal(looked, 1);
  // The certificate must be that of the name, not of who answers.
  const isPublic = () => true;
  const wrong = { ...rules().network!, isPublic };
  const prefixes = prefixesOf(base.replace('files.example', 'third.example'));
  const said = await refusal(
    fetchFile(
      store,
      `${base}/open/a.txt`.replace('files.example', 'third.example'),
      rules({ network: wrong, prefixes }),
    ),
  );
  assert.match(said, /altnames|ALTNAME/);
});

test('what is too large, slow, compressed, or not what it said is given up, and nothing of it is kept', async () => {
  const limit = 50_000;
  answers.set('/open/large', (_, response) =>
    response.writeHead(200, { 'content-length': '60000' }).end('x'.repeat(60_000)),
  );
  answers.set('/open/endless', (_, response) => {
    const more = (): boolean => response.write('x'.repeat(16_384), () => !response.destroyed && more());
    more();
  });
  answers.set('/open/short', (_, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('half');
    setImmediate(() => response.destroy());
  });
  answers.set('/open/bomb', (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('x'));
  answers.set('/open/drip', (_, response) => {
    const drip = setInterval(() => response.write('.'), 5);
    response.once('close', () => clearInterval(drip));
  });
  answers.set('/open/silent', () => undefined);
  assert.match(await fails('/open/large', { limit }), /more than 50000 bytes, which the setting `file-limit`/);
  assert.match(await fails('/open/endless', { limit }), /more than 50000 bytes/);
  const before = asked.length;
  assert.match(await fails('/open/short', { pause: 1 }), /it broke off/);
  assert.equal(asked.length - before, 3, 'what may pass is tried again');
  assert.match(await fails('/open/bomb'), /sent compressed \(gzip\)/);
  assert.match(await fails('/open/drip', { every: 40, leastBytes: 1_000 }), /too slowly/);
  assert.match(await fails('/open/drip', { within: 60 }), /was not there within/);
  const aborting = new AbortController();
  const silent = fetchFile(store, `${base}/open/silent`, rules({ signal: aborting.signal }));
  setTimeout(() => aborting.abort(new Error('enough')), 20);
  await assert.rejects(silent, /enough/);
  assert.deepEqual(readdirSync(join(folder, 'files', 'incoming')), []);
});

test('private, local, shared, multicast and mapped addresses are none of the Internet', () => {
  for (const address of [
    '127.0.0.1',
    '10.1.2.3',
    '172.31.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '198.18.0.1',
    '::',
    '::1',
    'fe80::1',
    'fe80::1%eth0',
    'fc00::1',
    'ff02::1',
    '::ffff:8.8.8.8',
    '::ffff:127.0.0.1',
    '64:ff9b::808:808',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2001::1',
    '2001:db8::1',
    'fec0::1',
    '::127.0.0.1',
    'localhost',
    '',
  ])
    assert.equal(isPublicAddress(address), false, address);
  for (const address of ['8.8.8.8', '188.184.100.182', '2001:4860:4860::8888', '2a00:1450:4001::1'])
    assert.equal(isPublicAddress(address), true, address);
});

test('local files are taken below the inbox only, and never through a link', async () => {
  const inbox = join(folder, 'inbox');
  mkdirSync(join(inbox, 'sub'), { recursive: true });
  mkdirSync(join(inbox, 'taken'));
  mkdirSync(join(folder, 'inbox-other'));
  for (const path of ['inbox/sub/a.txt', 'inbox/taken/b.txt', 'inbox-other/c.txt', 'secret.txt'])
    writeFileSync(join(folder, path), path);
  symlinkSync(join(folder, 'secret.txt'), join(inbox, 'link.txt'));
  symlinkSync(folder, join(inbox, 'folder'));
  const take = (path: string) => takeLocal(store, path, { folder: inbox, except: ['taken'], limit: 1_000 });
  assert.equal((await take(join(inbox, 'sub/a.txt'))).bytes, 15);
  for (const path of [
    'link.txt',
    'folder/secret.txt',
    '../secret.txt',
    'sub/../../secret.txt',
    '../inbox-other/c.txt',
    'taken/b.txt',
    'sub',
    '.',
  ])
    assert.match(await refusal(take(`${inbox}/${path}`)), /REPERIO_FETCH_REFUSED/, path);
  for (const path of ['sub/a.txt', '/etc/passwd', '/dev/zero', `${inbox}/sub/a.txt\0.pdf`, '/nowhere/x', folder])
    assert.match(await refusal(take(path)), /REPERIO_FETCH_REFUSED/, path);
  // What is there outside is not told from what is not.
  assert.equal(
    (await refusal(take('/etc/passwd'))).replace('passwd', ''),
    (await refusal(take('/etc/none'))).replace('none', ''),
  );
  assert.match(await refusal(take(`${inbox}/sub/none.txt`)), /REPERIO_FETCH_FAILED.*ENOENT/);
  writeFileSync(join(inbox, 'large.bin'), 'x'.repeat(2_000));
  assert.match(await refusal(take(`${inbox}/large.bin`)), /more than 1000 bytes/);
  linkSync(join(inbox, 'sub/a.txt'), join(inbox, 'hard.txt'));
  assert.equal((await take(`${inbox}/hard.txt`)).bytes, 15);
});
