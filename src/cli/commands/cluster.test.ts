import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { exampleText } from '../../cluster/topology/test-topology.ts';
import { runCommandLine } from '../run.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-cluster-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function type(words: readonly string[], stdin = exampleText, environment: Readonly<Record<string, string>> = {}) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCommandLine(words, {
    environment,
    stdin: Readable.from([stdin]),
    stdout,
    stderr,
    colour: false,
    signal: new AbortController().signal,
    onHangup: () => undefined,
  });
  stdout.end();
  stderr.end();
  return { status, stdout: await text(stdout), stderr: await text(stderr) };
}

test('check tells every mistake with its line, or that the file is right', async () => {
  assert.deepEqual(await type(['cluster', 'check', '-']), {
    status: 0,
    stdout: '- is valid: main, 10 hosts.\n',
    stderr: '',
  });
  const wrong = await type(
    ['cluster', 'check', '-'],
    exampleText.replace('10.77.0.22', '10.77.0.21').replace('3.4.23', '3.6.0'),
  );
  assert.equal(wrong.status, 1);
  assert.match(
    wrong.stderr,
    /- has 2 mistakes:\n {2}line 11: web2 has the address of web1.*\n {2}line \d+: Patroni 3\.0\.2 is safe with/,
  );
  const noted = await type(
    ['cluster', 'check', '-', '--json'],
    exampleText.replace('{environment: CLUSTER_LIBRARY_PASSWORD}', '{literal: x}'),
  );
  const { notes, etcdApi } = JSON.parse(noted.stdout) as { notes: readonly { message: string }[]; etcdApi: string };
  assert.equal(etcdApi, 'etcd');
  assert.match(notes[0]?.message ?? '', /password is written in the file itself/);
  const missing = await type(['cluster', 'check', join(folder, 'none.yaml')]);
  assert.match(missing.stderr, /cannot be read: there is no such file/);
});

test('show draws what the file says, and gives programs all of it but passwords', async () => {
  const drawn = await type(['cluster', 'show', '-', '--offline']);
  assert.match(drawn.stdout, /^readers ─ https:\/\/library\.example ─ 10\.77\.0\.100\n/);
  const literal = exampleText.replace('{environment: CLUSTER_LIBRARY_PASSWORD}', '{literal: verysecret}');
  const { stdout } = await type(['cluster', 'show', '-', '--offline', '--json'], literal);
  const shown = JSON.parse(stdout) as { hosts: readonly unknown[]; live: unknown };
  assert.deepEqual([shown.hosts.length, shown.live], [10, null]);
  assert.doesNotMatch(stdout, /verysecret/);
});

test('render prints one configuration, of the first host that needs it or of the one named', async () => {
  const render = (...words: readonly string[]) => type(['cluster', 'render', '--file', '-', ...words]);
  assert.match((await render('keepalived')).stdout, /^# Host lb1 of the cluster main.*[\s\S]*router_id lb1/);
  assert.match((await render('keepalived', '--host', 'lb2')).stdout, /router_id lb2/);
  const patroni = await render('patroni');
  assert.match(patroni.stdout, /^### \/etc\/patroni\/config\.yml \(mode 644\)\n/);
  assert.match(patroni.stdout, /PATRONI_SUPERUSER_PASSWORD="<file \/etc\/reperio\/cluster\/superuser-password>"/);
  const unneeded = await render('keepalived', '--host', 'web1');
  assert.deepEqual([unneeded.status, unneeded.stdout], [1, '']);
  assert.match(unneeded.stderr, /web1 needs no configuration of keepalived/);
  assert.match((await render('apache')).stderr, /This cluster needs no configuration of apache/);
  assert.match(
    (await render('haprox')).stderr,
    /"haprox" is not a program that can be rendered[\s\S]*Did you mean haproxy\?/,
  );
  assert.match((await render('sysctl', '--host', 'web9')).stderr, /no host "web9"[\s\S]*Did you mean web1\?/);
});

test('render writes all files of all hosts, with passwords from where they are', async () => {
  const file = join(folder, 'superuser');
  writeFileSync(file, 'sup3r\n');
  const source = exampleText.replace('/etc/reperio/cluster/superuser-password', file);
  const out = join(folder, 'rendered');
  const render = (environment: Readonly<Record<string, string>>, ...words: readonly string[]) =>
    type(['cluster', 'render', '--file', '-', '--out', out, ...words], source, environment);
  const without = await render({ CLUSTER_LIBRARY_PASSWORD: 'lib' });
  assert.equal(without.status, 1);
  assert.match(without.stderr, /replication: environment CLUSTER_REPLICATION_PASSWORD\n {2}rewind: environment/);
  const dry = await render({}, '--dry-run');
  assert.match(dry.stdout, /^would write .*\/rendered\/lb1\/etc\/sysctl\.d\/60-reperio\.conf \(new\)\n/);
  const passwords = {
    CLUSTER_LIBRARY_PASSWORD: 'lib',
    CLUSTER_REPLICATION_PASSWORD: 'rep',
    CLUSTER_REWIND_PASSWORD: 'rew',
  };
  const written = await render(passwords);
  assert.equal(written.status, 0, written.stderr);
  assert.equal(written.stdout.trim().split('\n').length, dry.stdout.trim().split('\n').length);
  const secrets = join(out, 'db2/etc/patroni_env.conf');
  assert.match(readFileSync(secrets, 'utf8'), /PATRONI_SUPERUSER_PASSWORD=sup3r\n[\s\S]*LIBRARY_PASSWORD=lib\n/);
  assert.equal(statSync(secrets).mode & 0o777, 0o600);
  assert.equal((await render(passwords)).stdout, '', 'a second time nothing changes');
});
