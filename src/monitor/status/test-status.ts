import type { TaskState } from '../../jobs/task-state.ts';
import type { BackupState } from '../../maintain/backup/state.ts';
import { noLatencies } from '../latencies.ts';
import { NodeMeter } from '../node-meter.ts';
import { type NodeStatus, summaryOf } from '../node-status.ts';
import { WorkerMeter } from '../worker-report.ts';
import type { NodeView } from './node-view.ts';

/**
 * For tests: a node on a bad night. One worker is well, one silent, one has died; another node is
 * gone, and a third has another version and a wrong clock.
 */
export function testView(now = Date.now()): NodeView {
  const meter = new NodeMeter();
  const worker = new WorkerMeter();
  for (let at = 0; at < 40; at++) {
    for (let i = 0; i < 20 + (at % 7) * 9; i++) worker.request('/search', i % 97 === 5 ? 500 : 200, (i * at) % 130);
    worker.request('/record/:id', 200, 3);
    meter.note(1, structuredClone(worker.report(rest)));
    meter.sample();
  }
  const report = structuredClone(worker.report(rest));
  worker.close();
  const long = `/search?p=${'a'.repeat(200)}&of=xm&rg=100000`;
  const running = [
    { client: '192.0.2.7', method: 'GET', url: long, began: now - 42_000, statements: 187 },
    { client: '2001:db8::7', method: 'GET', url: '/search?p=<b>higgs</b>', began: now - 30, statements: 1 },
  ];
  const status: NodeStatus = {
    name: 'web1',
    version: '0.1.0',
    address: 'http://10.77.0.21:8080',
    host: 'web1.library.example',
    pid: 4711,
    started: now - 3 * 86_400_000,
    now,
    cores: 2,
    load: [1.9, 1.5, 1.2],
    memory: { total: 8e9, free: 3e9 },
    state: 'serving',
    reloads: 2,
    resident: 120e6,
    background: {
      pid: 4800,
      started: now - 60_000,
      doing: 'folding new records into the index (records 11 to 90)',
      deaths: 2,
      lastDeath: 'ended with SIGABRT while making the index anew (records 7 to 7)',
    },
    waiting: 3,
    workers: [
      {
        place: 0,
        pid: 4712,
        state: 'ready',
        started: now - 3_600_000,
        deaths: 0,
        reported: now - 300,
        report,
        running,
      },
      {
        place: 1,
        pid: 4790,
        state: 'silent',
        started: now - 60_000,
        deaths: 1,
        reported: now - 9_000,
        report,
        running: [],
      },
    ],
    deathCount: 1,
    deaths: [
      {
        when: now - 61_000,
        place: 1,
        pid: 4713,
        how: 'SIGABRT',
        age: 7_200,
        running: [
          { client: '192.0.2.9', method: 'GET', url: '/record/1/export/xm', began: now - 62_000, statements: 2 },
        ],
        said: [
          '<--- Last few GCs --->',
          'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory',
        ],
      },
    ],
    checks: [
      { name: 'ready', finding: { sentence: 'web1 is serving: 1 of 2 workers ready.' }, when: now - 3_000 },
      {
        name: 'disk',
        finding: {
          sentence: '3.1 % (<b>1.2 GB</b>) of the disk of /var/lib/reperio is free, full in 5 h.',
          measures: [{ label: 'free', value: 3.1, unit: '%', warning: '10:', critical: '5:' }],
          fix: 'du -xhd1 /var/lib/reperio',
        },
        when: now - 8_000,
      },
    ],
    totals: meter.totals(),
    samples: meter.samples(),
    routes: meter.routes(),
  };
  const summary = summaryOf(status);
  const other = { ...summary, name: 'web2', address: 'http://10.77.0.22:8080', version: '0.1.1', ready: 2 };
  return {
    status,
    nodes: [
      { summary, age: 2_000, skew: 12 },
      { summary: other, age: 3_000, skew: -4_200 },
      { summary: { ...summary, name: 'web3', address: 'http://10.77.0.23:8080' }, age: 400_000, skew: 8 },
    ],
    tasks: testTasks,
    jobs: [
      { kind: 'load', state: 'running', count: 1 },
      { kind: 'load', state: 'done', count: 1_200 },
    ],
    backup: testBackup,
  };
}

const testBackup: BackupState = {
  age: 50_000_000,
  set: '2026-11-29T020000Z-ab12',
  kind: 'dump',
  bytes: 33e6,
  problem: null,
  drillAge: 12 * 86_400_000,
  rto: 58,
  rpo: 47_000,
  drillProblem: null,
  archiveAge: 41_000,
  archiveProblem: null,
  restoredFrom: '2026-10-01T020000Z-cd34',
  restoredAt: '2026-10-01T02:00:00Z',
};

const testTasks: readonly TaskState[] = [
  {
    name: 'access',
    due: 130_000,
    running: null,
    progress: null,
    stopping: false,
    node: 'worker1',
    succeeded: 470_000,
    took: 12,
    did: '1,204 expired rows deleted.',
    failures: 0,
    problem: null,
  },
  {
    name: 'files',
    due: 3_500_000,
    running: 61_000,
    progress: '812 of 2,311 files',
    stopping: false,
    node: 'worker1',
    succeeded: 3_700_000,
    took: 480_000,
    did: '2,311 files read, 9,600 MB.',
    failures: 1,
    problem: '2 files are missing or damaged: run `reperio file verify` to see which, and restore them from a backup.',
  },
  {
    name: 'nodes',
    due: -4_000_000,
    running: null,
    progress: null,
    stopping: false,
    node: null,
    succeeded: null,
    took: null,
    did: null,
    failures: 0,
    problem: null,
  },
];

const rest = {
  connections: 17,
  pool: { open: 4, idle: 1, waiting: 2, most: 8 },
  index: {
    manifest: 812,
    records: 1_000_070,
    segments: 8,
    deltas: 12,
    age: 640,
    problem: 'The database is away: what was read last is searched.',
  },
  caches: { bitmaps: { bytes: 27e6, hits: 9000, misses: 1000 }, postings: { bytes: 61e6, hits: 100, misses: 300 } },
};

/** A node that has just begun. */
export function emptyView(): NodeView {
  const { status } = testView();
  const totals = {
    requests: 0,
    statuses: {},
    shed: 0,
    statements: 0,
    statementTime: 0,
    routes: { '/': noLatencies() },
  };
  return {
    status: { ...status, workers: [], deaths: [], deathCount: 0, samples: [], routes: [], totals },
    nodes: undefined,
    tasks: undefined,
    jobs: undefined,
    backup: undefined,
  };
}
