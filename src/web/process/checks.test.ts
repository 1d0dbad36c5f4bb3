import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { openTestDatabase, type TestDatabase } from '../../../test/support/database.ts';
import { findProgram, lacks } from '../../../test/support/packages.ts';
import { waitFor } from '../../../test/support/wait.ts';
import { loadSettings } from '../../config/settings.ts';
import { checks } from '../../monitor/check/table.ts';
import { serve } from './serve.ts';

/** A node that serves, and what monitors are told of it. */

const folder = mkdtempSync(join(tmpdir(), 'reperio-served-checks-'));
const program = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
const stop = new AbortController();
let store: TestDatabase;
let environment: Readonly<Record<string, string>>;
let address: string;
let ended: Promise<void>;

before(async () => {
  store = await openTestDatabase();
  environment = { REPERIO_DATA: folder, DATABASE_URL: store.url, REPERIO_PORT: '0' };
  address = await new Promise<string>((resolve, reject) => {
    const settings = { ...loadSettings(environment), webWorkers: 1 };
    ended = serve({ settings, signal: stop.signal, log: { write: () => undefined }, onListening: resolve });
    ended.catch(reject);
  });
  // Workers report once a second, and what is unknown is looked for again.
  await waitFor('all checks', async () => {
    const lines = await linesOf('all');
    const unknown = lines.filter((line) => / UNKNOWN /.test(line));
    if (unknown.length > 0) throw new Error(unknown.join('\n'));
    return lines;
  });
});
after(async () => {
  stop.abort();
  await ended;
  await store.release();
  rmSync(folder, { recursive: true, force: true });
});

async function linesOf(name: string): Promise<readonly string[]> {
  return (await (await fetch(`${address}/health/check/${name}`)).text()).trimEnd().split('\n');
}

interface Outcome {
  readonly status: number;
  readonly stdout: string;
}

function run(file: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const { NODE_TEST_CONTEXT: _, ...own } = process.env;
    execFile(file, words, { env: { ...own, ...env } }, (error, stdout, stderr) =>
      resolve({ status: error === null ? 0 : Number(error.code), stdout: stdout + stderr }),
    );
  });
}
const check = (...words: readonly string[]): Promise<Outcome> =>
  run(process.execPath, [program, 'check', ...words], environment);

