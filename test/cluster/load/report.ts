/** What became of one request that did not succeed. */
export interface Failure {
  /** Milliseconds since 1970, when it was begun. */
  readonly at: number;
  /** How long it took to fail, in ms. */
  readonly after: number;
  readonly method: string;
  readonly path: string;
  readonly error: string;
  /** Was the connection one that had served before? */
  readonly reused: boolean;
}

export interface LoadReport {
  readonly seconds: number;
  readonly requests: number;
  /** Requests that were sent and got no good answer. */
  readonly failed: readonly Failure[];
  /** Connections that could not be made: nothing was sent. */
  readonly refused: readonly Failure[];
  /** The longest time without a request that succeeded, in ms, and when it began. */
  readonly gap: number;
  readonly gapAt: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly slowest: number;
  /** Answers that had the mark in them. */
  readonly marked: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
}

export interface LoadPlan {
  /** http://host:port */
  readonly url: string;
  /** Asked in turn, each loop beginning at another place. */
  readonly paths: readonly string[];
  /** Loops that keep their connection. */
  readonly keeping: number;
  /** Loops that make a connection for each request. */
  readonly fresh: number;
  /** Between two requests of a loop, in ms. */
  readonly pause: number;
  /** Statuses that count as an answer, besides those below 400. */
  readonly accepted?: readonly number[];
  /** Answers with this text in them are counted. */
  readonly mark?: string;
}

export interface WriterReport {
  readonly seconds: number;
  readonly acknowledged: number;
  /** Acknowledged, and not there afterwards. */
  readonly lost: readonly number[];
  readonly failed: readonly Pick<Failure, 'at' | 'after' | 'error'>[];
  /** The longest time without an acknowledged write, in ms. */
  readonly gap: number;
  readonly slowest: number;
}

export interface UploadPlan {
  /** http://host:port */
  readonly url: string;
  readonly record: number;
  readonly person: string;
  readonly password: string;
  readonly loops: number;
}

export interface UploadReport {
  readonly seconds: number;
  readonly requests: number;
  /** What became of requests before they were sent again. */
  readonly failed: readonly Failure[];
  /** Requests that were given up. */
  readonly unanswered: number;
  /** Answered, and applied not at all, or more than once. */
  readonly lost: number;
  readonly repeated: number;
  /** The longest time without an answer, in ms. */
  readonly gap: number;
  readonly slowest: number;
}
