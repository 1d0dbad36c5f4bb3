/**
 * A release brought to a worker host and web nodes behind two balancers, each a host of namespaces
 * on this machine, while readers ask: seconds a node, failed requests, bytes that are sent; the way
 * back; the commands of the recipe typed one after the other, as the peer; and a plan for ten
 * hosts.
 *
 * node bench/deploy.ts [--release FOLDER] [--webs 2] [--json]
 *
 * FOLDER: a whole release, unpacked (scripts/release makes one); else it is without its libraries,
 * and few bytes are verified and compared.
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { digestOf } from '../src/deploy/release/manifest.ts';
import type { LoggedDeployment } from '../src/deploy/rollout/library.ts';
import { DeployWorld, firstVersion } from '../test/cluster/scenarios/deploy.ts';
import { tiers } from '../test/cluster/tiers.ts';
import { machine, machineLine, median, table } from './lib/report.ts';

const { values } = parseArgs({
  options: {
    release: { type: 'string' },
    webs: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
  },
});
const problem = tiers.deploy.problem();
if (problem !== undefined) {
  console.error(`error: no hosts can be made here: ${problem}`);
  process.exit(1);
}
const release = values.release === undefined ? undefined : resolve(values.release);
const rows: (readonly string[])[] = [];
const note = (what: string, ...cells: readonly string[]): void => {
  rows.push([what, ...cells]);
  process.stderr.write(`${what}: ${cells.filter((cell) => cell !== '').join(', ')}\n`);
};
const seconds = (value: number): string => `${value.toFixed(1)} s`;

/** The release before, with one file that differs. */
async function nextRelease(world: DeployWorld, version: string): Promise<string> {
  const [from, folder] = [firstVersion, version].map((name) => join(world.releases, name));
  execFileSync('cp', ['-al', from!, folder!]);
  const changed = ['package.json', 'RELEASE.json', 'src/web/worker.ts'];
  for (const path of changed) {
    const text = readFileSync(join(folder!, path), 'utf8');
    rmSync(join(folder!, path));
    writeFileSync(join(folder!, path), text.replace(/"version": "[^"]+"/, `"version": "${version}"`));
  }
  appendFileSync(join(folder!, 'src/web/worker.ts'), `\n// ${version}\n`);
  const manifest = join(folder!, 'MANIFEST.sha256');
  const lines = readFileSync(manifest, 'utf8').split('\n');
  const digests = new Map(
    await Promise.all(changed.map(async (path) => [path, await digestOf(join(folder!, path))] as const)),
  );
  rmSync(manifest);
  writeFileSync(
    manifest,
    lines.map((line) => `${digests.get(line.slice(66)) ?? line.slice(0, 64)}${line.slice(64)}`).join('\n'),
  );
  return folder!;
}

/** Seconds of each host, without the time in which it is watched. */
function perNode({ steps }: LoggedDeployment): readonly number[] {
  const counted = steps.filter(({ kind }) => kind !== 'verified');
  const hosts = [...new Set(counted.map(({ host }) => host))];
  return hosts.map((name) =>
    counted.filter(({ host }) => host === name).reduce((sum, step) => sum + (step.seconds ?? 0), 0),
  );
}

async function logOf(world: DeployWorld): Promise<LoggedDeployment> {
  const { stdout } = await world.operate('log', '--json');
  return (JSON.parse(stdout) as readonly LoggedDeployment[])[0]!;
}

async function measured(world: DeployWorld, what: string, ...words: readonly string[]): Promise<void> {
  const { report, result } = await world.whileRead(() => world.operate(...words));
  if (result.status !== 0) throw new Error(`${result.stdout}\n${result.stderr}`);
  const done = await logOf(world);
  const times = perNode(done);
  const sent = done.steps.flatMap(({ kind, said }) => (kind === 'copy' ? [said ?? ''] : []));
  const verify = done.steps.flatMap(({ kind, seconds: took }) =>
    kind === 'verify' && took !== undefined ? [took] : [],
  );
  const failed = report.failed.length + report.refused.length;
  note(
    what,
    seconds(median(times)),
    seconds(Math.max(...times)),
    `${failed} of ${report.requests}`,
    `${seconds(report.slowest / 1000)}`,
    seconds(median(verify)),
    sent.length === 0 ? '-' : [...new Set(sent)].join(', '),
  );
}

async function byHand(world: DeployWorld, version: string): Promise<void> {
  const folder = await nextRelease(world, version);
  const lines = await world.recipeCommands(firstVersion, folder);
  const began = performance.now();
  let sent = 0;
  const { report } = await world.whileRead(async () => {
    for (const line of lines) {
      const told = await world.type(line.replace(/^rsync /, 'rsync --stats --no-human-readable '));
      sent = Number(/Total bytes sent: (\d+)/.exec(told)?.[1] ?? sent);
    }
  });
  const each = (performance.now() - began) / 1000 / world.shape.hosts.length;
  const failed = report.failed.length + report.refused.length;
  note(
    'the recipe, by ssh and rsync',
    seconds(each),
    '-',
    `${failed} of ${report.requests}`,
    seconds(report.slowest / 1000),
    '-',
    `${(sent / 1e6).toFixed(1)} MB sent`,
  );
}

const world = await DeployWorld.open({ verify: 1, webs: Number(values.webs), release });
try {
  const next = await nextRelease(world, '0.2.1');
  await measured(world, 'deploy run', 'run', next);
  await measured(world, 'deploy rollback', 'rollback');
  await measured(world, 'deploy run, copied before', 'run', '0.2.1');
  await byHand(world, '0.2.2');
} finally {
  await world.close();
}

const ten = await DeployWorld.open({ verify: 1, webs: 7, release, isIdle: true });
try {
  const next = await nextRelease(ten, '0.2.1');
  const times: number[] = [];
  for (let round = 0; round < 5; round++) {
    const began = performance.now();
    await ten.operate('plan', next);
    times.push((performance.now() - began) / 1000);
  }
  note(
    `deploy plan, ${ten.shape.sshHosts.length} hosts`,
    seconds(median(times)),
    seconds(Math.max(...times)),
    '',
    '',
    '',
    '',
  );
} finally {
  await ten.close();
}

const columns = ['', 'a node', 'the slowest', 'failed', 'slowest request', 'verify', 'second release'].map((title) => ({
  title,
}));
if (values.json) console.log(JSON.stringify({ machine: machine(), rows }));
else console.log(`${machineLine()}\n${table(columns, rows)}`);
