import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { DestinationStream } from 'pino';

const linesKept = 20;
const lineLength = 500;

/** Hands the lines of a child process to the log, and keeps the last ones of its error output. */
export function hearLines(child: ChildProcess, log: DestinationStream): readonly string[] {
  const said: string[] = [];
  // One that could not be started has none.
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    const lines = createInterface({ input: stream });
    lines.on('line', (line) => {
      log.write(`${line}\n`);
      if (stream !== child.stderr) return;
      said.push(line.slice(0, lineLength));
      if (said.length > linesKept) said.shift();
    });
  }
  return said;
}
