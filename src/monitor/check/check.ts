/** As the guidelines for Nagios plug-ins have it: exit status 0, 1, 2 and 3. */
export type CheckState = 'ok' | 'warning' | 'critical' | 'unknown';

/** A number that a check found. Its label has no blanks, quotes or equals signs. */
export interface Measure {
  readonly label: string;
  /** Undefined: it could not be found out. */
  readonly value: number | undefined;
  /** Seconds, bytes, per cent, a counter that only rises, or plain. */
  readonly unit: 's' | 'B' | '%' | 'c' | '';
  /** Ranges as the guidelines write them: "20:" warns below 20, "20" above 20 or below 0. */
  readonly warning?: string;
  readonly critical?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** What one check found. */
export interface CheckAnswer {
  readonly state: CheckState;
  /** One sentence without a line break: what is so, with the number that says it. */
  readonly sentence: string;
  readonly measures: readonly Measure[];
  /** What to type to mend it; only where the state is not ok. */
  readonly fix?: string;
}

/** What a check saw, before anybody says whether that is well: `judge` makes an answer of it. */
export interface Finding {
  /** Whatever the measures say, it is not better than this. */
  readonly atLeast?: CheckState;
  readonly sentence: string;
  /** The ranges of the first one are those of `-w` and `-c`. */
  readonly measures?: readonly Measure[];
  /** What to type to mend it, should it not be ok. */
  readonly fix?: string;
  /** What the check is about is not used here: that is well, and no yes. */
  readonly isUnused?: true;
}

/** The latest finding of a check, as the supervisor keeps and tells it. */
export interface CheckResult {
  readonly name: string;
  readonly finding: Finding;
  /** When it was found, in ms since 1970. */
  readonly when: number;
}
