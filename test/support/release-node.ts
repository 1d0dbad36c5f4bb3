import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A node of some release: its own data folder, and the library's database where that is not the
 * embedded one.
 */
export interface ReleaseNode {
  readonly name: string;
  /** The module that its commands begin with. */
  readonly main: string;
  readonly folder: string;
  readonly databaseUrl: string | undefined;
  /** Further ones, as the environment names them. */
  readonly settings?: Readonly<Record<string, string>> | undefined;
}

export interface ServingNode {
  readonly node: ReleaseNode;
  readonly address: string;
  /** Of its supervisor. */
  readonly pid: number;
  /** Everything that it wrote. */
  readonly lines: readonly string[];
  stop(): Promise<void>;
  /** With -9, its supervisor first. */
  kill(): Promise<void>;
}

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export function environmentOf({ name, folder, databaseUrl, settings }: ReleaseNode): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    // As the launcher says: without it each start compiles all that it reads, a second of CPU.
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
    REPERIO_DATA: folder,
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    REPERIO_NODE_NAME: name,
    REPERIO_WEB_WORKERS: '1',
    REPERIO_EXEMPT_NETWORKS: '127.0.0.0/8, ::1',
    REPERIO_LOG_LEVEL: 'info',
    ...settings,
  };
}

/** A command of the node, to its end. */
export async function command(node: ReleaseNode, ...words: readonly string[]): Promise<CommandResult> {
  return commandReading(node, '', ...words);
}

/** The same, with what it reads from standard input. */
export async function commandReading(
  node: ReleaseNode,
  input: string,
  ...words: readonly string[]
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const options = { env: environmentOf(node), maxBuffer: 1e8 };
    const child = execFile(process.execPath, [node.main, ...words], options, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ status, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/** `serve`, until it answers; port 0: any that is free. */
export async function serveNode(node: ReleaseNode, port = 0): Promise<ServingNode> {
  const child = spawn(process.execPath, [node.main, 'serve', '--port', String(port)], {
    env: environmentOf(node),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const address = await new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        if (!line.includes('"msg":"request"')) lines.push(line);
        const found = /^Reperio serves (\S+)/.exec(line)?.[1];
        if (found !== undefined) resolve(found);
      });
    }
    child.once('exit', (code) => reject(new Error(`${node.name} ended with ${code}: ${lines.slice(-5).join('\n')}`)));
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  return { node, address, pid: child.pid!, lines, stop: () => stop(child, ended), kill };
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  await Promise.race([ended, sleep(20_000, undefined, { ref: false }).then(() => child.kill('SIGKILL'))]);
  await ended;
}

/** How many records a question finds there. */
export async function hits({ address }: Pick<ServingNode, 'address'>, question: string): Promise<number> {
  const answer = await fetch(`${address}/api/search?size=1&p=${encodeURIComponent(question)}`);
  if (answer.status !== 200) throw new Error(`${answer.status} for ${question}: ${await answer.text()}`);
  return ((await answer.json()) as { total: number }).total;
}
