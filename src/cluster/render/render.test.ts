import assert from 'node:assert/strict';
import { globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readSettings } from '../../config/settings.ts';
import { hostNamed } from '../topology/read.ts';
import { secretPlaces } from '../topology/secrets.ts';
import { exampleTopology, testSecrets } from '../topology/test-topology.ts';
import type { Topology } from '../topology/topology.ts';
import { hostFor, programNames, renderHost } from './render.ts';
import { environmentLine } from './rendered-file.ts';
import { writeFiles } from './write.ts';

const expected = fileURLToPath(new URL('expected', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'reperio-render-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

/**
 * Compares with the files of `expected/FOLDER`, exactly. SNAPSHOTS=write makes them anew: then read
 * the difference.
 */
function compare(folder: string, topology: Topology, host: string): void {
  const root = join(expected, folder);
  const files = renderHost(topology, hostNamed(topology, host), testSecrets);
  if (process.env['SNAPSHOTS'] === 'write') {
    rmSync(root, { recursive: true, force: true });
    for (const { path, text } of files) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
  }
  assert.deepEqual(
    files.map(({ path }) => path).toSorted(),
    globSync('**/*', { cwd: root, exclude: (name) => name === '.' })
      .filter((name) => statSync(join(root, name)).isFile())
      .map((name) => `/${name}`)
      .toSorted(),
  );
  for (const { path, text } of files) assert.equal(text, readFileSync(join(root, path), 'utf8'), path);
}

for (const host of ['lb1', 'web3', 'db1', 'worker1', 'mon1'])
  test(`all files of ${host} of the example are exactly as expected`, () => compare(host, exampleTopology(), host));

test('Apache in the place of nginx', () =>
  compare(
    'apache',
    exampleTopology((text) =>
      text.replace('versions:', 'files: {server: apache}\nversions:').replace(/ {2}web3/, '  web3'),
    ),
    'web3',
  ));

test('one machine that is everything has no Patroni, no balancer and nginx in front', () => {
  const topology = exampleTopology(
    () => `base-url: http://library.example
network: 10.77.0.0/24
hosts:
  one: {address: 10.77.0.9, roles: [web, database, files], cores: 2, memory: 4GB}
`,
  );
  compare('one', topology, 'one');
});

test('with versions that can be trusted Patroni speaks the v3 API, and etcd has no other', () => {
  const topology = exampleTopology((text) => text.replace('3.0.2', '4.0.7').replace('3.4.23', '3.5.16'));
  const text = renderHost(topology, hostNamed(topology, 'db1'), testSecrets)
    .map((file) => file.text)
    .join('');
  assert.match(text, /^etcd3:\n {2}hosts: "10\.77\.0\.31:2379,/m);
  assert.doesNotMatch(text, /^etcd:$|ENABLE_V2/m);
});

test('the file of the second balancer differs where it must, and nowhere else', () => {
  const topology = exampleTopology();
  const [first, second] = ['lb1', 'lb2'].map((name) => renderHost(topology, hostNamed(topology, name), testSecrets));
  const different = first!.flatMap(({ text }, at) => {
    const others = second![at]!.text.split('\n');
    return text.split('\n').flatMap((line, number) => (line === others[number] ? [] : [others[number]!.trim()]));
  });
  assert.deepEqual(
    different.filter((line) => !line.startsWith('# Host lb2 of the cluster')),
    ['bind 10.77.0.12:8404', 'router_id lb2', 'priority 190', 'unicast_src_ip 10.77.0.12', '10.77.0.11'],
  );
});

test('slots are by cores, unless the file says otherwise', () => {
  const haproxy = (change: (text: string) => string): string => {
    const topology = exampleTopology(change);
    return renderHost(topology, hostFor(topology, 'haproxy')!, testSecrets, ['haproxy'])[0]!.text;
  };
  assert.match(
    haproxy((text) => text),
    /server web1 10\.77\.0\.21:8080 maxconn 200 tcp-ut 2s\n/,
  );
  const given = haproxy((text) => text.replace('versions:', 'slots: {pages: 7, downloads: 3}\nversions:'));
  assert.match(given, /server web1 10\.77\.0\.21:8080 maxconn 7 tcp-ut 2s\n/);
  assert.match(given, /server web1 10\.77\.0\.21:8080 track pages\/web1 maxconn 3 tcp-ut 2s\n/);
});

test('every server of HAProxy itself says how long it may leave what was sent unconfirmed, since 2.6 takes that from no default-server', () => {
  const topology = exampleTopology();
  const files = renderHost(topology, hostNamed(topology, 'lb1'), testSecrets, ['haproxy']);
  const lines = files.find(({ path }) => path.endsWith('haproxy.cfg'))!.text.split('\n');
  const servers = lines.filter((line) => /^\s+server /.test(line));
  assert.ok(servers.length > 6);
  assert.deepEqual(
    servers.filter((line) => !line.includes(' tcp-ut ')),
    [],
  );
  assert.deepEqual(
    lines.filter((line) => /default-server.*tcp-ut/.test(line)),
    [],
  );
});

test('a password is in no file that others may read, and in none that is shown', () => {
  const topology = exampleTopology();
  for (const host of topology.hosts) {
    for (const { path, text, mode } of renderHost(topology, host, testSecrets)) {
      const holds = Object.values(testSecrets).some((secret) =>
        text.includes(secret.slice(0, 5) === 'li/b ' ? 'li%2Fb' : `=${secret}`),
      );
      if (holds) assert.equal(mode & 0o077, 0, `${host.name} ${path}`);
    }
    const shown = renderHost(topology, host, secretPlaces(topology))
      .map(({ text }) => text)
      .join('');
    assert.doesNotMatch(shown, /li%2Fb|re'pl#/);
    if (host.name === 'web1') assert.match(shown, /reperio:<environment CLUSTER_LIBRARY_PASSWORD>@/);
  }
});

test('the settings of a web node are settings, and the address of its database can be taken apart', () => {
  const topology = exampleTopology();
  const host = hostNamed(topology, 'web1');
  const [settings, secrets] = renderHost(topology, host, testSecrets, ['settings']);
  const file = join(scratch, 'reperio.yaml');
  writeFileSync(file, settings!.text);
  const environment = Object.fromEntries(
    secrets!.text.split('\n').flatMap((line) => {
      const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value]];
    }),
  );
  const read = readSettings({ REPERIO_CONFIG: file, REPERIO_DATA: scratch, ...environment });
  assert.deepEqual(read.problems, []);
  const { nodeName, host: address, port, baseUrl, trustProxy, statusNetworks, webWorkers } = read.settings;
  const { files, fileDelivery, fileAccelPrefix } = read.settings;
  assert.deepEqual(
    { nodeName, address, port, baseUrl, trustProxy, statusNetworks, webWorkers, files, fileDelivery, fileAccelPrefix },
    {
      nodeName: 'web1',
      address: '10.77.0.21',
      port: 8080,
      baseUrl: 'https://library.example',
      trustProxy: '10.77.0.11, 10.77.0.12, 10.77.0.23',
      statusNetworks: '127.0.0.0/8, ::1, 10.77.0.21, 10.77.0.60',
      webWorkers: 4,
      files: '/srv/reperio/files',
      fileDelivery: 'x-accel',
      fileAccelPrefix: '/protected/',
    },
  );
  for (const [url, port] of [
    [read.settings.databaseUrl, '5000'],
    [read.settings.readDatabaseUrl, '5001'],
  ] as const) {
    const parts = new URL(url ?? '');
    assert.deepEqual([decodeURIComponent(parts.password), parts.port], [testSecrets.library, port]);
  }
});

test('every kind of configuration is made for some host of the example, but for what is in the place of another', () => {
  const topology = exampleTopology();
  assert.deepEqual(
    programNames.filter((name) => hostFor(topology, name) === undefined),
    ['apache'],
  );
});

test('files are written with their modes, and only where something changed', () => {
  const topology = exampleTopology();
  const files = renderHost(topology, hostNamed(topology, 'web1'), testSecrets);
  const out = join(scratch, 'out');
  const changes = (dryRun: boolean): readonly string[] =>
    writeFiles(out, files, { dryRun }).map(({ change }) => change);
  assert.deepEqual(new Set(changes(true)), new Set(['new']));
  assert.deepEqual(globSync('**', { cwd: out }), []);
  const umask = process.umask(0o077);
  assert.deepEqual(new Set(changes(false)), new Set(['new']));
  process.umask(umask);
  // Copied to a host, folders must let the service read below them.
  assert.deepEqual([statSync(out).mode & 0o777, statSync(join(out, 'etc/reperio')).mode & 0o777], [0o700, 0o755]);
  assert.deepEqual(new Set(changes(false)), new Set(['same']));
  for (const { path, mode, text } of files) {
    assert.equal(statSync(join(out, path)).mode & 0o777, mode, path);
    assert.equal(readFileSync(join(out, path), 'utf8'), text);
  }
  writeFileSync(join(out, files[0]!.path), 'changed by hand');
  assert.deepEqual(changes(true).slice(0, 2), ['changed', 'same']);
});

test('a line of an environment file quotes what systemd and shells would take for something else', () => {
  assert.equal(environmentLine('A', 'x/y:z%20'), 'A=x/y:z%20');
  assert.equal(environmentLine('A', 'a "b" $c\\d`'), 'A="a \\"b\\" \\$c\\\\d\\`"');
});

test('with a folder for pgBackRest every database host has timers, and only the primary makes a backup', () => {
  const topology = exampleTopology((text) => text.replace('mon1:/var/lib/pgbackrest ', '/mnt/pgbackrest '));
  const files = renderHost(topology, hostNamed(topology, 'db2'), testSecrets, ['pgbackrest', 'patroni']);
  const text = files.map((file) => file.text).join('');
  assert.match(text, /^repo1-path=\/mnt\/pgbackrest$/m);
  assert.match(text, /^ExecCondition=.*pg_is_in_recovery/m);
  assert.match(text, /archive_command: "pgbackrest --stanza=main archive-push %p"/);
  assert.doesNotMatch(text, /repo1-host/);
  assert.deepEqual(renderHost(topology, hostNamed(topology, 'mon1'), testSecrets, ['pgbackrest']), []);
});
