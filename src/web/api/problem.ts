import type { FastifyReply } from 'fastify';
import type { UserError } from '../../errors/errors.ts';

export const problemType = 'application/problem+json; charset=utf-8';

export function isApi(url: string): boolean {
  return /^\/api(?:\/|$)/.test(url.split('?')[0]!);
}

/** An error as RFC 9457 has it. */
export function sendProblem(reply: FastifyReply, baseUrl: string, error: UserError): FastifyReply {
  return reply
    .removeHeader('etag')
    .code(error.status)
    .header('cache-control', 'no-store')
    .type(problemType)
    .send(
      JSON.stringify({
        type: `${baseUrl}/api#errors`,
        title: error.message,
        status: error.status,
        code: error.code,
        detail: error.hint,
      }),
    );
}
