import assert from 'node:assert/strict';
import { test } from 'node:test';
import { prometheusText } from '../monitor/prometheus.ts';
import { emptyView, testView } from '../monitor/status/test-status.ts';
import { statusLines } from './status-text.ts';

const plain = (text: string): string => text;
const textOf = (view: Parameters<typeof statusLines>[0], width = Number.POSITIVE_INFINITY): string =>
  statusLines(view, { width, heading: plain }).join('\n');

test('the status of a node is a head, and tables of workers, running requests, failures, nodes and tasks', () => {
  const text = textOf(testView());
  assert.match(text, /^web1 is serving at http:\/\/10\.77\.0\.21:8080: release 0\.1\.0, process 4711, up 3 d$/m);
  assert.match(text, /^1,875 requests in total, 1 worker failure$/m);
  assert.match(text, /^WORKER +PROCESS +STATE +UP +REQUESTS .*\n1 +4712 +ready .*\n2 +4790 +silent /m);
  assert.match(text, /^Worker 1: The database is away/m);
  assert.match(
    text,
    /^The background process 4800 is up 60 s, folding .*\nIt has failed 2 times; the last time it ended/m,
  );
  assert.match(text, /^RUNNING +WORKER +SQL +CLIENT +REQUEST\n42 s +1 +187 +192\.0\.2\.7 +GET \/search\?p=aaa/m);
  assert.match(text, /^61 s ago +2 +SIGABRT +2 h +GET \/record\/1\/export\/xm$/m);
  assert.match(text, /^web3 +gone for 7 min /m);
  assert.match(text, /^files +running for 61 s \(812 of 2,311 files\) +62 min ago +8 min +worker1 +2,311 files read/m);
  assert.match(text, /^files: 2 files are missing or damaged/m);
  assert.match(text, /^nodes +67 min late +never$/m);
});

test('tables end at the edge of the window; what must be looked at is told whole', () => {
  const lines = textOf(testView(), 80).split('\n');
  for (const line of lines.filter((one) => /^(WORKER|RUNNING|TASK|42 s|access|web\d )/.test(one)))
    assert.ok(line.length <= 80 || /^web1 is/.test(line), line);
  assert.ok(lines.some((line) => line.endsWith('restore them from a backup.')));
});

test('without a database nothing is said of other nodes', () => {
  const text = textOf(emptyView());
  assert.match(text, /The database does not answer, so nothing is known about other nodes\./);
  assert.doesNotMatch(text, /^(NODE|TASK|RUNNING)/m);
});

test('workers of another release than the supervisor, and a reload that failed, are told', () => {
  const view = testView();
  const { status } = view;
  const workers = status.workers.map((worker) => ({
    ...worker,
    report: worker.report === undefined ? undefined : { ...worker.report, release: '0.3.0' },
  }));
  const lastReload = {
    when: status.now - 60_000,
    succeeded: false,
    said: 'Reload failed; the running release continues.',
  };
  const text = textOf({ ...view, status: { ...status, workers, lastReload } });
  assert.match(text, /^Since a reload, workers run release 0\.3\.0; .*until it is restarted\.$/m);
  assert.match(text, /^The last reload, 60 s ago, changed nothing: Reload failed; the running release continues\.$/m);
  const metrics = prometheusText({ ...status, workers, failedReloads: 2 });
  assert.match(metrics, /^reperio_processes\{kind="supervisor",version="0\.1\.0"\} 1$/m);
  assert.match(metrics, /^reperio_processes\{kind="worker",version="0\.3\.0"\} 2$/m);
  assert.match(metrics, /^reperio_reloads_failed_total 2$/m);
});