/** Exactly one line of the guidelines, of which everything after the | is numbers. */
const form =
  /^[A-Z-]+ (OK|WARNING|CRITICAL|UNKNOWN) - [^|\n]+( \| (('[^'=]+'|[\w./-]+)=(U|-?[\d.]+(s|B|%|c)?)(;[\d.:@~-]*){0,4} ?)+)?$/;

test('every check is answered by HTTP, by the supervisor, on the page of the state and in the metrics', async () => {
  const lines = await linesOf('all');
  assert.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    checks.map(({ name }) => name.toUpperCase()),
  );
  for (const line of lines) assert.match(line, form);
  const answer = await fetch(`${address}/health/check/ready`);
  assert.deepEqual([answer.status, answer.headers.get('cache-control')], [200, 'no-store']);
  const page = await (await fetch(`${address}/server-status`)).text();
  assert.match(page, /<h2>Checks<\/h2>/);
  const metrics = await (await fetch(`${address}/metrics`)).text();
  for (const { name } of checks)
    assert.match(metrics, new RegExp(`^reperio_check_state\\{check="${name}"\\} [0-3]$`, 'm'));
  assert.match(metrics, /^reperio_check_value\{check="disk",label="free"\} [\d.]+$/m);
});

test('the status of an answer is what check_http needs, and ranges may be given', async () => {
  const ask = async (path: string): Promise<number> => (await fetch(`${address}/health/check/${path}`)).status;
  assert.deepEqual(
    await Promise.all(['disk?w=0:&c=0:', 'disk?w=101:&c=0:', 'disk?w=101:&c=0:&for=check_http'].map(ask)),
    [200, 200, 417],
  );
  assert.deepEqual(
    await Promise.all(['disk?c=101:', 'nothing', 'disk?w=x', 'all?c=101:'].map(ask)),
    [503, 404, 400, 200],
  );
  const disk = await fetch(`${address}/health/check/disk?c=101:`);
  assert.equal(disk.statusText.slice(0, 16), 'DISK CRITICAL - ');
  assert.match(disk.headers.get('age') ?? '', /^\d{1,2}$/, 'how old it is');
  // What a check says is no error of ours.
  const metrics = await waitFor('the answers to be counted', async () => {
    const text = await (await fetch(`${address}/metrics`)).text();
    if (!text.includes('code="417"')) throw new Error('not yet');
    return text;
  });
  assert.doesNotMatch(metrics, /http_requests_total\{code="503"\}/);
});

test('the command prints the line and nothing else, and exits as the guidelines say', async () => {
  for (const [words, status, line] of [
    [['disk', '-w', '0:', '-c', '0:'], 0, /^DISK OK - /],
    [['disk', '-w', '101:', '-c', '0:'], 1, /^DISK WARNING - .* Try: du /],
    [['disk', '-w', '0:', '-c', '@0:100'], 2, /^DISK CRITICAL - /],
    [['disk', '-H', address, '-c', '101:'], 2, /^DISK CRITICAL - /],
    [['ready', '-t', '5'], 0, /^READY OK - /],
    [['nothing'], 3, /^CHECK UNKNOWN - There is no check "nothing"/],
    [['disk', '-w', '20:10'], 3, /^CHECK UNKNOWN - .*"20:10" and must be a range/],
    [['disk', '-w'], 3, /^CHECK UNKNOWN - /],
    [['disk', '--nonsense'], 3, /^CHECK UNKNOWN - /],
    [['disk', '-t', '0'], 3, /^CHECK UNKNOWN - /],
    [['disk', 'inodes'], 3, /^CHECK UNKNOWN - /],
    [[], 3, /^CHECK UNKNOWN - /],
    [['disk', '-H', 'http://127.0.0.1:9'], 3, /^DISK UNKNOWN - .*does not answer/],
    [['disk', '-H', 'web1'], 3, /^DISK UNKNOWN - .*no address/],
  ] as const) {
    const outcome = await check(...words);
    assert.equal(outcome.status, status, `${words.join(' ')}: ${outcome.stdout}`);
    assert.match(outcome.stdout, line);
    assert.match(outcome.stdout.replace(/\n$/, ''), form);
  }
  const all = await check('all');
  assert.equal(all.stdout.trimEnd().split('\n').length, checks.length);
  assert.ok([0, 1].includes(all.status), all.stdout);
});

test('a server that says nothing in time is unknown, also for wrong settings', async () => {
  const silent = createServer(() => undefined).listen(0, '127.0.0.1');
  try {
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { readonly port: number };
    const late = await check('disk', '-t', '1', '-H', `http://127.0.0.1:${port}`);
    assert.deepEqual([late.status, /^DISK UNKNOWN - /.test(late.stdout)], [3, true]);
  } finally {
    silent.close();
  }
  const wrong = await run(process.execPath, [program, 'check', 'disk'], { ...environment, REPERIO_PORT: 'x' });
  assert.equal(wrong.status, 3);
  assert.match(wrong.stdout, /^CHECK UNKNOWN - .*REPERIO_PORT/);
});

test('the real check_http exits as the check says, and shows its sentence', { skip: lacks('check_http') }, async () => {
  const { hostname, port } = new URL(address);
  for (const [query, status, said] of [
    ['w=0:&c=0:', 0, /^HTTP OK: HTTP\/1\.1 200 DISK OK - /],
    ['w=101:&c=0:', 1, /^HTTP WARNING: HTTP\/1\.1 417 DISK WARNING - .*% .* free/],
    ['c=101:', 2, /^HTTP CRITICAL: HTTP\/1\.1 503 DISK CRITICAL - /],
  ] as const) {
    const url = `/health/check/disk?for=check_http&${query}`;
    const outcome = await run(findProgram('check_http')!, ['-H', hostname, '-p', port, '-u', url]);
    assert.equal(outcome.status, status, outcome.stdout);
    assert.match(outcome.stdout, said);
  }
});

test('the doctor asks the server, and every question of a check has its answer', async () => {
  const { stdout } = await run(process.execPath, [program, 'doctor', '--json'], environment);
  const diagnoses = JSON.parse(stdout) as readonly { readonly question: string; readonly answer: string }[];
  for (const { question } of checks) {
    const found = diagnoses.find((each) => each.question === question);
    assert.ok(found !== undefined && found.answer !== 'unknown', `${question}: ${found?.answer}`);
  }
});
