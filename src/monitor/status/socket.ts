import { join } from 'node:path';
import { isSocketPath, shortFolder } from '../../store/embedded/layout.ts';

/** Where the supervisor tells how the node is. */
export function statusSocket(dataFolder: string): string {
  const beside = join(dataFolder, 'run', 'status.sock');
  // As the socket of the embedded database, in a folder that is ours alone.
  return isSocketPath(beside) ? beside : join(shortFolder(beside), 'status.sock');
}
