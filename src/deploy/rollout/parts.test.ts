import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { exampleTopology } from '../../cluster/topology/test-topology.ts';
import { libraryObstacles, newIndex, settingsChange, waitText } from '../release/compare.ts';
import type { Release } from '../release/release.ts';
import { parseRequests, parseServers } from './balancers.ts';
import { unitsOf } from './deployment.ts';
import { type HostFacts, parseFacts } from './facts.ts';
import { obstaclesOf } from './obstacles.ts';
import { differing } from './ready.ts';
import * as scripts from './scripts.ts';
import { hostsInOrder, unasked } from './survey.ts';

const migration = (number: number, offline = false) => ({
  ...{ number, file: `000${number}-a.sql`, checksum: `c${number}`, offline, locks: undefined },
});
const release: Release = {
  ...{ version: '0.3.0', commit: 'c'.repeat(40), date: '2026-11-30T00:00:00Z', node: '24.0.0', postgresql: 15 },
  platform: { arch: 'x64', glibc: '2.28' },
  migrations: [migration(1), migration(2)],
  index: [
    { analysis: 3, format: 1 },
    { analysis: 4, format: 1 },
  ],
  settings: ['a', 'b'],
};

test('worker hosts come first, each host once', () => {
  const both = exampleTopology((text) => text.replace('roles: [web, files]', 'roles: [web, worker, files]'));
  assert.deepEqual(
    hostsInOrder(both).map(({ name }) => name),
    ['web3', 'worker1', 'web1', 'web2'],
  );
  assert.deepEqual(unitsOf({ isWeb: true, isWorker: true }).length, 3);
});

test('what HAProxy tells of its servers is read by its titles', () => {
  const text = `1
# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight
4 pages 1 web1 10.77.0.21 2 0 1
4 pages 2 web2 10.77.0.22 2 8 1
4 pages 3 web3 10.77.0.23 0 1 1
5 downloads 1 web1 10.77.0.21 2 2 1

`;
  assert.deepEqual(Object.fromEntries(parseServers(text)), {
    web1: { state: 'ready', isUp: true },
    web2: { state: 'drain', isUp: false },
    web3: { state: 'maint', isUp: false },
  });
  const conn = `# bkname/svname bkid/svid addr port - purge_delay used_cur used_max
pages/web1 4/1 10.77.0.21 8080 - 5000 2 9
downloads/web1 5/1 10.77.0.21 8080 - 5000 1 1
pages/web2 4/2 10.77.0.22 8080 - 5000 7 9
`;
  assert.equal(parseRequests(conn, 'web1'), 3);
});

test('while records come and go, an answer only has to be there', () => {
  const before = [{ question: 'a', total: 5, records: 100 }];
  assert.equal(differing(before, [{ question: 'a', total: 5, records: 100 }]), undefined);
  assert.equal(differing(before, [{ question: 'a', total: 6, records: 101 }]), undefined);
  assert.equal(differing(before, [{ question: 'a', total: 4, records: 100 }])?.is, 4);
  assert.equal(differing(before, [{ question: 'a', total: 0, records: 101 }])?.is, 0);
  assert.equal(differing(before, [])?.is, 0);
});

test('a library stands in the way of a release with what to do', () => {
  const there = (count: number, offline = false) =>
    Array.from({ length: count }, (_, at) => ({ checksum: `c${at + 1}`, offline: offline && at === count - 1 }));
  const index = { analysis: 4, format: 1 };
  const of = (migrations: ReturnType<typeof there>, found = index): string =>
    libraryObstacles(release, { migrations, index: found }).join('\n');
  assert.equal(of(there(1)), '');
  assert.equal(of(there(3)), '', 'an additive migration of a newer release');
  assert.match(of(there(3, true)), /Migration 3 of the library is offline.*restored backup/);
  assert.match(of([{ checksum: 'x', offline: false }]), /another 0001-a\.sql/);
  assert.match(of(there(2), { analysis: 5, format: 1 }), /reads analysis 3, format 1; .*index downgrade/);
  assert.match(of(there(2), { analysis: 2, format: 1 }), /index upgrade/);
  const offline = { ...release, migrations: [migration(1), migration(2, true)] };
  assert.match(
    libraryObstacles(offline, { migrations: there(1), index }).join(''),
    /0002-a\.sql is offline.*release recipe/,
  );
  assert.deepEqual(libraryObstacles(offline, { migrations: [], index: undefined }), [], 'a library that is being made');
  assert.equal(newIndex(release, index), undefined);
  assert.equal(newIndex(release, { analysis: 3, format: 1 })?.to, 'analysis 4, format 1');
});

