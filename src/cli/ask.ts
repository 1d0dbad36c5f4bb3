import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { UserError } from '../errors/errors.ts';
import { cliErrors } from './errors.ts';

export interface Question<T> {
  readonly text: string;
  /** What nothing typed means; undefined: it is asked again. */
  readonly otherwise?: T;
  /** Throws an Error whose message says what is wrong with what was typed. */
  readonly read: (typed: string) => T;
}

export interface Asker {
  readonly ask: <T>(question: Question<T>) => Promise<T>;
  readonly tell: (text: string) => void;
  readonly close: () => void;
}

export function isTerminal(stdin: Readable): boolean {
  return (stdin as Readable & { readonly isTTY?: boolean }).isTTY === true;
}

/**
 * Asks somebody at a terminal, line by line. Rejects at a signal, and with `notAnswered` when the
 * terminal goes away.
 */
export function askerOf({
  stdin,
  stderr,
  signal,
}: {
  readonly stdin: Readable;
  readonly stderr: Writable;
  readonly signal: AbortSignal;
}): Asker {
  // The terminal itself edits the line, and sends the signals.
  const lines = createInterface({ input: stdin, terminal: false });
  const typed = lines[Symbol.asyncIterator]();
  const stop = (): void => lines.close();
  signal.addEventListener('abort', stop);
  const tell = (text: string): void => void stderr.write(`${text}\n`);
  return {
    tell,
    close: () => {
      signal.removeEventListener('abort', stop);
      lines.close();
    },
    ask: async ({ text, otherwise, read }) => {
      for (;;) {
        stderr.write(`${text} `);
        const { value, done } = await typed.next();
        signal.throwIfAborted();
        if (done === true) throw new UserError(cliErrors.notAnswered);
        const line = value.trim();
        if (line === '' && otherwise !== undefined) return otherwise;
        try {
          return read(line);
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          tell(`  ${error.message}`);
        }
      }
    },
  };
}
