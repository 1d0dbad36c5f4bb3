import type { Readable, Writable } from 'node:stream';

/** What a command line runs in: the process, or what a test puts in its place. */
export interface World {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  readonly colour: boolean;
  readonly signal: AbortSignal;
  /**
   * From now on SIGHUP calls this in the place of aborting; a terminal that closes still aborts.
   */
  readonly onHangup: (listener: () => void) => void;
}

/** The reason a signal aborts with. */
export class Interrupted extends Error {
  readonly exitStatus: number;
  constructor(name: string, exitStatus: number) {
    super(`stopped by ${name}`);
    this.name = 'AbortError';
    this.exitStatus = exitStatus;
  }
}

const signals = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
const brokenPipe = 13;

/**
 * The world of this process, and how to leave it with an exit status once everything is written.
 */
export function processWorld(): { readonly world: World; readonly finish: (status: number) => void } {
  const controller = new AbortController();
  let hangup: (() => void) | undefined;
  for (const [name, number] of Object.entries(signals)) {
    process.on(name, () => {
      if (name === 'SIGHUP' && hangup !== undefined && !process.stdin.isTTY) return hangup();
      // Whoever asks twice does not want to wait; the database's guard cleans up after us.
      if (controller.signal.aborted) process.exit(128 + number);
      controller.abort(new Interrupted(name, 128 + number));
    });
  }
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    // `reperio ... | head` has seen enough.
    controller.abort(new Interrupted('a closed pipe', 128 + brokenPipe));
  });
  const onHangup = (listener: () => void): void => {
    hangup = listener;
  };
  const { stdout, stderr, env } = process;
  const colour = stderr.isTTY === true && !env['NO_COLOR'];
  const world: World = {
    environment: env,
    // Node opens it when it is asked for, which takes 80 ms; most commands read nothing.
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
    colour,
    signal: controller.signal,
    onHangup,
  };
  const finish = (status: number) => stdout.write('', () => stderr.write('', () => process.exit(status)));
  return { world, finish };
}
