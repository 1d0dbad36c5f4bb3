/**
 * What a small library costs its machine, beside an earlier release in the same run: the processor
 * in a minute in which nobody asks anything, `serve` and its database together, and that of a
 * command from its start to its end.
 * `node bench/small.ts --old FOLDER [--seconds 60] [--passes 5]`; FOLDER is a checkout of the earlier release with its
 * dependencies. Prints the ratio first: 0.50 is half of before.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { exportDemo } from '../src/demo/export.ts';
import { createDemoLibrary, defaultSeed } from '../src/demo/library.ts';
import { command, type ReleaseNode, serveNode } from '../test/support/release-node.ts';
import { machineLine, median, table } from './lib/report.ts';

const { values } = parseArgs({
  options: {
    old: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    passes: { type: 'string', default: '5' },
  },
});
if (values.old === undefined) throw new Error('Name the checkout of the earlier release: --old FOLDER');
const seconds = Number(values.seconds);
const passes = Number(values.passes);
const records = 200;
/**
 * After its start a server is busy for a while: it warms up, looks often, tidies its memory up
 * once, and its database looks at the tables that were loaded.
 */
const settling = 130_000;
const ticks = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

const roots = [values.old, join(import.meta.dirname, '..')] as const;
const folder = mkdtempSync(join(tmpdir(), 'reperio-small-'));
const nodes = roots.map(
  (root, which): ReleaseNode => ({
    name: `small-${which}`,
    main: join(root, 'src/cli/main.ts'),
    folder: join(folder, `small-${which}`),
    databaseUrl: undefined,
    settings: { REPERIO_WEB_WORKERS: '2' },
  }),
);

interface Process {
  readonly parent: number;
  readonly line: string;
  /** Of it and of its children that have ended. */
  readonly seconds: number;
}

function processes(): ReadonlyMap<number, Process> {
  const found = new Map<number, Process>();
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      const line = readFileSync(`/proc/${name}/cmdline`, 'utf8');
      const counted = fields.slice(11, 15).map((one) => Number(one) / ticks);
      const [user = 0, system = 0, ofChildren = 0, inSystem = 0] = counted;
      // Ticks have threads that have ended, too.
      const seconds = Math.max(ran(name), user + system) + ofChildren + inSystem;
      found.set(Number(name), { parent: Number(fields[1]), line, seconds });
    } catch {
      // It has ended.
    }
  }
  return found;
}

/**
 * Seconds that the threads of a process ran that live. By the scheduler's own clock: the ticks of
 * `stat` see little of a process that wakes up for a millisecond.
 */
function ran(pid: string): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      nanoseconds += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      // It has ended.
    }
  }
  return nanoseconds / 1e9;
}

/**
 * Seconds of processor that all processes of these folders have used, by process: those that name
 * it, and all below them.
 */
function usedBy({ folder: data, name }: ReleaseNode): ReadonlyMap<number, number> {
  const all = processes();
  const belongs = (pid: number): boolean => {
    const one = all.get(pid);
    if (one === undefined || pid <= 1) return false;
    return one.line.includes(data) || environment(pid).includes(`REPERIO_NODE_NAME=${name}\0`) || belongs(one.parent);
  };
  return new Map([...all].filter(([pid]) => belongs(pid)).map(([pid, one]) => [pid, one.seconds]));
}

function environment(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8');
  } catch {
    return '';
  }
}

/** Seconds of processor of both in the same idle time: what else the machine does meets both. */
async function idle(): Promise<readonly number[]> {
  const serving = await Promise.all(nodes.map((node) => serveNode(node)));
  try {
    await sleep(settling);
    const before = nodes.map(usedBy);
    await sleep(seconds * 1000);
    return nodes.map((node, which) => {
      let used = 0;
      for (const [pid, now] of usedBy(node)) used += now - (before[which]!.get(pid) ?? 0);
      return (used * 60) / seconds;
    });
  } finally {
    for (const server of serving) await server.stop();
  }
}

/**
 * Milliseconds of processor of a command, by the launcher, as somebody types it. The least of some
 * runs: others are on the machine.
 */
function commandTime(which: 0 | 1, words: readonly string[]): number {
  const times = Array.from({ length: passes }, () => {
    const script = '"$@" >/dev/null 2>&1; times';
    const output = execFileSync('bash', ['-c', script, 'bash', join(roots[which], 'bin/reperio'), ...words], {
      encoding: 'utf8',
      // A shell whose input is a socket reads the user's own settings first.
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], REPERIO_DATA: nodes[which]!.folder },
    });
    const children = output.trim().split('\n').at(-1) ?? '';
    return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce((sum, [, m, s]) => sum + Number(m) * 60 + Number(s), 0);
  });
  return 1000 * Math.min(...times);
}

const commands = [
  ['help'],
  ['status'],
  ['config', 'list'],
  ['site', 'show'],
  ['person', 'list'],
  ['tasks', 'status'],
  ['record', 'show', '1'],
  ['index', 'status'],
  ['search', 'higgs'],
];

try {
  const input = join(folder, 'records.xml');
  const one = join(folder, 'one.xml');
  const demo = {
    library: createDemoLibrary(defaultSeed),
    format: 'marcxml',
    from: 1,
    onShortened: () => undefined,
  } as const;
  writeFileSync(input, [...exportDemo({ ...demo, count: records })].join(''));
  writeFileSync(one, [...exportDemo({ ...demo, count: 1 })].join(''));
  for (const node of nodes) {
    const { status, stderr } = await command(node, 'load', input, '--mode', 'insert');
    if (status !== 0) throw new Error(stderr);
  }
  const rows: (readonly string[])[] = [];
  const row = (what: string, old: number, now: number, unit: string, digits: number) =>
    rows.push([what, (now / old).toFixed(2), `${old.toFixed(digits)} ${unit}`, `${now.toFixed(digits)} ${unit}`]);
  const minutes: (readonly number[])[] = [];
  for (let pass = 0; pass < Math.ceil(passes / 2); pass++) {
    minutes.push(await idle());
    console.error(`idle minute ${pass + 1} of ${Math.ceil(passes / 2)}`);
  }
  const [old = 0, now = 0] = [0, 1].map((which) => median(minutes.map((each) => each[which]!)));
  row('idle minute of serve, database included', old, now, 's', 2);
  const serving = [await serveNode(nodes[0]!), await serveNode(nodes[1]!)];
  try {
    for (const words of [...commands, ['load', one, '--mode', 'insert-or-replace']]) {
      for (const which of [0, 1] as const) commandTime(which, words);
      const name = words[0] === 'load' ? 'load of one record' : words.join(' ');
      row(`reperio ${name}`, commandTime(0, words), commandTime(1, words), 'ms', 0);
    }
  } finally {
    for (const server of serving) await server.stop();
  }
  console.log(
    `Processor time of a library of ${records} records, two web workers, beside an earlier release; medians of ${minutes.length} idle minutes, the least of ${passes} runs of a command. ${machineLine()}`,
  );
  console.log(
    table([{ title: '', align: 'left' }, { title: 'part of before' }, { title: 'before' }, { title: 'now' }], rows),
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
