/**
 * What looking at a node costs, in processor time: `reperio check` by command, and by the real
 * check_http of the monitoring plug-ins, with what the node spends on an answer.
 * `node bench/checks.ts [--passes 7] [--questions 300]`. The peer is check_http on a page of nginx
 * that says nothing.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { findProgram } from '../test/support/packages.ts';
import { command, serveNode } from '../test/support/release-node.ts';
import { waitFor } from '../test/support/wait.ts';
import { machineLine, milliseconds, table } from './lib/report.ts';

const { values } = parseArgs({
  options: { passes: { type: 'string', default: '7' }, questions: { type: 'string', default: '300' } },
});
const passes = Number(values.passes);
const questions = Number(values.questions);
const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
const root = join(import.meta.dirname, '..');
const folder = mkdtempSync(join(tmpdir(), 'reperio-checks-'));
const node = {
  name: 'checks',
  main: join(root, 'src/cli/main.ts'),
  folder: join(folder, 'data'),
  databaseUrl: undefined,
  settings: { REPERIO_WEB_WORKERS: '2' },
};

/** Milliseconds of processor of a command and all that it starts; the least of some runs. */
function commandTime(words: readonly string[]): number {
  const times = Array.from({ length: passes }, () => {
    const output = execFileSync('bash', ['-c', '"$@" >/dev/null 2>&1; times', 'bash', ...words], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'], HOME: folder, REPERIO_DATA: node.folder },
    });
    const children = output.trim().split('\n').at(-1) ?? '';
    return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0);
  });
  return 1000 * Math.min(...times);
}

/** Seconds of processor that the processes below this one have used so far. */
function usedBelow(pid: number): number {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
        const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        return [
          { pid: Number(name), parent: Number(fields[1]), used: (Number(fields[11]) + Number(fields[12])) / ticks },
        ];
      } catch {
        return [];
      }
    });
  const ours = new Set([pid]);
  for (let before = 0; before !== ours.size; ) {
    before = ours.size;
    for (const one of found) if (ours.has(one.parent)) ours.add(one.pid);
  }
  return found.filter((one) => ours.has(one.pid)).reduce((sum, { used }) => sum + used, 0);
}

/**
 * Milliseconds of processor for a question: of the plug-in, and of who answers it, without what
 * that uses when nobody asks (`idle`, seconds a second).
 */
function asked(words: readonly string[], pid: number, idle: number): readonly [number, number] {
  const before = usedBelow(pid);
  const began = performance.now();
  const line = `for i in $(seq ${questions}); do "$@" >/dev/null; done; times`;
  const output = execFileSync('bash', ['-c', line, 'bash', ...words], { encoding: 'utf8' });
  const children = output.trim().split('\n').at(-1) ?? '';
  const plugin = [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, m, s]) => sum + Number(m) * 60 + Number(s),
    0,
  );
  const used = usedBelow(pid) - before - (idle * (performance.now() - began)) / 1000;
  return [(1000 * plugin) / questions, (1000 * Math.max(0, used)) / questions];
}

async function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { readonly port: number };
      server.close(() => resolve(port));
    });
  });
}

const checkHttp = findProgram('check_http');
const nginx = findProgram('nginx');
if (checkHttp === undefined || nginx === undefined)
  throw new Error('check_http and nginx are needed: scripts/install-test-packages');
try {
  const loaded = await command(node, 'load', join(root, 'examples/laboratory/records.txt'));
  if (loaded.status !== 0) throw new Error(loaded.stderr);
  const serving = await serveNode(node);
  const port = await freePort();
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; pid ${folder}/nginx.pid; error_log ${folder}/nginx.log; events {}
http { access_log off; client_body_temp_path ${folder}; server { listen 127.0.0.1:${port}; return 200 ok; } }`,
  );
  const peer = spawn(nginx, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
  try {
    const { hostname, port: own } = new URL(serving.address);
    await waitFor('all checks', async () => {
      const answer = await fetch(`${serving.address}/health/check/all`);
      return !/ UNKNOWN /.test(await answer.text());
    });
    await waitFor('nginx', async () => (await fetch(`http://127.0.0.1:${port}/`)).ok);
    const plugin = (at: string, path: string): readonly string[] => [checkHttp, '-H', hostname, '-p', at, '-u', path];
    const rows: (readonly string[])[] = [];
    for (const words of [['check', 'all'], ['check', 'disk'], ['--version']]) {
      const line = [join(root, 'bin/reperio'), ...words];
      commandTime(line);
      rows.push([`reperio ${words.join(' ')}`, `${milliseconds(commandTime(line))} ms`, '']);
    }
    // After its start a server is busy for a while.
    await sleep(20_000);
    const before = usedBelow(serving.pid);
    await sleep(10_000);
    const idle = (usedBelow(serving.pid) - before) / 10;
    const ours = asked(plugin(own, '/health/check/disk?for=check_http'), serving.pid, idle);
    const all = asked(plugin(own, '/health/check/all'), serving.pid, idle);
    const theirs = asked(plugin(String(port), '/'), peer.pid!, 0);
    for (const [what, [client, server]] of [
      ['check_http /health/check/disk', ours],
      ['check_http /health/check/all', all],
      ['check_http, a page of nginx', theirs],
    ] as const)
      rows.push([what, `${milliseconds(client)} ms`, `${milliseconds(server)} ms`]);
    console.log(`Processor time of a look at a node; of commands the least of ${passes}. ${machineLine()}`);
    const columns = [{ title: '', align: 'left' as const }, { title: 'who asks' }, { title: 'who answers' }];
    console.log(table(columns, rows));
  } finally {
    peer.kill('SIGTERM');
    await serving.stop();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
