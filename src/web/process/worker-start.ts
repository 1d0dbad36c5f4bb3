import { join } from 'node:path';
import type { Settings } from '../../config/settings.ts';
import { isSocketPath, shortFolder } from '../../store/embedded/layout.ts';

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
  const beside = join(dataFolder, 'run', 'status.sock');
  // As the socket of the embedded database, in a folder that is ours alone.
  return isSocketPath(beside) ? beside : join(shortFolder(beside), 'status.sock');
}
