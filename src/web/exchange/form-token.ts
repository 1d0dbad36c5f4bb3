import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { having } from '../../addresses/addresses.ts';
import { UserError } from '../../errors/errors.ts';
import { readCookie } from '../http/cookies.ts';
import { webErrors } from '../http/errors.ts';
import { isApi } from '../http/problem.ts';
import { isSecure } from './session-cookie.ts';
import { visitorOf } from './visitor.ts';

/**
 * Every form has a token that only a page of ours can have: a digest under the session's secret, or
 * for a guest under one in a cookie of its own, which is set when a guest gets a form. So no other
 * site can send our forms in somebody's name.
 */
function tokenUnder(secret: string): string {
  return createHmac('sha256', secret).update('form').digest('base64url');
}

function cookieName(request: FastifyRequest, baseUrl: string | undefined): string {
  return isSecure(request, baseUrl) ? '__Host-reperio-form' : 'reperio-form';
}

/** The token that forms of this request's pages have; undefined for a guest who had no form yet. */
export function formToken(request: FastifyRequest, baseUrl: string | undefined): string | undefined {
  const secret = visitorOf(request).session ?? readCookie(request.headers.cookie, cookieName(request, baseUrl));
  return secret === undefined || secret === '' ? undefined : tokenUnder(secret);
}

/** The same, and a guest gets the cookie. */
export function giveFormToken(request: FastifyRequest, reply: FastifyReply, baseUrl: string | undefined): string {
  const known = formToken(request, baseUrl);
  if (known !== undefined) return known;
  const secret = randomBytes(16).toString('base64url');
  const secure = isSecure(request, baseUrl) ? '; Secure' : '';
  reply.header('set-cookie', `${cookieName(request, baseUrl)}=${secret}; Path=/; HttpOnly; SameSite=Lax${secure}`);
  return tokenUnder(secret);
}

/** A guest's choice of colours is nobody's secret: where it comes from was looked at already. */
const withoutToken = new Set(['/preferences']);
/** Harvesters ask by forms, which change nothing. */
const harvests = having('harvests');

/**
 * For every form, in one place; a page's request with another body, or none, is a form without a
 * token. Throws `formExpired`.
 */
export function checkFormToken(request: FastifyRequest, baseUrl: string | undefined): void {
  const { body } = request;
  if (harvests(request.url)) return;
  const isForm = body instanceof URLSearchParams;
  if (!isForm && (request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS')) return;
  const path = request.url.split('?')[0]!;
  if (!isForm && (request.is404 || isApi(path))) return;
  if (visitorOf(request).session === undefined && withoutToken.has(path)) return;
  requireFormToken(request, baseUrl, isForm ? (body.get('form') ?? '') : '');
}

/** Throws `formExpired` for a token that is not that of this request's pages. */
export function requireFormToken(request: FastifyRequest, baseUrl: string | undefined, given: string): void {
  const wanted = formToken(request, baseUrl);
  if (wanted === undefined || !equal(wanted, given)) throw new UserError(webErrors.formExpired);
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
