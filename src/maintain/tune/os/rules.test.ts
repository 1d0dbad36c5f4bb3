import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kernelSettings } from '../../../cluster/render/kernel-settings.ts';
import { assignmentsOf, exitStatusOf } from '../advice.ts';
import { judgeSystem } from './advise.ts';
import type { FolderFacts, SystemFacts } from './facts.ts';
import { parseSysctlLines } from './parse.ts';
import { machineFacts, nothingRead } from './test-facts.ts';

function advised(facts: SystemFacts): readonly string[] {
  return judgeSystem(facts).flatMap(({ state, name, wanted }) =>
    state === 'advise' ? [wanted === undefined ? name : `${name} -> ${wanted}`] : [],
  );
}

function reasonOf(facts: SystemFacts, name: string): string {
  const found = judgeSystem(facts).find((one) => one.name === name);
  return `${found?.state} ${found?.reason}`;
}

/** The machine with other settings of the kernel. */
function set(values: Readonly<Record<string, string>>, change: Partial<SystemFacts> = {}): SystemFacts {
  const facts = machineFacts(change);
  return { ...facts, sysctl: { ...facts.sysctl, ...values } };
}

test('a machine that is as it should be gets no advice, and nothing is unknown', () => {
  assert.deepEqual(advised(machineFacts()), []);
  assert.equal(exitStatusOf(judgeSystem(machineFacts())), 0);
});

test('what cannot be read is called unknown, and leads to no advice', () => {
  const judged = judgeSystem(nothingRead);
  assert.deepEqual(advised(nothingRead), []);
  assert.ok(judged.filter(({ state }) => state === 'unknown').length > 12);
  assert.equal(exitStatusOf(judged), 2);
});

test("the values of 2012 are judged for today's kernels", () => {
  const overflows = { net: { ...machineFacts().net, 'TcpExt.ListenOverflows': 471 } };
  // The default is 4096 since 5.4: 1024 would lower it, so it is wrong where connections were lost.
  assert.deepEqual(advised(set({ 'net.core.somaxconn': '1024' }, overflows)), ['net.core.somaxconn -> 4096']);
  assert.deepEqual(advised(set({ 'net.core.somaxconn': '128' })), ['net.core.somaxconn -> 4096']);
  assert.match(reasonOf(machineFacts(overflows), 'net.core.somaxconn'), /^note 471 .*the queue that each asks for/);
  // Not by itself, whatever the number of connections.
  const many = { sockets: { timeWait: 20_000, orphans: 2, inUse: 60 } };
  assert.match(reasonOf(machineFacts(many), 'net.ipv4.tcp_fin_timeout'), /^ok .*TIME_WAIT always lasts 60 s/);
  assert.deepEqual(advised(machineFacts(many)), [
    'net.ipv4.tcp_tw_reuse -> 1',
    'net.ipv4.ip_local_port_range -> 10240 65535',
  ]);
  assert.match(reasonOf(machineFacts(), 'net.ipv4.tcp_tw_reuse'), /^ok 900 of 28232 local ports/);
  assert.match(reasonOf(machineFacts(), 'net.ipv4.tcp_keepalive_time'), /^ok .*10 s/);
  const cookies = { net: { ...machineFacts().net, 'TcpExt.TCPReqQFullDoCookies': 9 } };
  assert.deepEqual(advised(machineFacts(cookies)), ['net.ipv4.tcp_max_syn_backlog -> 8192']);
});

test('a range of local ports that has our own port in it wants the port reserved, and keeps others', () => {
  const wide = set({ 'net.ipv4.ip_local_port_range': '1024 65535', 'net.ipv4.ip_local_reserved_ports': '9000-9010' });
  assert.deepEqual(advised(wide), ['net.ipv4.ip_local_reserved_ports -> 9000-9010,8080']);
  const reserved = set({
    'net.ipv4.ip_local_port_range': '1024 65535',
    'net.ipv4.ip_local_reserved_ports': '8000-8090',
  });
  assert.deepEqual(advised(reserved), []);
});

