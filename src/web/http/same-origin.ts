import type { FastifyRequest } from 'fastify';
import { hostOf } from './own-address.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Does a page of another site send this? Browsers say where a request comes from: Sec-Fetch-Site,
 * and those of before 2023 Origin. Programs say neither, and have no cookies that somebody could
 * abuse. Forms have a token of their own besides, see form-token.ts.
 */
export function comesFromElsewhere(request: FastifyRequest, baseUrl: string | undefined): boolean {
  if (safeMethods.has(request.method)) return false;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const { origin } = request.headers;
  if (origin === undefined) return false;
  const host = hostIn(origin);
  return host === undefined || (host !== hostOf(request) && host !== hostIn(baseUrl ?? ''));
}

function hostIn(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).host : undefined;
}
