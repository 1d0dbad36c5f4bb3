import type { CountedFailure } from '../monitor/failures/failure.ts';
import type { NodeStatus } from '../monitor/node-status.ts';
import type { WorkerReport } from '../monitor/worker-report.ts';

/** What a supervisor tells its workers. */
export type ToWorker =
  | { readonly kind: 'start'; readonly data: unknown }
  /** Comes with a socket: a connection to answer. */
  | { readonly kind: 'connection'; readonly number: number }
  /** Readiness answers no from now on; everything else goes on. */
  | { readonly kind: 'go-away' }
  /** Answer what has come, then end. */
  | { readonly kind: 'close' }
  /** Look at what you do for so long, in seconds. */
  | { readonly kind: 'profile'; readonly number: number; readonly seconds: number }
  /** What was asked for under this number: all, or what `only` said. */
  | { readonly kind: 'status'; readonly number: number; readonly status: NodeStatus | Pick<NodeStatus, 'checks'> };

/** What workers tell their supervisor. */
export type ToSupervisor =
  /** It answers connections from now on. */
  | { readonly kind: 'ready' }
  /**
   * A connection is its own now; until it says so, one that was handed to it is given to another
   * when it dies.
   */
  | { readonly kind: 'taken'; readonly number: number }
  /** It cannot start; `code` is that of a user error, '' for a bug. */
  | {
      readonly kind: 'failed';
      readonly code: string;
      readonly status: number;
      readonly message: string;
      readonly hint: string;
    }
  /** Balancers have heard that we go (`probed`), or nobody asks this worker. */
  | { readonly kind: 'noticed'; readonly probed: boolean }
  /** Once a second: it lives, and this is what it did. */
  | { readonly kind: 'report'; readonly report: WorkerReport; readonly failures?: readonly CountedFailure[] }
  /** A profile is kept under this id; undefined: another one was being taken. */
  | { readonly kind: 'profiled'; readonly number: number; readonly id: string | undefined }
  /**
   * How is the whole node? What the checks found is little beside it; an older supervisor tells
   * all.
   */
  | { readonly kind: 'ask-status'; readonly number: number; readonly only?: 'checks' };
