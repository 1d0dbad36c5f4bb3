/** A periodic task as an operator reads it. Times in ms, by the database's clock. */
export interface TaskState {
  readonly name: string;
  /** Until it is due; negative: so long ago. */
  readonly due: number;
  /** For how long somebody has been doing it; null: nobody does. */
  readonly running: number | null;
  /** Who began it last. */
  readonly node: string | null;
  /** Since it last came to its end, how long it took then, and what it had done. */
  readonly succeeded: number | null;
  readonly took: number | null;
  readonly did: string | null;
  /** In a row, without coming to an end. */
  readonly failures: number;
  /** What an operator must look at. */
  readonly problem: string | null;
}
