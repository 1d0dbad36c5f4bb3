import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { assertProperty } from '../../../test/support/property.ts';
import { topologyNotes } from './check.ts';
import { isForHosts, isInNetwork, networkText, parseNetwork } from './network.ts';
import { parseTopology } from './parse.ts';
import { exampleText, exampleTopology } from './test-topology.ts';
import { databaseAddresses, etcdMembers, hostsWith } from './topology.ts';
import { compareVersions } from './versions.ts';

function problemsOf(text: string): readonly string[] {
  const { topology, problems } = parseTopology(text);
  assert.equal(topology === undefined, problems.length > 0);
  return problems.map(({ line, message }) => `${line}: ${message}`);
}

/** The example with changes, and the problems it then has. */
function spoiled(...changes: readonly (readonly [from: string, to: string])[]): readonly string[] {
  let text = exampleText;
  for (const [from, to] of changes) {
    assert.ok(text.includes(from), from);
    text = text.replace(from, to);
  }
  return problemsOf(text);
}

const lineOf = (part: string): number => exampleText.slice(0, exampleText.indexOf(part)).split('\n').length;

test('the example is read as it says, with defaults for the rest', () => {
  const topology = exampleTopology();
  assert.equal(topology.floatingAddress, '10.77.0.100');
  assert.equal(networkText(topology.network), '10.77.0.0/24');
  assert.deepEqual(
    hostsWith(topology, 'web').map(({ name, cores, memory, workers }) => [name, cores, memory, workers]),
    ['web1', 'web2', 'web3'].map((name) => [name, 4, 8 * 2 ** 30, 4]),
  );
  assert.deepEqual(
    [topology.ports.web, topology.ports.primary, topology.release],
    [8080, 5000, '/opt/reperio/current'],
  );
  assert.deepEqual(topology.database, {
    name: 'reperio',
    user: 'reperio',
    data: '/var/lib/postgresql/15/main',
    programs: '/usr/lib/postgresql/15/bin',
  });
  assert.deepEqual(topology.secrets.superuser, { kind: 'file', path: '/etc/reperio/cluster/superuser-password' });
  assert.deepEqual(topology.secrets.rewind, { kind: 'environment', name: 'CLUSTER_REWIND_PASSWORD' });
  assert.deepEqual(databaseAddresses(topology), ['10.77.0.100:5000']);
  assert.deepEqual(topologyNotes(topology), []);
});

test('the file in the manual is the example', () => {
  const manual = readFileSync(new URL('../../../docs/cluster.md', import.meta.url), 'utf8');
  const { topology } = parseTopology(/```yaml\n(base-url[\s\S]*?)```/.exec(manual)?.[1] ?? '');
  const { secrets } = topology!;
  assert.deepEqual({ ...exampleTopology(), secrets }, topology);
});

test('three lines a host are enough', () => {
  const { topology, problems } = parseTopology(`base-url: http://library.example
network: 192.168.1.0/24
hosts:
  one:
    address: 192.168.1.10
    roles: [web, database]
`);
  assert.deepEqual(problems, []);
  assert.deepEqual(databaseAddresses(topology!), ['192.168.1.10:5432']);
  assert.deepEqual(
    topologyNotes(topology!).map(({ message }) => message.split(':')[0]),
    ['One web node', 'One database server', 'No place of backups', 'No repository of pgBackRest'],
  );
});

