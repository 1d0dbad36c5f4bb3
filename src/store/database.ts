import type { Writable } from 'node:stream';
import type { Sql } from 'sql-template-tag';

export interface Queryable {
  /** int8 comes as a number when that is exact, else as a bigint. */
  query<Row extends object>(statement: Sql): Promise<Row[]>;
}

export interface Transaction extends Queryable {
  /** A stream into `COPY table (columns) FROM STDIN ...`; end it and wait for 'finish' (stream.pipeline does) before the next query. */
  copyIn(statement: string): Writable;
}

export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
  /** Runs `work` again, up to this often in all, after a serialization failure or a deadlock. Default 1: `work` must be safe to repeat. */
  readonly attempts?: number;
  /** Replaces the statement timeout inside this transaction; 0 is none. Milliseconds. */
  readonly timeout?: number;
}

export interface Database extends Queryable {
  readonly url: string;
  /** Commits when `work` resolves, rolls back when it throws. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  close(): Promise<void>;
}
