import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { waitFor } from './wait.ts';

export interface KeptSocket {
  /** In the order of the sockets. */
  readonly ports: readonly number[];
  /** The processes so far. */
  readonly started: readonly number[];
  /** What they have written. */
  readonly said: readonly string[];
  stop(): Promise<void>;
}

/** A program that inherits its listening sockets, and is started again whenever it ends. */
export async function keepSocket(
  sockets: readonly string[],
  program: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<KeptSocket> {
  const script = fileURLToPath(new URL('keep-socket.py', import.meta.url));
  const keeper = spawn('python3', [script, ...sockets, '--', ...program], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(keeper, 'exit');
  const started: number[] = [];
  const said: string[] = [];
  let ports: readonly number[] | undefined;
  createInterface(keeper.stdout).on('line', (line) => {
    const [word, ...numbers] = line.split(' ');
    if (word === 'ports') ports = numbers.map(Number);
    else if (word === 'started') started.push(Number(numbers[0]));
    else said.push(line);
  });
  createInterface(keeper.stderr).on('line', (line) => said.push(line));
  return {
    ports: await waitFor('the sockets', () => ports),
    started,
    said,
    stop: async () => {
      keeper.kill('SIGTERM');
      await exited;
    },
  };
}
