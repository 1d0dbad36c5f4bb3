import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { promisify } from 'node:util';
import { openTestDatabase } from '../support/database.ts';
import { type Fence, fencesOf, readDocument, root } from '../support/markdown.ts';
import { findProgram, lacks } from '../support/packages.ts';
import { isWhole } from '../support/scale.ts';
import { runShell, type ShellBlock } from '../support/shell.ts';
import { openSmallLibrary } from '../support/small-library.ts';

/**
 * Guides as a reader follows them: their blocks "sh run" one after the other in one shell, those
 * marked "sh serve" beside what follows, in a copy of the clone (of links) with a home of its own.
 * Ports of the text become free ones.
 */
const made: string[] = [];
after(() => {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
});

interface Followed {
  readonly blocks: readonly ShellBlock[];
  readonly printed: readonly string[];
}

interface Course {
  /** Before its first block. */
  readonly before?: readonly Fence[];
  /**
   * On an embedded database of its own, which each command starts and stops; else on one that is
   * there already.
   */
  readonly embedded?: boolean;
}

async function follow(guide: string, { before = [], embedded = false }: Course = {}): Promise<Followed> {
  const folder = mkdtempSync(join(tmpdir(), 'reperio-guide-'));
  made.push(folder);
  const clone = join(folder, 'clone');
  mkdirSync(clone);
  for (const entry of readdirSync(root)) if (!entry.startsWith('.')) symlinkSync(join(root, entry), join(clone, entry));
  const ports = new Map<string, string>();
  for (const port of ['8080', '8081']) ports.set(port, String(await freePort()));
  const blocks = [...before, ...fencesOf(readDocument(guide))]
    .filter(({ info }) => info === 'sh run' || info === 'sh serve')
    .map(({ info, text }) => ({
      text: text.replace(/(127\.0\.0\.1:|--port )(808\d)/g, (_, words, port) => `${words}${ports.get(port)}`),
      serves: info === 'sh serve',
    }));
  assert.notEqual(blocks.length, 0);
  const store = embedded ? undefined : await openTestDatabase({ migrated: false });
  try {
    const env = { HOME: folder, REPERIO_PORT: ports.get('8080'), DATABASE_URL: store?.url, REPERIO_DATA: undefined };
    return { blocks, printed: await runShell(blocks, { cwd: clone, env }) };
  } finally {
    await store?.release();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** What the block that has these words printed. */
function output({ blocks, printed }: Followed, words: string): string {
  const at = blocks.findIndex(({ text }) => text.includes(words));
  assert.notEqual(at, -1, words);
  return printed[at]!;
}

const library = 'docs/guides/run-a-library.md';

test(`${library} leads to a library, and to a copy of it that works`, { skip: lacks('curl') }, async () => {
  const followed = await follow(library, { embedded: isWhole });
  assert.match(output(followed, 'site check'), /Millbrook Public Library/);
  assert.match(output(followed, 'person list'), /ada .*superadmin/);
  assert.match(output(followed, 'search \'author:"Ashdown, C"\''), /\b8 inserted.*\n3 records/);
  assert.match(output(followed, 'of=id'), /\[4,1\]/);
  const restored = output(followed, 'file verify');
  assert.match(restored, /^2 records/m);
  assert.match(restored, /Clara\. 2011/);
});

test('docs/guides/load-real-marc.md leads from a delivery with mistakes to a library that is checked', async () => {
  const followed = await follow('docs/guides/load-real-marc.md');
  assert.match(output(followed, '--dry-run'), /\b3 would be inserted, 0 would be replaced, 2 would be refused/);
  assert.match(output(followed, '.reasons'), /\b3 inserted, 0 replaced, 2 refused/);
  assert.match(output(followed, 'corrected.txt'), /\b2 inserted, 0 replaced, 0 refused/);
  assert.match(output(followed, 'title:fords'), /^1 record\b/m);
  assert.match(output(followed, '--collection Books'), /^5 records[\s\S]*^4 records/m);
});

test(`${library}: systemd takes the units of its command`, { skip: lacks('systemd-analyze') }, async () => {
  assert.match(readDocument(library), /^\/opt\/reperio\/current\/bin\/reperio service install /m);
  const folder = mkdtempSync(join(tmpdir(), 'reperio-guide-'));
  made.push(folder);
  const words = ['service', 'show', '--release', '/opt/reperio/current', '--user', 'daemon'];
  const { stdout: shown } = await promisify(execFile)(join(root, 'bin/reperio'), words, {
    env: { ...process.env, REPERIO_DATA: '/var/lib/reperio' },
  });
  const files = [...shown.matchAll(/^### \/etc\/systemd\/system\/(\S+)\n((?:(?!###).*\n)*)/gm)].map(
    ([, name, text]) => {
      const file = join(folder, name!);
      // The program is where this test has it.
      writeFileSync(file, text!.replaceAll('/opt/reperio/current', root));
      return file;
    },
  );
  assert.equal(files.length, 2);
  const verify = ['verify', '--man=no', '--recursive-errors=no', ...files];
  const { stdout, stderr } = await promisify(execFile)('systemd-analyze', verify);
  assert.equal(`${stdout}${stderr}`, '');
});

test(`${library}: behind its nginx the library is reached by TLS, under its name`, {
  skip: lacks('nginx', 'openssl', 'curl'),
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reperio-guide-'));
  made.push(folder);
  const served = await openSmallLibrary({
    load: [join(root, 'examples/search-language/records.txt')],
    settings: { REPERIO_BASE_URL: 'https://library.example', REPERIO_TRUST_PROXY: '127.0.0.1' },
  });
  try {
    const [plain, tls] = [await freePort(), await freePort()];
    const text = fencesOf(readDocument(library)).find(({ info }) => info === 'nginx')!.text;
    const site = text
      .replace('listen 80;', `listen 127.0.0.1:${plain};`)
      .replace('listen 443 ssl;', `listen 127.0.0.1:${tls} ssl;`)
      .replace('/etc/ssl/certs/library.example.pem', join(folder, 'certificate.pem'))
      .replace('/etc/ssl/private/library.example.key', join(folder, 'key.pem'))
      .replace('http://127.0.0.1:8080', served.address);
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${folder};`,
    );
    writeFileSync(
      join(folder, 'nginx.conf'),
      `${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${folder}/nginx.pid;
error_log stderr;
events {}
http {
access_log off;
${temporary.join('\n')}
${site}
}
`,
    );
    const get = 'curl -sk --retry 50 --retry-connrefused --retry-delay 1';
    const at = (port: number): string => `--resolve library.example:${port}:127.0.0.1`;
    const printed = await runShell(
      [
        `openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=library.example -keyout key.pem -out certificate.pem`,
        `nginx -p ${folder} -c ${folder}/nginx.conf -g 'daemon off;' &`,
        `${get} ${at(tls)} https://library.example:${tls}/search?of=id\\&p=muon`,
        `${get} ${at(tls)} https://library.example:${tls}/record/1 | grep -o '<link rel="canonical"[^>]*>'`,
        `${get} ${at(plain)} -o /dev/null -w '%{http_code} %{redirect_url}' http://library.example:${plain}/record/1`,
        `${get} ${at(tls)} -o /dev/null -D - https://library.example:${tls}/account/sign-in | grep -i '^set-cookie'`,
      ].map((block) => ({ text: block })),
      { cwd: folder },
    );
    assert.equal(printed[2], '[9,7,6]\n');
    assert.match(printed[3]!, /href="https:\/\/library\.example\/record\/1"/);
    assert.equal(printed[4], '301 https://library.example/record/1');
    assert.match(printed[5]!, /; Secure/i);
  } finally {
    await served.close();
  }
});

const cluster = 'docs/guides/a-cluster-in-an-hour.md';

test(`${cluster} leads to two nodes that know each other, and to files for seven hosts`, async () => {
  const followed = await follow(cluster);
  assert.match(output(followed, 'A third paper'), /^\[2,1\]\n?\[2,1\]/);
  assert.match(output(followed, 'bin/reperio status'), /^two +serving/m);
  assert.match(output(followed, 'ls rendered'), /^db1\ndb2\ndb3\nlb1\nlb2\nweb1\nweb2$/m);
});

test(`${cluster}: HAProxy takes its file`, { skip: lacks('haproxy') }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'reperio-guide-'));
  made.push(folder);
  writeFileSync(
    join(folder, 'haproxy.cfg'),
    fencesOf(readDocument(cluster)).find(({ info }) => info === 'haproxy')!.text,
  );
  const { stderr } = await promisify(execFile)(findProgram('haproxy')!, ['-c', '-f', join(folder, 'haproxy.cfg')]);
  assert.doesNotMatch(stderr, /WARNING|ALERT/);
});

test('docs/when-you-are-woken.md: what it says to look at can be looked at', async () => {
  const followed = await follow('docs/when-you-are-woken.md', {
    before: [
      {
        info: 'sh run',
        text: 'export REPERIO_DATA=$HOME/library PATH=$PWD/bin:$PATH\nbin/reperio load examples/laboratory/records.txt',
        line: 0,
      },
      { info: 'sh serve', text: 'bin/reperio serve', line: 0 },
    ],
  });
  assert.match(output(followed, '/health/ready'), /^200\n/);
});
