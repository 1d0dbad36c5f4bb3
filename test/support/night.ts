import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { messageText } from '../../src/monitor/alerts/message-text.ts';
import { stepAlerts } from '../../src/monitor/alerts/step.ts';
import type { CheckAnswer, CheckResult, CheckState } from '../../src/monitor/check/check.ts';
import { judge } from '../../src/monitor/check/judge.ts';
import { playbook } from '../../src/monitor/check/page.ts';
import { checks } from '../../src/monitor/check/table.ts';
import type { NodeStatus } from '../../src/monitor/node-status.ts';
import { statusSocket } from '../../src/monitor/status/socket.ts';
import { openTestDatabase } from './database.ts';
import { readDocument, root } from './markdown.ts';
import { waitFor } from './wait.ts';

/** What systemctl may be told of a unit; what it prints. */
export type Unit = Readonly<Partial<Record<string, () => Promise<string | undefined>>>>;

export interface Typed {
  readonly status: number;
  /** Both outputs. */
  readonly output: string;
}

/**
 * One node on a database of its own, its real programs, and an operator with nothing but the page.
 */
export interface Night {
  readonly folder: string;
  readonly data: string;
  readonly databaseUrl: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Of the node, as it is now. */
  readonly address: string;
  readonly pid: number;
  /** Of its first worker. */
  workerPid(): Promise<number>;
  readonly units: Map<string, Unit>;
  /** What a check finds when it looks now. */
  find(name: string): Promise<CheckAnswer>;
  /** The check says so; and what it says makes an alert that names its page. */
  untilSays(name: string, state: CheckState, sentence: RegExp): Promise<CheckAnswer>;
  /** In a shell, with `reperio` and `systemctl`. */
  shell(line: string): Promise<Typed>;
  /**
   * A command that the section has, whole, in this spelling; the words that stand for others are
   * replaced. It must end with this status.
   */
  type(heading: string, command: string, words?: Readonly<Record<string, string>>, status?: number): Promise<string>;
  /**
   * Runs the very command that the check named; then it is well, and an alert of it ends. What
   * people do themselves after that command is `then`.
   */
  mend(name: string, found: CheckAnswer, then?: () => Promise<void>): Promise<string>;
  /** The same for a command that serves, beside what follows; call what it gives to end it. */
  beside(heading: string, command: string, words?: Readonly<Record<string, string>>): Promise<() => Promise<void>>;
  start(): Promise<void>;
  stop(): Promise<void>;
  close(): Promise<void>;
}

export interface NightOptions {
  readonly settings?: Readonly<Record<string, string>>;
  /** Undefined: a test database. */
  readonly databaseUrl?: string;
  /** The node has the embedded one instead. */
  readonly embedded?: boolean;
  /** It may mount file systems, of which nobody else sees anything. */
  readonly mounts?: boolean;
  /** It has a network of its own, in which nothing but itself is. */
  readonly network?: boolean;
  /** Words before the command of the server, which they run. */
  readonly serveBy?: readonly string[];
  /** What the server has in its environment, and no command. */
  readonly serveWith?: Readonly<Record<string, string>>;
  /** Files of `reperio load`. */
  readonly load?: readonly string[];
  /** The folder of documents, in that of the night; undefined: the usual one. */
  readonly filesBelow?: string;
  /** After the load, before it serves. */
  readonly prepare?: (shell: Night['shell'], folder: string) => Promise<Typed>;
}

const document = 'docs/when-you-are-woken.md';