test('a migration says how long a library of this size waits', () => {
  const locks = 'record, writes, 1s/30000 rows';
  assert.equal(waitText({ locks }, { record: 108_000 }), 'writes to record wait some 4 s (108,000 rows)');
  assert.equal(waitText({ locks }, { record: 3 }), 'writes to record wait less than a second (3 rows)');
  assert.equal(waitText({ locks }, undefined), `locks ${locks}`);
  assert.equal(waitText({ locks: undefined }, {}), undefined);
  assert.deepEqual(settingsChange({ settings: ['a', 'c'] }, release), { added: ['b'], removed: ['c'] });
});

const facts: HostFacts = {
  ...parseFacts(
    'web1',
    'arch\tx86_64\nglibc\tglibc 2.36\nlink\treleases/0.2.0\ncurrent\t/opt/reperio/releases/0.2.0\nfree\t900000\n',
    'direct',
  ),
  units: ['reperio-web.service'],
};

test('a host stands in the way of a release with what to do', () => {
  const hosts = [{ name: 'web1', isWeb: true, units: ['reperio-web.service'], before: facts.current }];
  const of = (change: Partial<HostFacts>, bytes = 1e8): string =>
    obstaclesOf({
      to: release,
      hosts,
      facts: [{ ...facts, ...change }],
      library: undefined,
      bytes,
      manifest: 'ab',
    }).join('\n');
  assert.equal(of({}), '');
  assert.match(of({ root: undefined }), /^web1: .*sudo asks for a password/);
  assert.match(of({ arch: 'arm64' }), /made for x64, and this machine is arm64/);
  assert.match(of({ glibc: '2.17' }), /glibc 2\.28 or newer, and this machine has 2\.17/);
  assert.match(of({ glibc: undefined }), /another C library/);
  assert.match(of({}, 9e8), /needs 99\d MB, and 922 MB are free/);
  assert.equal(of({ there: ['0.3.0'] }, 9e8), '');
  assert.match(of({ lacks: ['rsync'] }), /has no rsync/);
  assert.match(of({ current: '' }), /no link `current`/);
  assert.match(of({ units: [] }), /systemd does not know reperio-web\.service/);
  const onHosts = (there: readonly string[]): string => {
    const context = { to: release, hosts, facts: [{ ...facts, there }], library: undefined, bytes: 0 };
    return obstaclesOf({ ...context, manifest: undefined }).join();
  };
  assert.equal(onHosts(['0.3.0']), '');
  assert.match(onHosts(['0.2.0']), /^web1: release 0\.3\.0 is not there, and not on this machine/);
  // It would be replaced while it runs.
  assert.match(of({ version: '0.3.0', manifest: 'cd' }), /runs another build of release 0\.3\.0/);
  assert.equal(of({ version: '0.3.0', manifest: 'ab' }), '');
});

test('what a host says is read line by line, whatever is missing', () => {
  assert.deepEqual(
    [facts.arch, facts.glibc, facts.free, facts.version, facts.lock],
    ['x64', '2.36', 921_600_000, undefined, undefined],
  );
  const lock = parseFacts(
    'a',
    'lock\t{"id":"1","holder":"a@b","reason":"c","since":"d"}\nfile\tabc /etc/x\nfile\t- /etc/y\nunit\ta.service not-found\n',
    'sudo',
  );
  assert.equal(lock.lock?.holder, 'a@b');
  assert.deepEqual(
    [...lock.files],
    [
      ['/etc/x', 'abc'],
      ['/etc/y', undefined],
    ],
  );
  assert.deepEqual(lock.units, []);
});

test('that there is no lock and nothing unfinished is said only when all hosts were asked', () => {
  const hosts = ['web1', 'web2'].map((name) => ({ name, isWeb: true, units: [], before: '' }));
  const facts = [parseFacts('web1', '', 'direct')];
  const error = unasked({ hosts, facts, problems: ['web2 cannot be reached. Try `ssh web2 true`.'] }, 'a lock');
  assert.equal(error?.message, 'web2 cannot be asked, and no other host knows of a lock.');
  assert.match(error.hint, /^web2 cannot be reached\. Try `ssh web2 true`\. Then run/);
  assert.equal(unasked({ hosts: hosts.slice(0, 1), facts, problems: [] }, 'a lock'), undefined);
});

test('every script is one that a POSIX shell can read', () => {
  for (const text of Object.values(scripts)) execFileSync('sh', ['-n', '-c', text]);
});
