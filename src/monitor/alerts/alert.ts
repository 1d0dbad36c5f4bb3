import type { CheckAnswer } from '../check/check.ts';
import { checks } from '../check/table.ts';

/** What all checks find at this moment, by their names. */
export type Evaluate = () => Promise<ReadonlyMap<string, CheckAnswer>>;

/**
 * What is known of something that is or was wrong. Times are milliseconds since 1970. Plain data: a
 * row of the database, or of a file while that is away.
 */
export interface Alert {
  /** The check, and the node where that is a node's own: `disk@web1`. */
  readonly name: string;
  readonly check: string;
  readonly node: string;
  /** pending: not for long enough yet to say so. */
  readonly state: 'pending' | 'firing' | 'resolved';
  /** What was found last, and what to do. */
  readonly sentence: string;
  readonly fix: string;
  /** Since when it is wrong. */
  readonly since: number;
  /** When it was found wrong last. */
  readonly lastBad: number;
  /** Since when it is well again, while it still counts as firing. */
  readonly wellSince: number | null;
  /** When it began to fire; null: it has not. */
  readonly fired: number | null;
  readonly resolved: number | null;
  /** What has not been told yet. */
  readonly untold: 'firing' | 'flapping' | 'resolved' | null;
  /** When somebody was told of it last, and of this time first. */
  readonly told: number | null;
  readonly firstTold: number | null;
  /** When it turned wrong again while it counted as firing: the newest ones. */
  readonly turns: readonly number[];
  readonly flapping: boolean;
  readonly escalated: boolean;
  readonly acknowledged: { readonly by: string; readonly at: number } | null;
  readonly silencedUntil: number | null;
}

export type MessageKind = 'alert' | 'repeat' | 'escalation';

/** What is to be said at once, of one or several alerts. */
export interface AlertMessage {
  readonly kind: MessageKind;
  readonly firing: readonly Alert[];
  readonly resolved: readonly Alert[];
  readonly at: number;
}

/** Milliseconds. */
export interface AlertTimes {
  /** It must be wrong for so long. */
  readonly hold: number;
  /** After a message, what follows within this time is told together. */
  readonly group: number;
  /** What still fires is told again. */
  readonly repeat: number;
  /** Nobody has acknowledged it: everybody is told. */
  readonly escalate: number;
  /** It must be well for so long to be resolved. */
  readonly quiet: number;
  /** So often wrong again within `flapWithin` is called by its name. */
  readonly flaps: number;
  readonly flapWithin: number;
  /** What one node finds well counts when no node has found it wrong for so long. */
  readonly agree: number;
  /** Resolved alerts are remembered for so long. */
  readonly remember: number;
}

const minute = 60_000;
export const alertTimes: AlertTimes = {
  hold: 20_000,
  group: 30_000,
  repeat: 240 * minute,
  escalate: 15 * minute,
  quiet: 5 * minute,
  flaps: 3,
  flapWithin: 10 * minute,
  agree: 12_000,
  remember: 7 * 24 * 60 * minute,
};

/** Checks of the whole library, which each node finds alike. */
const ofLibrary: ReadonlySet<string> = new Set([
  ...checks.filter(({ shared }) => shared).map(({ name }) => name),
  // Asked of each node, and told once.
  ...['answer', 'certificate', 'database', 'versions'],
]);

/** While the first fires, nothing is said of the others: they follow from it. */
const follows: Readonly<Record<string, readonly string[]>> = {
  database: ['answer', 'backup', 'drill', 'errors', 'index', 'locks', 'nodes', 'ready', 'replicas', 'tasks', 'wal'],
};

/** In the place of a check: that checks cannot be done. */
export const noChecks = 'checks';

export function alertName(check: string, node: string): string {
  return ofLibrary.has(check) ? check : `${check}@${node}`;
}

export function isInhibited(alert: Alert, all: Iterable<Alert>): boolean {
  for (const { state, check } of all) if (state === 'firing' && follows[check]?.includes(alert.check)) return true;
  return false;
}

export type ShownState = 'pending' | 'firing' | 'acknowledged' | 'silenced' | 'resolved';

export function shownState({ state, acknowledged, silencedUntil }: Alert, now: number): ShownState {
  if (silencedUntil !== null && silencedUntil > now) return 'silenced';
  return state === 'firing' && acknowledged !== null ? 'acknowledged' : state;
}
