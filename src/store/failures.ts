import { DatabaseError } from 'pg';
import { UserError } from '../errors/errors.ts';
import { storeErrors } from './errors.ts';

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EPIPE',
  'EHOSTUNREACH',
]);

/**
 * What a failed statement or connection means to the user; what only the room that asked can judge
 * (a broken constraint) stays as it is.
 */
export function explain(error: unknown, connectTimeout: number): unknown {
  if (error instanceof DatabaseError) {
    const kind = kindOf(error.code ?? '');
    return kind ? new UserError(kind, { reason: error.message, place: 'the database' }, error) : error;
  }
  if (!(error instanceof Error)) return error;
  if (isQueueTimeout(error)) {
    return new UserError(storeErrors.databaseBusy, { seconds: connectTimeout / 1000 }, error);
  }
  const code = 'code' in error ? String(error.code) : '';
  if (networkCodes.has(code) || isLost(error)) {
    return new UserError(storeErrors.databaseAway, { reason: error.message || code }, error);
  }
  return error;
}

/** By SQLSTATE: https://www.postgresql.org/docs/15/errcodes-appendix.html */
function kindOf(code: string) {
  if (code === '53100') return storeErrors.diskFull;
  if (code === '57014' || code === '55P03' || code === '25P03') return storeErrors.statementTimeout;
  if (code.startsWith('57P') || code.startsWith('08') || code === '53300') return storeErrors.databaseAway;
  if (code.startsWith('28') || code === '3D000') return storeErrors.databaseRefused;
  if (code === '42P01') return storeErrors.tableMissing;
  return undefined;
}

/**
 * The connection could not be made, was lost, or leads to a server that takes no writes: another
 * one may do, and the same one may soon. What was asked has not been done, unless the connection
 * was lost while it was.
 */
export function isUnreachable(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return (
    networkCodes.has(code) ||
    // Shutting down, starting up, connection exceptions, read-only transaction.
    /^(?:57P0[123]|08|25006)/.test(code) ||
    isLost(error)
  );
}

/**
 * In the driver's words: a connection that broke, one that broke before, and one that was not made
 * in time.
 */
function isLost({ message }: Error): boolean {
  return /^(?:Connection terminated|timeout expired|Client has encountered a connection error|Client was closed)/.test(
    message,
  );
}

/** What the driver says when all connections of the pool were in use for too long. */
export const queueTimeout = 'timeout exceeded when trying to connect';

/** All connections of the pool were in use for too long. */
export function isQueueTimeout(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith(queueTimeout);
}

/** Certainly not done: the server refused it because it takes no writes. */
export function isRefusedByStandby(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '25006';
}

/** The same said to the user. A transaction that asked to be read-only has itself to blame. */
export function explainStandby(error: unknown): unknown {
  if (!isRefusedByStandby(error)) return error;
  const reason = 'it takes no writes at this moment, as in a failover';
  return new UserError(storeErrors.databaseAway, { reason }, error as Error);
}

/** Nobody listens at the address. */
export function isAway(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNREFUSED' || error.code === 'ENOENT');
}

/**
 * Failures that the same transaction, done again, may well not meet: serialization failure and
 * deadlock.
 */
export function isPassing(error: unknown): boolean {
  return error instanceof DatabaseError && (error.code === '40001' || error.code === '40P01');
}
