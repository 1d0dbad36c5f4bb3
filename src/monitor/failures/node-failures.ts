import type { Mailer } from '../../mail/mailer.ts';
import { onBeat } from '../../store/beat.ts';
import type { Database } from '../../store/database.ts';
import type { Operators } from '../operators.ts';
import type { RunningRequest } from '../scoreboard.ts';
import type { CountedFailure } from './failure.ts';
import { createFailureBook, type FailureBook } from './failure-book.ts';
import { failureEmail } from './failure-e-mail.ts';
import type { FailureFile } from './failure-file.ts';
import { createFailureKeeper } from './failure-keeper.ts';

export interface NodeFailuresOptions {
  readonly database: Database;
  readonly node: string;
  readonly file: FailureFile;
  readonly mailer: () => Mailer;
  readonly operators: () => Promise<Operators>;
  readonly say: (level: 'warn', sentence: string) => void;
}

/** Failures of all processes of a node: counted, written once a second, told by e-mail. */
export interface NodeFailures {
  /** For what the process itself meets. */
  readonly book: FailureBook;
  /** What another process of the node has counted. */
  add(failures: readonly CountedFailure[]): void;
  /** A process of the node ended by itself, or did not start. */
  noteDeath(process: string, how: string, said: readonly string[], running?: readonly RunningRequest[]): void;
  /** Writes what there is, and stops. */
  close(): Promise<void>;
}

const writeEvery = 1_000;

export function watchFailures(options: NodeFailuresOptions): NodeFailures {
  const { mailer, operators, say } = options;
  const book = createFailureBook(options.node);
  const keeper = createFailureKeeper({
    ...options,
    tell: (told) => {
      operators().then(
        (who) => {
          const letter = failureEmail(who, told);
          if (letter !== undefined) mailer().post(letter);
        },
        (error: unknown) => say('warn', `An e-mail about a failure could not be written: ${String(error)}`),
      );
    },
  });
  const write = async (): Promise<void> => {
    keeper.add(book.take());
    await keeper.write();
  };
  const writing = onBeat(
    () => writeEvery,
    () => void write(),
  );
  return {
    book,
    add: (failures) => keeper.add(failures),
    noteDeath: (process, how, said, [running] = []) =>
      book.note({
        kind: 'worker',
        type: 'ProcessEnded',
        code: how,
        place: process,
        error: lastWords(how, said),
        address: running === undefined ? undefined : () => `${running.method} ${running.url}`,
      }),
    close: async () => {
      writing.stop();
      await keeper.write();
      await write();
    },
  };
}

/** What a process wrote before its end, as an error: with the stack that Node prints. */
function lastWords(how: string, said: readonly string[]): Error {
  const line = said.find((one) => /^(?:[\w.]*(?:Error|Exception)\b|FATAL ERROR)/.test(one.trim()));
  const error = new Error(line?.trim() ?? `It ended with ${how}.`);
  error.stack = [error.message, ...said.filter((one) => /^\s*at /.test(one))].join('\n');
  return error;
}
