import { UserError } from '../../errors/errors.ts';
import type { Database } from '../../store/database.ts';
import { type CountedFailure, sumOfFailures } from './failure.ts';
import type { FailureFile } from './failure-file.ts';
import { type ToldFailure, writeFailures } from './write-failures.ts';

export interface FailureKeeperOptions {
  readonly database: Database;
  /** Where they wait while the database is away. */
  readonly file: FailureFile;
  readonly say: (level: 'warn', sentence: string) => void;
  /** Sends an e-mail. */
  readonly tell: (told: ToldFailure) => void;
}

/** Brings to the database what the processes of a node have counted. */
export interface FailureKeeper {
  add(failures: readonly CountedFailure[]): void;
  /** Writes what there is; into the data folder while the database is away. Never rejects. */
  write(): Promise<void>;
}

/** While the database is away, it is tried again after this long. Milliseconds. */
const tryAgain = 5_000;
/** More of them are summed up. */
const mostWaiting = 1_000;

export function createFailureKeeper({ database, file, say, tell }: FailureKeeperOptions): FailureKeeper {
  let waiting: CountedFailure[] = [];
  let writing: Promise<void> | undefined;
  let again = 0;
  let isAway = false;
  let isFull = false;

  /** The data folder may be on a disk that is full: then in memory. */
  function keepHere(failures: readonly CountedFailure[]): void {
    try {
      file.append(failures);
      isFull = false;
    } catch (error) {
      waiting = [...sumOfFailures([...failures, ...waiting])].slice(0, mostWaiting);
      if (!isFull) say('warn', `Failures wait in memory, since the data folder takes none: ${String(error)}`);
      isFull = true;
    }
  }

  async function writeAll(): Promise<void> {
    const failures = sumOfFailures(waiting.splice(0));
    if (performance.now() < again) return keepHere(failures);
    const kept = file.isThere() ? file.take() : undefined;
    const all = sumOfFailures([...(kept?.failures ?? []), ...failures]);
    if (all.length === 0) return kept?.over();
    try {
      const told = await writeFailures(database, all);
      kept?.over();
      isAway = false;
      for (const one of told) tell(one);
    } catch (error) {
      if (!(error instanceof UserError)) {
        // Not the database's absence but what was to be written: it would be refused for ever.
        kept?.over();
        return say(
          'warn',
          `${all.length} kinds of failures could not be kept and are in the log only: ${String(error)}`,
        );
      }
      again = performance.now() + tryAgain;
      keepHere(failures);
      if (!isAway) say('warn', `Failures are kept in the data folder until the database takes them: ${error.message}`);
      isAway = true;
    }
  }

  return {
    add: (failures) => {
      waiting.push(...failures);
      // Of a storm while a statement is slow.
      if (waiting.length > mostWaiting) waiting = [...sumOfFailures(waiting)];
    },
    write: () => {
      writing ??= writeAll()
        .catch((error: unknown) => say('warn', `Failures could not be kept: ${String(error)}`))
        .finally(() => {
          writing = undefined;
        });
      return writing;
    },
  };
}
