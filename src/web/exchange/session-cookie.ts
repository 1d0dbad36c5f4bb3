import type { FastifyReply, FastifyRequest } from 'fastify';
import type { MadeSession } from '../../people/sessions.ts';
import { readCookie } from '../http/cookies.ts';

/**
 * On https the name has a prefix by which browsers see to it that no other host, no subdomain and
 * no plain connection set it, and only such a cookie is read: nobody can plant a session in
 * somebody's browser.
 */
const secureName = '__Host-reperio';
const plainName = 'reperio';

/** Does the reader come by https, as far as we, or the proxy that we trust, can tell? */
export function isSecure(request: FastifyRequest, baseUrl: string | undefined): boolean {
  return request.protocol === 'https' || baseUrl?.startsWith('https:') === true;
}

export function readSessionCookie(request: FastifyRequest, baseUrl: string | undefined): string | undefined {
  return readCookie(request.headers.cookie, isSecure(request, baseUrl) ? secureName : plainName);
}

/**
 * The cookie lives as long as the session would unused; without "remember me" it ends with the
 * browser.
 */
export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  baseUrl: string | undefined,
  { secret, lifetime }: MadeSession,
  remember: boolean,
): void {
  const age = remember ? `; Max-Age=${lifetime}` : '';
  addCookie(reply, cookie(request, baseUrl, secret) + age);
}

export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply, baseUrl: string | undefined): void {
  addCookie(reply, `${cookie(request, baseUrl, '')}; Max-Age=0`);
}

function cookie(request: FastifyRequest, baseUrl: string | undefined, value: string): string {
  return isSecure(request, baseUrl)
    ? `${secureName}=${value}; Path=/; HttpOnly; SameSite=Lax; Secure`
    : `${plainName}=${value}; Path=/; HttpOnly; SameSite=Lax`;
}

/** Fastify keeps several set-cookie headers apart when they are added one by one. */
function addCookie(reply: FastifyReply, text: string): void {
  reply.header('set-cookie', text);
}