test('a file that sets tcp_tw_recycle is named with its line where the kernel has no such setting', () => {
  const text = '# seed\nnet.core.somaxconn = 4096\nnet/ipv4/tcp_tw_recycle=1\n';
  const facts = machineFacts({ lines: parseSysctlLines('/etc/sysctl.conf', text) });
  const found = judgeSystem(facts).find(({ name }) => name === 'sysctl.d');
  assert.deepEqual([found?.state, found?.value], ['advise', '/etc/sysctl.conf:3']);
  assert.match(found?.command ?? '', /^sed -i '3s/);
  const old = set({ 'net.ipv4.tcp_tw_recycle': '1' }, { lines: facts.lines });
  assert.deepEqual(advised(old), ['net.ipv4.tcp_tw_recycle -> 0']);
});

test('in a container whose kernel is read-only, nothing is ours to set, and the status is 0', () => {
  const facts = set({ 'net.core.somaxconn': '128' }, { settable: 'read-only', container: 'docker' });
  const judged = judgeSystem(facts);
  assert.match(reasonOf(facts, 'net.core.somaxconn'), /^note not ours to set, the kernel is read-only here: /);
  assert.deepEqual(assignmentsOf(judged), []);
  assert.equal(exitStatusOf(judged), 0);
});

test('a host of a cluster wants what is rendered for it, and no more once it has that', () => {
  const part = { name: 'lb1', roles: ['balancer'], etcd: false, ports: [80, 443, 18_404], database: false } as const;
  const usual = {
    'fs.file-max': '100000',
    'net.ipv4.ip_nonlocal_bind': '0',
    'net.ipv4.tcp_keepalive_intvl': '75',
    'net.ipv4.tcp_keepalive_probes': '9',
    'net.ipv4.tcp_retries2': '15',
    'net.ipv4.tcp_syn_retries': '6',
  };
  const before = set(usual, { host: part });
  const assignments = assignmentsOf(judgeSystem(before));
  const rendered = kernelSettings(part);
  assert.deepEqual(
    assignments.map(({ name }) => name).toSorted(),
    rendered
      .map(({ name }) => name)
      .filter((name) => name !== 'net.core.somaxconn')
      .toSorted(),
  );
  assert.equal(rendered.find(({ name }) => name.endsWith('reserved_ports'))?.value, '18404');
  const after = set(Object.fromEntries(rendered.map(({ name, value }) => [name, value])), { host: part });
  assert.deepEqual(advised(after), []);
});

test('each other rule has a state of the machine that calls for it, and says the number', () => {
  const facts = machineFacts();
  const folder = facts.folders[0]!;
  const on = (change: Partial<FolderFacts>): Partial<SystemFacts> => ({ folders: [{ ...folder, ...change }] });
  const selinux = { ...facts.security, selinux: 'enforcing' as const };
  const cases: readonly (readonly [Partial<SystemFacts>, string, RegExp])[] = [
    [{ vm: { ...facts.vm, pswpin: 9_000_000 } }, 'vm.swappiness', /34 GB read back from swap in 30 days/],
    [{ vm: { ...facts.vm, compact_stall: 90_000 } }, 'transparent huge pages', /90000 times/],
    [{ vm: { ...facts.vm, oom_kill: 3 } }, 'killed processes', /3 processes were killed/],
    [{ pressure: { memory: { some: 20, full: 9 } } }, 'memory pressure', /9 %/],
    [{ cgroup: { ...facts.cgroup, memoryLimit: 2 ** 31 } }, 'worker-memory', /control group: 2 GB/],
    [{ cgroup: { ...facts.cgroup, cpuQuota: 1, throttled: 800 } }, 'web-workers', /800 times/],
    [{ server: { pid: 7, filesLimit: 1024, filesMost: 800 } }, 'open files of a process', /800 files.*78 %/],
    [{ openFiles: { used: 90_000, most: 100_000 } }, 'fs.file-max', /90 %/],
    [on({ type: 'nfs4', source: 'nas:/x' }), 'mount of the data folder', /another machine/],
    [on({ type: 'tmpfs' }), 'mount of the data folder', /lost at a restart/],
    [on({ options: ['rw', 'strictatime'] }), 'mount of the data folder', /each read/],
    [on({ what: 'files', type: 'nfs4', options: ['soft', 'vers=4.2'] }), 'mount of the files', /mounted soft/],
    [on({ space: { free: 2 ** 30, size: 2 ** 36 } }), 'space of the data folder', /only 1.6 % of 64 GB/],
    [on({ inodes: { free: 10, size: 1_000_000 } }), 'space of the data folder', /of the files that fit/],
    [{ clock: { synchronised: false, offset: undefined, source: 'x' } }, 'clock', /nothing keeps/],
    [{ clock: { synchronised: true, offset: 900, source: 'chrony, x' } }, 'clock', /chrony/],
    [{ security: { ...selinux, booleans: { httpd_can_network_connect: false } } }, 'SELinux', /nginx runs here/],
    [
      {
        folders: [{ ...folder, disk: { ...folder.disk!, scheduler: 'bfq' } }],
        pressure: { ...facts.pressure, io: { some: 30, full: 20 } },
      },
      'I/O scheduler',
      /30 %/,
    ],
  ];
  for (const [change, name, reason] of cases) {
    const judged = judgeSystem({ ...facts, ...change });
    assert.deepEqual(
      judged.filter(({ state }) => state === 'advise').map((one) => one.name),
      [name],
    );
    assert.match(judged.find((one) => one.name === name)?.reason ?? '', reason);
  }
});
