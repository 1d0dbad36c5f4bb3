import type { Settings } from '../../config/settings.ts';

/** What the supervisor starts a worker with. */
export interface WorkerStart {
  readonly settings: Settings;
  /** Where the supervisor listens. */
  readonly address: string;
}

/** What the supervisor starts the background process with. */
export interface BackgroundStart {
  readonly settings: Settings;
  /** What the one before remembered of the index. */
  readonly kept: unknown;
}
