import { taskStates } from '../../jobs/calendar.ts';
import { countJobs, type JobCount } from '../../jobs/queue/count.ts';
import type { TaskState } from '../../jobs/task-state.ts';
import { type BackupState, backupState } from '../../maintain/backup/state.ts';
import type { Queryable } from '../../store/database.ts';
import { unlessLate } from '../../store/unless-late.ts';
import type { NodeStatus } from '../node-status.ts';
import { type KnownNode, knownNodes } from '../nodes.ts';

/**
 * How a node is, and what the database tells of the others and of what they all do together;
 * undefined: it does not tell.
 */
export interface NodeView {
  readonly status: NodeStatus;
  readonly nodes: readonly KnownNode[] | undefined;
  readonly tasks: readonly TaskState[] | undefined;
  /** Of the whole library. */
  readonly jobs: readonly JobCount[] | undefined;
  readonly backup: BackupState | undefined;
}

/** Asks the database as well, which may be away. */
export async function viewOf(status: NodeStatus, database: Queryable): Promise<NodeView> {
  const [nodes, tasks, jobs, backup] = await Promise.all([
    unlessLate(knownNodes(database)),
    unlessLate(taskStates(database)),
    unlessLate(countJobs(database)),
    unlessLate(backupState(database)),
  ]);
  return { status, nodes, tasks, jobs, backup };
}
