import type { Settings } from '../../config/settings.ts';
import type { Queryable } from '../../store/database.ts';
import type { NodeStatus } from '../node-status.ts';
import type { Finding } from './check.ts';

/** One check: what it is, and how it finds out. table.ts lists all. */
export interface Check {
  /** What people type: letters and hyphens. */
  readonly name: string;
  /** For `reperio doctor`: to be answered with yes where all is well. */
  readonly question: string;
  /** What it measures, and what -w and -c are of. */
  readonly summary: string;
  /** For its first measure, as the guidelines write ranges. */
  readonly warning?: string;
  readonly critical?: string;
  /** Heading of docs/when-you-are-woken.md that says what to do. */
  readonly page: string;
  /** It is about the whole library: every node finds the same. */
  readonly shared?: true;
  /** How often a node looks, in ms. */
  readonly every: number;
  /** What it throws is a finding: unknown, with the reason. */
  readonly run: (context: CheckContext) => Promise<Finding> | Finding;
}

/** What a check may look at. */
export interface CheckContext {
  readonly settings: Settings;
  /** Throws when nothing serves here. */
  readonly status: () => NodeStatus;
  /** Throws when there is no way to it. */
  readonly database: () => Queryable;
  /** What this check remembers from one look to the next, as long as the process lives. */
  readonly memory: Map<string, unknown>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Aborts when the time for the check is over. */
  readonly signal: AbortSignal;
}
