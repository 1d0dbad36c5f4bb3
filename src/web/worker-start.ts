import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';

/** What the supervisor starts a worker with. */
export interface WorkerStart {
  readonly settings: Settings;
  /** Where the supervisor listens. */
  readonly address: string;
}

/** Where a worker notes what it is answering. */
export function boardPath(dataFolder: string, pid: number): string {
  return join(dataFolder, 'run', `worker-${pid}.board`);
}

/** Where the supervisor tells how the node is. */
export function statusSocket(dataFolder: string): string {
  return join(dataFolder, 'run', 'status.sock');
}
