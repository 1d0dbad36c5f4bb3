/** A periodic task as an operator reads it. Times in ms, by the database's clock. */
export interface TaskState {
  readonly name: string;
  /** Until it is due; negative: so long ago. */
  readonly due: number;
  /** For how long somebody has been doing it; null: nobody does. */
  readonly running: number | null;
  /** How far it is, as it says itself; null: nobody does it, or it does not say. */
  readonly progress: string | null;
  /** Somebody has asked for its end, and it has not ended. */
  readonly stopping: boolean;
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
