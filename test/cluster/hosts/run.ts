import { execFile } from 'node:child_process';

export interface RunOptions {
  /** Milliseconds; default 10,000. */
  readonly timeout?: number;
  /** Given to its standard input. */
  readonly input?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** What programs find in the environment: nothing of the developer's own. */
export const cleanEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LANG: 'C.UTF-8',
};

/** Its standard output. Throws with what it said when it fails or takes too long. */
export async function run(
  argv: readonly string[],
  { timeout = 10_000, input, environment = {} }: RunOptions = {},
): Promise<string> {
  const [program, ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = execFile(
      program!,
      rest,
      { timeout, killSignal: 'SIGKILL', env: { ...cleanEnvironment, ...environment }, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else {
          const how = error.killed ? `took more than ${timeout} ms` : `ended with ${error.code ?? error.signal}`;
          reject(new Error(`${argv.join(' ').slice(0, 300)} ${how}: ${(stderr || stdout).slice(-2000)}`));
        }
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
