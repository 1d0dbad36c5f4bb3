import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { exampleText } from '../../cluster/topology/test-topology.ts';
import type { Advice, TuneReport } from '../../maintain/tune/advice.ts';
import { runCommandLine } from '../run.ts';

const folder = mkdtempSync(join(tmpdir(), 'reperio-tune-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function type(...words: readonly string[]) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const status = await runCommandLine(['tune', ...words], {
    environment: { REPERIO_DATA: join(folder, 'library') },
    stdin: Readable.from([exampleText]),
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

/** 0, 1 or 2, by what was found on whatever machine this is. */
function statusOf(advice: readonly Advice[]): number {
  const has = (state: Advice['state']): boolean => advice.some((one) => one.state === state);
  return has('advise') ? 1 : has('unknown') ? 2 : 0;
}

test('os prints groups with signs, or JSON, with the status of what was found', async () => {
  const json = await type('os', '--json');
  const report = JSON.parse(json.stdout) as TuneReport;
  assert.equal(json.status, statusOf(report.advice));
  const { stdout, stderr } = await type('os');
  assert.equal(stderr, '');
  assert.match(stdout, /^Linux .*\n\nNetwork\n\[(?:ok|!!|--|\?\?)\] net\.core\.somaxconn /);
  assert.match(stdout, /\n\nMemory\n/);
  assert.match(stdout, /\n(?:Nothing to set: )?\d+ as they should be, \d+ to set, \d+ unknown\.\n$/);
});

test('an earlier report is compared: what is new, what has changed, how counters have grown', async () => {
  const { stdout } = await type('os', '--json');
  const report = JSON.parse(stdout) as TuneReport;
  const name = 'TcpExt.ListenOverflows';
  const earlier: TuneReport = {
    ...report,
    advice: report.advice.slice(1).map((one) => (one.name === 'clock' ? { ...one, value: 'never' } : one)),
    counters: { ...report.counters, [name]: (report.counters[name] ?? 0) - 7 },
  };
  const file = join(folder, 'earlier.json');
  writeFileSync(file, JSON.stringify(earlier));
  const compared = (await type('os', '--compare', file)).stdout;
  assert.match(compared, /\nSince 20.*:\nnew {7}\[..\] net\.core\.somaxconn/);
  assert.match(compared, /\nchanged {3}\[..\] clock never -> /);
  assert.match(compared, /\ncounter {3}TcpExt\.ListenOverflows -?\d+ -> \d+ \(\+\d+\)/);
  const { since } = JSON.parse((await type('os', '--json', '--compare', file)).stdout) as { since: readonly string[] };
  assert.match(since[0] ?? '', /^Since /);
  for (const [content, reason] of [
    ['{}', 'is not a report'],
    ['null', 'is not a report'],
    [JSON.stringify({ ...earlier, about: 'database' }), 'is a report of `reperio tune database`'],
    ['{', 'JSON'],
    [JSON.stringify({ ...earlier, advice: [null] }), 'is not a report'],
    [JSON.stringify({ ...earlier, advice: [{}] }), 'is not a report'],
    [JSON.stringify({ ...earlier, at: 1e300 }), 'is not a report'],
    [JSON.stringify({ ...earlier, counters: { [name]: 'many' } }), 'is not a report'],
  ] as const) {
    writeFileSync(file, content);
    const refused = await type('os', '--compare', file);
    assert.equal(refused.status, 2);
    assert.ok(refused.stderr.includes(reason), refused.stderr);
  }
});

test('a host of a cluster file is judged by its roles', async () => {
  const { stdout } = await type('os', '--file', '-', '--host', 'lb1');
  assert.match(stdout, /\nRoles of lb1: balancer\n/);
  assert.match(stdout, /net\.ipv4\.ip_nonlocal_bind/);
  const none = await type('os', '--file', '-', '--host', 'lb7');
  assert.equal(none.status, 2);
  assert.match(none.stderr, /lb7/);
});

test('database advises on the embedded server, and sets what it advises', async () => {
  const before = await type('database', '--json');
  assert.equal(before.status, 1);
  const applied = await type('database', '--apply', '--restart');
  assert.equal(applied.status, 0, applied.stderr);
  assert.match(applied.stdout, /track_io_timing: off -> on\n/);
  assert.match(applied.stdout, /shared_preload_libraries: {2}-> pg_stat_statements\n/);
  const file = join(folder, 'database.json');
  writeFileSync(file, before.stdout);
  const after = await type('database', '--compare', file);
  assert.match(after.stdout, /changed {3}\[!!\] -> \[ok\] track_io_timing off -> on\n/);
  assert.match(after.stdout, /CREATE EXTENSION IF NOT EXISTS pg_stat_statements;/);
  const undone = await type('database', '--undo', '--restart');
  assert.match(undone.stdout, /shared_preload_libraries: pg_stat_statements -> \n/);
  for (const memory of ['much', '0GB', '1kB', '9999999TB']) {
    const wrong = await type('database', '--memory', memory);
    assert.deepEqual([wrong.status, /is not the memory of a machine/.test(wrong.stderr)], [2, true], memory);
  }
  for (const about of ['os', 'database']) {
    const both = await type(about, '--apply', '--undo');
    assert.deepEqual([both.status, /one of --apply, --undo and --prove/.test(both.stderr)], [2, true]);
  }
});
