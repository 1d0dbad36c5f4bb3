/** What is to be said of a line of the editor. */
export interface Finding {
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** It cannot be saved so. */
  readonly refuses: boolean;
  readonly says: string;
}
