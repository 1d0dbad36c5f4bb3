import type { Database } from '../store/database.ts';

/**
 * What work on the index needs. Whoever does it holds the lease "indexer", so nobody else takes
 * segments away meanwhile.
 */
export interface IndexContext {
  readonly database: Database;
  readonly url: string;
  /** DATA/index. */
  readonly folder: string;
  readonly signal?: AbortSignal | undefined;
}