test('every mistake is told with its line, and what was meant', () => {
  assert.deepEqual(problemsOf('hots: {}\n'), [
    "1: 'hots' is not known. Did you mean 'hosts'?",
    '1: base-url is missing.',
    '1: network is missing.',
    '1: hosts is missing.',
    '1: There are no hosts.',
  ]);
  const web2 = lineOf('  web2:');
  assert.deepEqual(spoiled(['10.77.0.22, roles: [web]', '10.77.0.22x, roles: [wev]']), [
    `${web2}: hosts.web2.roles: 'wev' is not one of balancer, web, worker, database, etcd, files, monitor. Did you mean 'web'?`,
    `${web2}: hosts.web2.workers is for hosts with the role web.`,
    `${web2}: hosts.web2.address: '10.77.0.22x' is not an IPv4 address, such as 10.77.0.11; host names would depend on DNS.`,
  ]);
  const mistakes: readonly (readonly [string, string, RegExp])[] = [
    ['base-url: https', 'base-url: ftp', /^2: base-url: 'ftp:.*is not an address as https/],
    ['network: 10.77.0.0/24', 'network: 10.77.0.1/24', /network: '10.77.0.1\/24' is not an IPv4 network/],
    ['memory: 16GB', 'memory: 16 lots', /hosts.db1.memory is "16 lots" and must be a number of bytes/],
    ['memory: 16GB', 'memry: 16GB', /'memry' is not known in hosts.db1. Did you mean 'memory'\?/],
    ['  web1:', '  Web_1:', /'Web_1' cannot name a host/],
    ['  web1:', '  lb1:', /This key is given a second time/],
    ['etcd: 3.4.23', 'etcd: new', /versions.etcd: 'new' is not a version/],
    ['versions:', 'ports: {web: 70000}\nversions:', /ports.web is 70000 and must be from 1 to 65535/],
    ['versions:', 'release: current\nversions:', /release: 'current' is not a path that begins with \//],
    [
      'versions:',
      'release: /srv/reperio\nversions:',
      /release: '\/srv\/reperio' must be a link that is called current/,
    ],
    ['versions:', 'release: /current\nversions:', /release: '\/current' must be a link that is called current/],
    ['{environment: CLUSTER_LIBRARY_PASSWORD}', 'secret', /passwords.library must say where the password is/],
    [
      '{file: /etc/reperio/cluster/superuser-password}',
      '{file: /a, literal: b}',
      /needs one of environment, file, literal/,
    ],
    ['[balancer]', '[balancer, balancer]', /hosts.lb1.roles: a role is given twice/],
  ];
  for (const [from, to, expected] of mistakes) {
    const found = spoiled([from, to]);
    assert.ok(
      found.some((problem) => expected.test(problem)),
      `${to}: ${found.join('\n')}`,
    );
  }
});

test('what is wrong only together is found where it stands', () => {
  const together: readonly (readonly [readonly (readonly [string, string])[], readonly string[]])[] = [
    [[['10.77.0.22', '10.77.0.21']], [`${lineOf('  web2:')}: web2 has the address of web1, 10.77.0.21.`]],
    [
      [['floating-ip: 10.77.0.100', 'floating-ip: 10.77.0.31']],
      ['5: 10.77.0.31 is the address of the host db1; choose an address that no host has.'],
    ],
    [
      [['floating-ip: 10.77.0.100', 'floating-ip: 10.78.0.100']],
      ['5: 10.78.0.100 is not in the network 10.77.0.0/24.'],
    ],
    [
      [['floating-ip: 10.77.0.100', 'floating-ip: 10.77.0.255']],
      ['5: 10.77.0.255 is the first or last address of 10.77.0.0/24, which no host can have.'],
    ],
    [
      [['  lb2: {address: 10.77.0.12, roles: [balancer]}\n', '']],
      ['5: A floating address needs two balancers: keepalived moves it from one to the other.'],
    ],
    [[['floating-ip', '# ']], ['7: 2 balancers need a floating-ip: one has it, the others wait.']],
    [[['10.77.0.12', '10.78.0.12']], [`${lineOf('  lb2:')}: The balancer lb2 is not in the network 10.77.0.0/24.`]],
    [
      [['versions:', 'ports: {web: 8081}\nversions:']],
      [`${lineOf('versions:')}: The ports web and files are both 8081, and web3 needs both.`],
    ],
    [
      [['certificate:', '# ']],
      [
        '2: base-url is https, and there is no certificate: name the PEM file of the balancers (certificate: /etc/haproxy/library.pem).',
      ],
    ],
    [
      [['  db3: {address: 10.77.0.33, roles: [database], memory: 16GB}\n', '']],
      [
        '7: etcd has 2 members (db1, db2): an even number survives no more losses than one fewer. Give an odd number of hosts the role etcd; a web host will do.',
      ],
    ],
    [
      [['roles: [worker]', 'roles: [worker, etcd]']],
      [
        '7: etcd has one member (worker1): when it is down, no database can be the primary. Give three hosts the role etcd.',
      ],
    ],
  ];
  for (const [changes, expected] of together) assert.deepEqual(spoiled(...changes), expected);
});

test('a cluster without web nodes or databases is told so', () => {
  const text = (roles: string): string =>
    `base-url: http://a.example\nnetwork: 10.0.0.0/8\nhosts:\n  a: {address: 10.0.0.1, roles: [${roles}]}\n`;
  assert.deepEqual(problemsOf(text('worker')), ['3: No host has the role web.', '3: No host has the role database.']);
  assert.deepEqual(problemsOf(text('web, database, etcd')), [
    '4: etcd chooses the primary among several databases, and there is only one.',
  ]);
});

test('without a balancer the library itself asks several databases which is the primary', () => {
  const { topology, problems } = parseTopology(`base-url: http://a.example
network: 10.0.0.0/8
hosts:
  a: {address: 10.0.0.1, roles: [web, database]}
  b: {address: 10.0.0.2, roles: [web, database]}
  c: {address: 10.0.0.3, roles: [database]}
`);
  assert.deepEqual(problems, []);
  assert.deepEqual(databaseAddresses(topology!), ['10.0.0.1:5432', '10.0.0.2:5432', '10.0.0.3:5432']);
});

test('a third host can make etcd an odd number', () => {
  const topology = exampleTopology((text) =>
    text
      .replace(/ {2}db3:.*\n/, '')
      .replaceAll(/(db[12]:.*)\[database\]/g, '$1[database, etcd]')
      .replace('[worker]', '[worker, etcd]'),
  );
  assert.deepEqual(
    etcdMembers(topology).map(({ name }) => name),
    ['db1', 'db2', 'worker1'],
  );
  assert.match(topologyNotes(topology)[0]?.message ?? '', /^Two databases: while one is down/);
});

test('versions that lose acknowledged writes are refused, and the safe way is chosen when none is named', () => {
  const line = lineOf('versions:');
  const api = (patroni: string, etcd: string): string =>
    exampleTopology((text) => text.replace('3.0.2', patroni).replace('3.4.23', etcd)).etcdApi;
  assert.deepEqual([api('3.0.2', '3.4.23'), api('3.0.4', '3.5.1'), api('3.1.0', '3.4.23')], ['etcd', 'etcd', 'etcd3']);
  assert.deepEqual([api('4.0.7', '3.5.16'), api('4.0.7', '3.6.0')], ['etcd3', 'etcd3']);
  const way = 'take Patroni 3.1.0 or newer (Debian 13 has 4.0.7), or the v2 API (etcd-api: etcd) with etcd 3.4 or 3.5.';
  assert.deepEqual(spoiled(['versions:', 'etcd-api: etcd3\nversions:']), [
    `${line}: Patroni 3.0.2 with the v3 API of etcd loses acknowledged writes when a primary that was cut off comes back; ${way}`,
  ]);
  assert.deepEqual(spoiled(['3.4.23', '3.6.1']), [
    `${line}: Patroni 3.0.2 is safe with the v2 API of etcd only, and etcd 3.6.1 has none any more; ${way}`,
  ]);
  assert.deepEqual(spoiled(['versions:', 'etcd-api: etcd\nversions:'], ['3.0.2', '4.0.7'], ['3.4.23', '3.6.1']), [
    `${line + 1}: etcd 3.6.1 has no v2 API any more: leave etcd-api out, or write etcd3.`,
  ]);
  assert.deepEqual(spoiled(['postgresql: 15', 'postgresql: 14']), [
    `${line}: PostgreSQL 14 is too old: the library needs 15.`,
  ]);
  assert.match(spoiled(['3.0.2', '2.1.7']).join('\n'), /Patroni 2.1.7 is too old/);
});

test('a repository of pgBackRest is a folder or a host that is there and has no database', () => {
  assert.deepEqual(exampleTopology().backup, {
    place: '/mnt/backups',
    keep: '7 daily, 4 weekly, 12 monthly',
    repository: { host: 'mon1', folder: '/var/lib/pgbackrest', bucket: undefined },
    s3: undefined,
  });
  const line = lineOf('repository:');
  assert.deepEqual(spoiled(['mon1:/var', 'mon9:/var']), [
    `${line}: The repository of pgBackRest is on mon9, and there is no such host.`,
  ]);
  assert.match(spoiled(['mon1:/var', 'db2:/var']).join('\n'), /on db2, a database host, and would be lost with it/);
  assert.match(spoiled(['mon1:/var/lib', 'mon1:var/lib']).join('\n'), /is not a folder, or a host and a folder/);
  assert.match(spoiled(['7 daily,', '7 nightly,']).join('\n'), /must be like 7 daily, 4 weekly, 12 monthly/);
  assert.match(spoiled(['/mnt/backups', 'backups']).join('\n'), /is not a folder that begins with \/, or s3:/);
  const shared = exampleTopology((text) => text.replace('mon1:/var/lib/pgbackrest ', '/mnt/pgbackrest '));
  assert.deepEqual(
    topologyNotes(shared).map(({ message }) => message),
    [
      '/mnt/pgbackrest must be the same mounted folder on all of db1, db2, db3, on a disk that is not lost with one of them.',
    ],
  );
});

test('a repository of pgBackRest in S3 says where that is, by https', () => {
  const inS3 = (s3: string) => ['mon1:/var/lib/pgbackrest ', `s3://library/db\n${s3} `] as const;
  const { backup } = exampleTopology((text) =>
    text.replace(...inS3('  s3: {endpoint: "https://s3.example.org:9000", region: eu-1}')),
  );
  assert.deepEqual(backup.repository, { host: undefined, folder: '/db', bucket: 'library' });
  assert.deepEqual(backup.s3, { host: 's3.example.org', port: 9000, region: 'eu-1' });
  assert.match(spoiled(inS3('')).join('\n'), /is in S3: say where that is, by backup\.s3\.endpoint/);
  for (const [s3, problem] of [
    ['  s3: {endpoint: "http://s3.example.org"}', /is not the address of a server that speaks https/],
    ['  s3: {region: eu-1}', /has no endpoint/],
    ['  s3: {endpoint: "https://s3.example.org", key: a}', /key/],
  ] as const)
    assert.match(spoiled(inS3(s3)).join('\n'), problem);
});

test('versions are compared by number', () => {
  assert.ok(compareVersions('3.10', '3.9.9') > 0);
  assert.ok(compareVersions('3.0.2', '3.1') < 0);
  assert.equal(compareVersions('3', '3.0.0'), 0);
});

test('an address is in a network exactly when they share its leading bits', () => {
  const bits = (address: string): string =>
    address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  const octet = fc.integer({ min: 0, max: 255 });
  const address = fc.tuple(octet, octet, octet, octet).map((parts) => parts.join('.'));
  assertProperty(
    fc.property(address, address, fc.integer({ min: 1, max: 32 }), (inside, other, prefix) => {
      const first = bits(inside).slice(0, prefix).padEnd(32, '0');
      const base = [0, 8, 16, 24].map((at) => Number.parseInt(first.slice(at, at + 8), 2)).join('.');
      const network = parseNetwork(`${base}/${prefix}`);
      assert.ok(network !== undefined);
      assert.ok(isInNetwork(inside, network));
      assert.equal(isInNetwork(other, network), bits(other).slice(0, prefix) === first.slice(0, prefix));
      const rest = bits(inside).slice(prefix);
      assert.equal(isForHosts(inside, network), prefix >= 31 || (rest.includes('1') && rest.includes('0')));
    }),
  );
  for (const wrong of ['10.0.0.0', '10.0.0.0/0', '10.0.0.0/33', '10.0.0.1/24', 'x/8', '300.0.0.0/8'])
    assert.equal(parseNetwork(wrong), undefined, wrong);
});