/** The section of the page, from its heading to the next. */
export function sectionOf(heading: string): string {
  const text = readDocument(document);
  const [, rest] = text.split(`\n## ${heading}\n`);
  assert.ok(rest !== undefined, `${document} has no section ${heading}`);
  return rest.split(/^## /m)[0]!;
}

/** All that stands between backquotes, lines joined, and each line of a block without its note. */
function commandsIn(section: string): readonly string[] {
  const fence = /^ *```sh.*\n([\s\S]*?)^ *```$/gm;
  const blocks = [...section.matchAll(fence)].flatMap(([, text]) => text!.replace(/ +# .*$/gm, '').split('\n'));
  const spans = [...section.replace(fence, '').matchAll(/`([^`]+)`/g)].map(([, text]) => text!);
  return [...blocks, ...spans].map((text) => text.replace(/\s*\n\s*/g, ' ').trim());
}

/** Throws unless the section has the command; with its words replaced. */
function written(heading: string, command: string, words: Readonly<Record<string, string>>): string {
  const known = commandsIn(sectionOf(heading));
  assert.ok(known.includes(command), `"${heading}" does not say to type ${command}, but:\n${known.join('\n')}`);
  let line = command;
  for (const [word, by] of Object.entries(words)) {
    assert.ok(line.includes(word), `${command} has no ${word}`);
    line = line.replaceAll(word, by);
  }
  return line;
}

const unshareWords = ['--mount', '--propagation', 'private'];
const asWho = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];

/** A program in the place of one of the machine, whose part the test plays. */
export function standIn({ folder }: Pick<Night, 'folder'>, name: string, text: string): void {
  script(join(folder, 'bin', name), text);
}

/** Why no file system can be mounted for a test, or false. */
export function cannotMount(): string | false {
  const words = [...asWho, ...unshareWords, 'mount', '-t', 'tmpfs', 'none', '/mnt'];
  return spawnSync('unshare', words).status === 0 ? false : 'no file system can be mounted here';
}

export async function openNight(options: NightOptions = {}): Promise<Night> {
  const folder = mkdtempSync(join(tmpdir(), 'reperio-night-'));
  const data = join(folder, 'data');
  const isGiven = options.databaseUrl !== undefined || options.embedded === true;
  const store = isGiven ? undefined : await openTestDatabase({ migrated: false });
  const databaseUrl = options.databaseUrl ?? store?.url ?? '';
  const main = join(root, 'src/cli/main.ts');
  const holder = options.mounts === true || options.network === true ? await hold(options) : undefined;
  const inside = holder === undefined ? [] : ['nsenter', '-t', String(holder.pid), ...holder.words];
  const units = new Map<string, Unit>();
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  symlinkSync(root, join(folder, 'current'));
  const systemd = await listenToSystemctl(join(folder, 'units'), units);
  script(join(bin, 'reperio'), `exec '${process.execPath}' '${main}' "$@"`);
  script(
    join(bin, 'systemctl'),
    `curl -sS --fail-with-body --unix-socket '${join(folder, 'units')}' "http://systemd/$1/$2"`,
  );
  // The journal of this machine's only unit.
  script(join(bin, 'journalctl'), `cat '${join(folder, 'serve.log')}'`);
  const environment = {
    PATH: `${bin}:${process.env['PATH']}`,
    HOME: folder,
    REPERIO_DATA: data,
    ...(process.env['NODE_COMPILE_CACHE'] !== undefined && {
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
    }),
    // A link to the release in force, as a deployment has it.
    _REPERIO_RELEASE: join(folder, 'current'),
    ...(databaseUrl !== '' && { DATABASE_URL: databaseUrl }),
    REPERIO_NODE_NAME: 'web1',
    REPERIO_WEB_WORKERS: '1',
    REPERIO_EXEMPT_NETWORKS: '127.0.0.0/8, ::1',
    ...(options.filesBelow !== undefined && { REPERIO_FILES: join(folder, options.filesBelow) }),
    ...options.settings,
  };
  let child: ChildProcess | undefined;
  let ended: Promise<unknown> = Promise.resolve();
  let address = '';
  /** What was exported lasts as in a terminal. */
  const exports: string[] = [];

  async function start(): Promise<void> {
    // As the unit: of the release in force at this moment.
    const by = [...inside, ...(options.serveBy ?? [])];
    const words = [...by, process.execPath, join(folder, 'current/src/cli/main.ts'), 'serve', '--port', '0'];
    const began = spawn(words[0]!, words.slice(1), {
      env: { ...environment, ...options.serveWith },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = began;
    ended = once(began, 'exit');
    const lines: string[] = [];
    address = await new Promise((resolve, reject) => {
      for (const stream of [began.stdout, began.stderr])
        createInterface({ input: stream }).on('line', (line) => {
          lines.push(line);
          appendFileSync(join(folder, 'serve.log'), `${line}\n`);
          const found = /^Reperio serves (\S+)/.exec(line)?.[1];
          if (found !== undefined) resolve(found);
        });
      began.once('exit', (code) => reject(new Error(`serve ended with ${code}: ${lines.slice(-5).join('\n')}`)));
    });
  }

  async function stop(): Promise<void> {
    child?.kill('SIGTERM');
    await ended;
  }

  async function shell(line: string): Promise<Typed> {
    const words = [...inside, 'bash', '-c', `cd '${root}'; set -o pipefail; ${line}`];
    return new Promise((resolve) => {
      execFile(words[0]!, words.slice(1), { env: environment }, (error, stdout, stderr) =>
        resolve({ status: error === null ? 0 : Number(error.code ?? 1), output: stdout + stderr }),
      );
    });
  }

  async function find(name: string): Promise<CheckAnswer> {
    const { checks: found } = await statusOf(data, name);
    const one = found.find((each) => each.name === name);
    assert.ok(one !== undefined, `there is no check ${name}`);
    return judge(one.finding);
  }

  units.set('reperio-web', {
    status: async () => (child?.exitCode === null && child.signalCode === null ? 'active' : 'failed'),
    start: async () => {
      await start();
      return undefined;
    },
    restart: async () => {
      await stop();
      await start();
      return undefined;
    },
    reload: async () => {
      child?.kill('SIGHUP');
      return undefined;
    },
  });
  const night: Night = {
    ...{ folder, data, databaseUrl, environment, units, find, shell, start, stop },
    get address() {
      return address;
    },
    get pid() {
      return child!.pid!;
    },
    workerPid: async () => (await statusOf(data)).workers[0]!.pid,
    untilSays: async (name, state, sentence) => {
      const answer = await waitFor(`${name} ${state} ${sentence}`, async () => {
        const found = await find(name);
        if (found.state !== state || !sentence.test(found.sentence))
          throw new Error(`it is ${found.state}: ${found.sentence}`);
        return found;
      });
      // A warning is not for the night.
      if (state === 'critical') alertNamesPage(name, answer);
      return answer;
    },
    type: async (heading, command, words = {}, status = 0) => {
      const line = `${exports.join('; ')}\n${written(heading, command, words)}`;
      const typed = await shell(line);
      assert.equal(typed.status, status, `${line}\n${typed.output}`);
      if (command.startsWith('export ')) exports.push(line);
      return typed.output;
    },
    mend: async (name, found, then) => {
      const { fix = '' } = found;
      const { status, output } = await shell(fix);
      assert.equal(status, 0, `${name} names ${fix}\n${output}`);
      await then?.();
      const { answer, last } = await waitFor(`${name} is ok`, async () => {
        const now = await find(name);
        if (now.state !== 'ok') throw new Error(`it is ${now.state}: ${now.sentence}`);
        return { answer: now, last: output };
      });
      if (found.state === 'critical') alertEnds(name, found, answer);
      return last;
    },
    beside: async (heading, command, words = {}) => {
      const log = join(folder, 'beside.log');
      const line = [...exports, `exec ${written(heading, command, words)} > ${log} 2>&1`].join('\n');
      const began = spawn('bash', ['-c', line], { env: environment, stdio: 'ignore' });
      const over = once(began, 'exit');
      await waitFor(`${command}, which says that it serves`, () => /^Reperio serves/m.test(readFileSync(log, 'utf8')));
      return async () => {
        began.kill('SIGTERM');
        await over;
      };
    },
    close: async () => {
      await stop();
      systemd.close();
      holder?.end();
      await store?.release();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  try {
    for (const prepare of [
      async () => (options.load === undefined ? undefined : shell(`reperio load ${options.load.join(' ')}`)),
      async () => options.prepare?.(shell, folder),
    ]) {
      const done = await prepare();
      assert.equal(done?.status ?? 0, 0, done?.output);
    }
    await start();
    return night;
  } catch (error) {
    child?.kill('SIGKILL');
    systemd.close();
    holder?.end();
    await store?.release();
    throw error;
  }
}

type Status = Pick<NodeStatus, 'workers'> & { readonly checks: readonly CheckResult[] };

/** Of the server of this folder, with a check run now. */
async function statusOf(data: string, check = 'ready'): Promise<Status> {
  const text = await new Promise<string>((resolve, reject) => {
    request({ socketPath: statusSocket(data), path: `/server-status?format=json&again=${check}` }, (response) => {
      const parts: string[] = [];
      response.setEncoding('utf8').on('data', (part: string) => parts.push(part));
      response.on('end', () => resolve(parts.join('')));
      response.on('error', reject);
    })
      .on('error', reject)
      .end();
  });
  return (JSON.parse(text) as { readonly status: Status }).status;
}

/** Wrong for so long that those on duty are told: what they read names the section of the page. */
function alertNamesPage(name: string, answer: CheckAnswer): void {
  const options = { node: 'web1', now: 1_000_000_000_000 };
  const answers = new Map([[name, answer]]);
  const pending = stepAlerts(new Map(), answers, options);
  const { messages } = stepAlerts(pending.alerts, answers, { ...options, now: options.now + 60_000 });
  assert.equal(messages.length, 1);
  const { text, short } = messageText(messages[0]!, 'web1', { library: 'the library' });
  const { page } = checks.find((each) => each.name === name)!;
  assert.ok(text.includes(playbook(page)), text);
  assert.match(short, new RegExp(`^ALERT the library: ${name}\\b`));
}

/** Those on duty, who were told of it, are told of its end. */
function alertEnds(name: string, wrong: CheckAnswer, well: CheckAnswer): void {
  let now = 1_000_000_000_000;
  let alerts: Parameters<typeof stepAlerts>[0] = new Map();
  const ended: string[] = [];
  for (const answer of [wrong, wrong, well, well, well]) {
    const step = stepAlerts(alerts, new Map([[name, answer]]), { node: 'web1', now });
    ({ alerts } = step);
    ended.push(...step.messages.flatMap(({ resolved }) => resolved.map(({ check }) => check)));
    now += 400_000;
  }
  assert.deepEqual(ended, [name]);
}

function script(path: string, text: string): void {
  writeFileSync(path, `#!/bin/sh\n${text}\n`);
  chmodSync(path, 0o755);
}

async function listenToSystemctl(socket: string, units: ReadonlyMap<string, Unit>): Promise<{ close(): void }> {
  const server = createServer((asked, response) => {
    const [verb = '', name = ''] = (asked.url ?? '').slice(1).split('/');
    const action = units.get(name)?.[verb];
    if (action === undefined) return void response.writeHead(404).end(`no unit ${name} that can ${verb}\n`);
    action().then(
      (said = '') => response.end(said),
      (error: unknown) => response.writeHead(500).end(`${String(error)}\n`),
    );
  });
  server.listen(socket);
  await once(server, 'listening');
  return {
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** A process that keeps namespaces until it is ended. */
async function hold({
  network = false,
}: NightOptions): Promise<{ readonly pid: number; readonly words: readonly string[]; end(): void }> {
  const net = network ? ['--net'] : [];
  const script = `${network ? 'ip link set lo up;' : ''} echo here; exec sleep infinity`;
  const held = spawn('unshare', [...asWho, ...unshareWords, ...net, 'sh', '-c', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(held.stdout, 'data');
  const words = [...(asWho.length === 0 ? [] : ['-U', '--preserve-credentials']), '-m', ...(network ? ['-n'] : [])];
  return { pid: held.pid!, words, end: () => void held.kill('SIGKILL') };
}
