import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import type { SignedIn } from '../../people/access.ts';
import type { Actor } from '../../people/audit.ts';
import { accessErrors } from '../../people/errors.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { beginExchange, type Exchange, type Routes, routesOf } from '../exchange/exchange.ts';
import { giveFormToken } from '../exchange/form-token.ts';
import { isOwnAddress, signInAddress } from '../http/url.ts';
import type { PageContext } from '../ui/page-context.ts';

/** An exchange whose page may have forms. Nothing of an account is kept by a browser. */
function beginForm(environment: WebEnvironment, request: FastifyRequest, reply: FastifyReply): Exchange {
  const token = giveFormToken(request, reply, environment.baseUrl);
  reply.header('cache-control', 'no-store');
  const exchange = beginExchange(environment, request, reply);
  const address = request.method === 'POST' ? pageBehind(request.url) : exchange.page.address;
  return { ...exchange, page: { ...exchange.page, formToken: token, address } };
}

/** Adds routes of pages with forms. */
export function formRoutes(app: FastifyInstance, environment: WebEnvironment): Routes {
  return routesOf(app, environment, beginForm);
}

/**
 * What a form's answer calls its own address, to which choosing another language leads: the page
 * with the form, not where the form goes.
 */
export function pageBehind(url: string): string {
  const path = url.split('?')[0]!;
  const [, room, page] = path.split('/');
  if (room === 'jobs') return '/jobs';
  if (room === 'kb') return path;
  if (room === 'edit' && page === 'many') return '/edit/many';
  if (['record', 'edit', 'merge', 'duplicates', 'checks'].includes(room ?? '')) return path;
  if (room === 'admin') return page === undefined ? '/admin' : `/admin/${page}`;
  return ['sign-in', 'register', 'lost-password', 'sessions', 'tokens'].includes(page ?? '') ? path : '/account';
}

/** A field of a form that was sent. */
export function given({ request }: Exchange, name: string): string {
  return request.body instanceof URLSearchParams ? (request.body.get(name) ?? '') : '';
}

export function allGiven({ request }: Exchange, name: string): readonly string[] {
  return request.body instanceof URLSearchParams ? request.body.getAll(name) : [];
}

/**
 * Who is signed in with a session; otherwise answers by leading there. A token cannot change an
 * account.
 */
export function signedInWithSession({ signedIn, page, reply }: Exchange): SignedIn | undefined {
  if (signedIn?.session !== undefined) return signedIn;
  reply.redirect(signInAddress(page.address), 303);
  return undefined;
}

export function actorOf({ signedIn, request }: Exchange): Actor {
  return { name: signedIn?.account.name ?? 'guest', address: request.ip };
}

export function backOf(text: string): string {
  return isOwnAddress(text) ? text : '/';
}

/** The field of a form that a mistake is about. */
const fields: Readonly<Record<string, string>> = {
  [accessErrors.personThere.code]: 'name',
  [accessErrors.nameWrong.code]: 'name',
  [accessErrors.emailWrong.code]: 'email',
  [accessErrors.emailThere.code]: 'email',
  [accessErrors.passwordWrong.code]: 'password',
};

/**
 * What a form says of a mistake, in the reader's language, and at which field; throws what is none
 * of the reader's.
 */
export function problemText(
  { tr }: PageContext,
  error: unknown,
): { readonly text: string; readonly status: number; readonly field: string | undefined } {
  if (!(error instanceof UserError) || error.status >= 500 || error.status === 429) throw error;
  const key = `account.problem.${error.code}`;
  const status = error.status === 404 ? 422 : error.status;
  return {
    text: tr.has(key) ? tr.t(key, error.values) : `${error.message} ${error.hint}`,
    status,
    field: fields[error.code],
  };
}

/** Words after something was done, named by the address that the browser was sent to. */
export function doneText({ tr }: PageContext, args: URLSearchParams): string | undefined {
  const key = args.get('done');
  return key !== null && /^[a-z_]+$/.test(key) && tr.has(`account.done.${key}`)
    ? tr.t(`account.done.${key}`)
    : undefined;
}
