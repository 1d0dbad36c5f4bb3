import type { CountedFailure } from './failure.ts';

export type FailureState = 'open' | 'resolved' | 'muted';

/** What the database knows of a failure and what decides about e-mails. */
export interface KnownFailure {
  readonly state: FailureState;
  readonly resolvedIn: string | null;
  readonly count: number;
  /** Milliseconds since 1970. */
  readonly last: number;
  readonly regressions: number;
  /** Counted since it was silent for so long as `silence`. */
  readonly streak: number;
  /** The streak of the last e-mail. */
  readonly told: number;
}

/** Why an e-mail is sent: it is new, or silent for long; it has doubled; it was resolved. */
export type WhyTold = 'new' | 'count' | 'regression';

export interface Weighed {
  readonly state: FailureState;
  readonly resolvedIn: string | null;
  readonly regressions: number;
  readonly streak: number;
  readonly told: number;
  readonly why: WhyTold | undefined;
}

/** After so long without it, counting begins again. Milliseconds; Invenio's. */
const silence = 4 * 3_600_000;

/**
 * What becomes of a failure that has happened again, and whether an e-mail is sent: at 1, 2, 4, 8
 * and so on since it was silent, and at once when it was resolved for this release.
 */
export function weigh(known: KnownFailure | undefined, more: CountedFailure): Weighed {
  if (known === undefined)
    return { state: 'open', resolvedIn: null, regressions: 0, streak: more.count, told: more.count, why: 'new' };
  const isBack =
    known.state === 'resolved' && (known.resolvedIn === null || compareReleases(more.release, known.resolvedIn) >= 0);
  const isNew = isBack || more.first - known.last > silence;
  const state = isBack ? 'open' : known.state;
  const streak = (isNew ? 0 : known.streak) + more.count;
  const before = isNew ? 0 : known.told;
  const isTold = state === 'open' && (before === 0 || Math.floor(Math.log2(streak)) > Math.floor(Math.log2(before)));
  const why = !isTold ? undefined : isBack ? 'regression' : before === 0 ? 'new' : 'count';
  return {
    state,
    resolvedIn: isBack ? null : known.resolvedIn,
    regressions: known.regressions + (isBack ? 1 : 0),
    streak,
    told: isTold ? streak : before,
    why,
  };
}

/** By their numbers: negative, zero or positive. What follows a hyphen does not count. */
export function compareReleases(a: string, b: string): number {
  const [x, y] = [a, b].map((one) => one.replace(/^v/, '').split('-')[0]!.split('.').map(Number));
  for (let i = 0; i < Math.max(x!.length, y!.length); i++) {
    const difference = (x![i] || 0) - (y![i] || 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
