import type { FastifyRequest } from 'fastify';

/**
 * Which host the reader asked, in the words of the Host header, which whoever stands in front has
 * to pass on. X-Forwarded-Host is not believed, of nobody: many proxies hand on what a client says
 * there, and links of pages that others keep would lead elsewhere. The setting base-url needs
 * neither.
 */
export function hostOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  return headers.host ?? '';
}

/** What the reader called us, when it is a possible name of a host. */
export function ownAddress(request: FastifyRequest): string {
  const called = hostOf(request);
  const host = /^[\w.-]+(:\d+)?$|^\[[\da-f:]+\](:\d+)?$/i.test(called) ? called : 'localhost';
  return `${request.protocol === 'https' ? 'https' : 'http'}://${host}`;
}
