import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * A worker's scoreboard: a small file in which it notes each request that it answers, as httpd does
 * in shared memory. It costs two writes of a few microseconds for each request, and can be read
 * when the worker does not answer any more, or is dead: then it says what it was doing.
 *
 * The file has lines of a fixed length, one for each request that runs at once: when it came (ms
 * since 1970), its number of SQL statements, from where, the method, the URL. A line that begins
 * with "-" is free.
 */
export interface Scoreboard {
  /** Undefined when more requests run at once than the board has lines. */
  begin(request: ScoreboardRequest): ScoreboardLine | undefined;
  close(): void;
}

export interface ScoreboardRequest {
  readonly client: string;
  readonly method: string;
  readonly url: string;
}

export interface ScoreboardLine {
  /** One more SQL statement. */
  statement(): void;
  end(): void;
}

/** A request that runs, as the board tells it. */
export interface RunningRequest extends ScoreboardRequest {
  /** Milliseconds since 1970. */
  readonly began: number;
  readonly statements: number;
}

const lineLength = 512;
const lines = 64;
/** Of a line: when it began has 14 characters and a blank, then the statements follow. */
const statementsAt = 15;
const statementsLength = 6;
const free = `-${' '.repeat(lineLength - 2)}\n`;

/** Makes the file anew. */
export function createScoreboard(path: string): Scoreboard {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'w', 0o600);
  writeSync(file, free.repeat(lines), 0, 'latin1');
  const unused = Array.from({ length: lines }, (_, line) => lines - 1 - line);
  const bytes = Buffer.alloc(lineLength, ' ');
  const mark = Buffer.from('-');
  const write = (buffer: Buffer, at: number): void => {
    try {
      writeSync(file, buffer, 0, buffer.length, at);
    } catch {
      // A full disk must not stop requests from being answered.
    }
  };
  return {
    begin: ({ client, method, url }) => {
      const line = unused.pop();
      if (line === undefined) return undefined;
      const at = line * lineLength;
      bytes.fill(' ');
      const text = `${String(Date.now()).padStart(14)} ${'0'.padStart(statementsLength)} ${client} ${method} ${url}`;
      bytes.write(text, 0, lineLength - 1, 'latin1');
      bytes[lineLength - 1] = 10;
      write(bytes, at);
      let statements = 0;
      return {
        statement: () => {
          const text = String(Math.min(++statements, 999_999)).padStart(statementsLength);
          write(Buffer.from(text, 'latin1'), at + statementsAt);
        },
        end: () => {
          write(mark, at);
          unused.push(line);
        },
      };
    },
    close: () => {
      closeSync(file);
      rmSync(path, { force: true });
    },
  };
}

/** The requests that a board names, the oldest first; none when there is no such file. */
export function readScoreboard(path: string): readonly RunningRequest[] {
  let text: string;
  try {
    text = readFileSync(path, 'latin1');
  } catch {
    return [];
  }
  const running: RunningRequest[] = [];
  for (let at = 0; at < text.length; at += lineLength) {
    if (text[at] === '-') continue;
    const match = /^ *(\d+) +(\d+) (\S+) (\S+) (.*?) *\n?$/.exec(text.slice(at, at + lineLength));
    if (match === null) continue;
    const [, began, statements, client = '', method = '', url = ''] = match;
    running.push({ began: Number(began), statements: Number(statements), client, method, url });
  }
  return running.sort((a, b) => a.began - b.began);
}

/** Where a worker notes what it is answering. */
export function scoreboardPath(dataFolder: string, pid: number): string {
  return join(dataFolder, 'run', `worker-${pid}.board`);
}
