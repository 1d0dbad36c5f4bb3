import type { FastifyReply } from 'fastify';
import type { UserError } from '../../errors/errors.ts';

/** Problem details for HTTP APIs (RFC 9457). */
export interface Problem {
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  /** Our stable code of the error. */
  readonly code?: string;
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .removeHeader('etag')
    .code(problem.status)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify({ type: 'about:blank', ...problem }));
}

export function problemOf({ status, message, hint, code }: UserError): Problem {
  return { status, title: message, detail: hint, code };
}

/** Answers below this address are for programs, errors too. */
export function isApi(url: string): boolean {
  return /^\/(?:api|batchuploader\/robotupload)(?:\/|$)/.test(url.split('?')[0]!);
}
