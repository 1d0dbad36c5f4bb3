import type { Outcome } from '../task.ts';

/**
 * waiting: for its time, its turn or a free place. running. sleeping: until somebody wakes it.
 * done, failed and stopped: at its end; what failed or was stopped can be begun again.
 */
export const jobStates = ['waiting', 'running', 'sleeping', 'done', 'failed', 'stopped'] as const;
export type JobState = (typeof jobStates)[number];

export type LogLevel = 'info' | 'warn' | 'error';

/** How far a job is. */
export interface JobProgress {
  readonly done: number;
  /** Undefined: nobody knows. */
  readonly total?: number | undefined;
  /** In a few words: "12,000 records, 10 refused". */
  readonly sentence: string;
}

/** What a kind of job gets when one is done. */
export interface RunningJob {
  readonly id: number;
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly person: string | undefined;
  /** What was kept last; undefined at the beginning. */
  readonly checkpoint: unknown;
  /**
   * Aborts when somebody wants it to sleep or to stop, a job of a higher priority needs its place,
   * its hours end, or the process does. It then ends where that loses nothing, and is taken up again from its checkpoint.
   */
  readonly signal: AbortSignal;
  /** A line of its log. */
  log(level: LogLevel, text: string): void;
  tell(progress: JobProgress): void;
  /** Where it goes on should it be taken up again. Resolves when that is written down. */
  keep(checkpoint: unknown): Promise<void>;
  /** The digest of a file that was given with it. Throws when there is none of this name. */
  file(name: string): Promise<JobFile>;
  /** Gives it a file of its own, whose bytes are in the file store. */
  attach(file: JobFile): Promise<void>;
}

export interface JobFile {
  readonly name: string;
  /** Hex SHA-256, of the file store. */
  readonly digest: string;
  readonly bytes: number;
}

/** Something long that people ask for. It may be killed anywhere and taken up again. */
export interface JobKind {
  /** Letters and hyphens. */
  readonly name: string;
  readonly summary: string;
  /** One at a time in the whole library, of all kinds with the same word. */
  readonly exclusive?: string;
  /** Rejects with a UserError when it cannot be done, with any other error when it is a bug. */
  run(job: RunningJob): Promise<Outcome>;
}

/** A job as people read it. Times by the database's clock. */
export interface JobView {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  readonly person: string | null;
  readonly state: JobState;
  readonly wish: 'sleep' | 'stop' | null;
  readonly priority: number;
  readonly sequence: string | null;
  readonly hours: string | null;
  /** Only this node does it. */
  readonly onNode: string | null;
  /** It is one of this schedule. */
  readonly schedule: number | null;
  readonly progress: JobProgress | null;
  readonly attempts: number;
  readonly node: string | null;
  readonly created: Date;
  /** Not before then; null: that is past. */
  readonly due: Date | null;
  readonly began: Date | null;
  readonly ended: Date | null;
  /** For how long it has run, or ran, in ms; null: never. */
  readonly took: number | null;
  readonly did: string | null;
  readonly problem: string | null;
  readonly acknowledged: boolean;
  /** The number of the job of its sequence that it waits for. */
  readonly after: number | null;
  /** The state of that one. */
  readonly afterState: JobState | null;
}

/** Those below this priority are begun only by hand. */
export const leastPriority = -10;
