import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { type Ask, askCluster, askOverHttp } from './live.ts';
import { drawCluster } from './picture.ts';
import { topologyOf } from './read.ts';
import { exampleTopology } from './test-topology.ts';

const members = (told: Readonly<Record<string, readonly [role: string, state: string, lag?: number]>>) => ({
  status: 200,
  text: JSON.stringify({
    members: Object.entries(told).map(([name, [role, state, lag]]) => ({ name, role, state, lag: lag ?? 'unknown' })),
  }),
});

/** Answers by address and path; whoever is not named is away. */
const answering =
  (answers: Readonly<Record<string, { readonly status: number; readonly text: string }>>): Ask =>
  async (url) =>
    answers[url.replace('http://', '')];

test('the picture goes from readers down to the data, each tier with its hosts', () => {
  assert.equal(
    drawCluster(exampleTopology(), undefined),
    `readers ─ https://library.example ─ 10.77.0.100
       │
       ▼
┌─ balancers: one has 10.77.0.100 ─────────────────────────────────────┐
│ lb1      10.77.0.11  :80    HAProxy                                  │
│ lb2      10.77.0.12  :80    HAProxy                                  │
└──────────────────────────────────────────────────────────────────────┘
       │
       ▼
┌─ in front of web nodes, for files ───────────────────────────────────┐
│ web3     10.77.0.23  :8081  nginx                                    │
└──────────────────────────────────────────────────────────────────────┘
       │
       ▼
┌─ web nodes ──────────────────────────────────────────────────────────┐
│ web1     10.77.0.21  :8080  reperio serve                            │
│ web2     10.77.0.22  :8080  reperio serve                            │
│ web3     10.77.0.23  :8080  reperio serve                            │
└──────────────────────────────────────────────────────────────────────┘
       │
       ▼
┌─ databases: the primary at :5000, replicas at :5001 of the balancers ┐
│ db1      10.77.0.31  :5432  PostgreSQL                               │
│ db2      10.77.0.32  :5432  PostgreSQL                               │
│ db3      10.77.0.33  :5432  PostgreSQL                               │
│ db1      10.77.0.31  :2379  etcd (v2)                                │
│ db2      10.77.0.32  :2379  etcd (v2)                                │
│ db3      10.77.0.33  :2379  etcd (v2)                                │
└──────────────────────────────────────────────────────────────────────┘
┌─ beside them ────────────────────────────────────────────────────────┐
│ worker1  10.77.0.41         worker                                   │
│ mon1     10.77.0.60  :9090  Prometheus                               │
└──────────────────────────────────────────────────────────────────────┘
`,
  );
});

test('hosts are drawn as they say they are: ready, about to stop, away, primary, behind', async () => {
  const topology = exampleTopology();
  const live = await askCluster(
    topology,
    answering({
      '10.77.0.11:8404/haproxy-up': { status: 200, text: '' },
      '10.77.0.21:8080/health/ready': { status: 200, text: 'ready\n' },
      '10.77.0.22:8080/health/ready': { status: 404, text: 'going away\n' },
      // Some proxy in between knows nothing of it: that is no node that is about to stop.
      '10.77.0.23:8080/health/ready': { status: 404, text: 'Not Found' },
      '10.77.0.31:2379/health': { status: 200, text: '{"health":"true"}' },
      '10.77.0.32:2379/health': { status: 503, text: '{"health":"false"}' },
      // A member that was cut off knows of no leader: others are believed.
      '10.77.0.31:8008/cluster': members({ db1: ['replica', 'running'] }),
      '10.77.0.32:8008/cluster': members({
        db1: ['replica', 'running', 5_000_000],
        db2: ['leader', 'running'],
        db3: ['sync_standby', 'running', 0],
      }),
    }),
  );
  assert.deepEqual(live.web, { web1: 'ready', web2: 'going', web3: 'answers 404' });
  assert.deepEqual(live.balancers, { lb1: 'up', lb2: 'away' });
  assert.deepEqual(live.etcd, { db1: 'up', db2: 'no majority', db3: 'away' });
  const drawn = drawCluster(topology, live);
  for (const line of [
    /● {2}lb1 .* up/,
    /○ {2}lb2 .* away/,
    /◐ {2}web2 .* going/,
    /○ {2}web3 .* answers 404/,
    /● {2}db1 .* replica +running, 4883 kB behind/,
    /● {2}db2 .* primary +running/,
    /● {2}db3 .* replica \(in step\) +running /,
    /○ {2}db2 .* etcd \(v2\) +no majority/,
  ])
    assert.match(drawn, line);
  const widths = new Set(
    drawn
      .split('\n')
      .filter((line) => /^[│┌└]/.test(line))
      .map(({ length }) => length),
  );
  assert.equal(widths.size, 1, 'every box is as wide as the others');
});

test('whoever does not answer in time holds up nobody', async () => {
  const silent = createServer(() => undefined);
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as { port: number };
  const topology = topologyOf(
    `base-url: http://a.example
network: 127.0.0.0/8
ports: {web: ${port}}
hosts:
  a: {address: 127.0.0.1, roles: [web, database]}
  b: {address: 127.0.0.2, roles: [web]}
`,
    'x',
  );
  assert.deepEqual((await askCluster(topology, askOverHttp)).web, { a: 'away', b: 'away' });
  silent.closeAllConnections();
  silent.close();
});
