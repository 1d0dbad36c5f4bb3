import type { FastifyRequest } from 'fastify';
import type { FailureBook } from '../../monitor/failures/failure-book.ts';
import { storeErrors } from '../../store/errors.ts';
import { withoutSecrets } from '../http/secrets-in-url.ts';

/** Counts that a request failed for a reason that is not the reader's. */
export function noteFailed(failures: FailureBook | undefined, error: unknown, request: FastifyRequest): void {
  failures?.note({
    kind: isTimeout(error) ? 'statement' : 'request',
    error,
    place: `${request.method} ${request.routeOptions?.url ?? 'no route'}`,
    request: request.id,
    address: () => `${request.method} ${withoutSecrets(request.url)}`,
  });
}

/** A statement that took too long. */
export function isTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === storeErrors.statementTimeout.code;
}
