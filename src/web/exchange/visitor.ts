import type { FastifyRequest } from 'fastify';
import type { Access, Credential, SignedIn } from '../../people/access.ts';
import type { Person } from '../../people/person.ts';
import { personFor } from '../../people/person-for.ts';
import type { Site } from '../../site/site.ts';
import { readSessionCookie } from './session-cookie.ts';

/** Who makes a request, found out once, before anything else. */
export interface Visitor {
  readonly signedIn: SignedIn | undefined;
  /** The secret of a session that holds. */
  readonly session: string | undefined;
  /**
   * What is wrong with the token of the request (RFC 6750, 3.1): none can be read in the header, or
   * it is none of ours.
   */
  readonly wrongToken: 'invalid_request' | 'invalid_token' | undefined;
}

const nobody: Visitor = { signedIn: undefined, session: undefined, wrongToken: undefined };
const visitors = new WeakMap<FastifyRequest, Visitor>();
const people = new WeakMap<FastifyRequest, Person>();

/** What bounds looking up sessions and tokens that are none: each costs a statement. */
export interface Guesses {
  /** Throws when there were too many. */
  check(request: FastifyRequest): void;
  wrong(request: FastifyRequest): void;
}

/**
 * Looks who it is. A token goes before a cookie, also one that cannot be read: whoever sends one
 * does not mean to be a guest.
 */
export async function meet(
  request: FastifyRequest,
  access: Access,
  baseUrl: string | undefined,
  guesses: Guesses,
): Promise<Visitor> {
  const credential = credentialOf(request, baseUrl);
  const isGuess = credential !== undefined && (credential === 'malformed' || !access.knows(credential));
  if (isGuess) guesses.check(request);
  const signedIn =
    credential === undefined || credential === 'malformed' ? undefined : await access.signedIn(credential);
  if (isGuess && signedIn === undefined) guesses.wrong(request);
  const visitor: Visitor = { signedIn, ...outcomeOf(credential, signedIn !== undefined) };
  visitors.set(request, visitor);
  return visitor;
}

function outcomeOf(credential: Credential | 'malformed' | undefined, holds: boolean): Omit<Visitor, 'signedIn'> {
  if (credential === 'malformed') return { session: undefined, wrongToken: 'invalid_request' };
  if (credential?.kind === 'token') return { session: undefined, wrongToken: holds ? undefined : 'invalid_token' };
  return { session: holds ? credential?.secret : undefined, wrongToken: undefined };
}

export function visitorOf(request: FastifyRequest): Visitor {
  return visitors.get(request) ?? nobody;
}

/** Other schemes than ours (Basic of a proxy before us, say) are passed over. */
function credentialOf(request: FastifyRequest, baseUrl: string | undefined): Credential | 'malformed' | undefined {
  const { authorization = '' } = request.headers;
  if (/^Bearer(?:\s|$)/i.test(authorization)) {
    const token = /^Bearer +([\w.~+/-]+=*)$/i.exec(authorization)?.[1];
    return token === undefined ? 'malformed' : { kind: 'token', secret: token };
  }
  const secret = readSessionCookie(request, baseUrl);
  return secret === undefined ? undefined : { kind: 'session', secret };
}

/** The person behind a request, with the roles that hold for it. */
export function personOf(request: FastifyRequest, site: Site, access: Access | undefined): Person {
  const { signedIn } = visitorOf(request);
  const visit = {
    address: request.ip,
    agent: request.headers['user-agent'],
    referer: request.headers.referer,
    uri: request.url,
    now: Date.now(),
  };
  const person = personFor(site, access?.peopleRoles() ?? [], signedIn?.account, visit, signedIn?.scopes);
  people.set(request, person);
  return person;
}

/** Whom an answer was made for; undefined when it is the same for everybody. */
export function answeredFor(request: FastifyRequest): Person | undefined {
  return people.get(request);
}
