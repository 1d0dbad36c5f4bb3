import type { FastifyRequest } from 'fastify';
import type { Access, Credential, SignedIn } from '../access/access.ts';
import type { Person } from '../access/person.ts';
import { personFor } from '../access/person-for.ts';
import type { Site } from '../site/site.ts';
import { readSessionCookie } from './session-cookie.ts';

/** Who makes a request, found out once, before anything else. */
export interface Visitor {
  readonly signedIn: SignedIn | undefined;
  /** The secret of a session that holds. */
  readonly session: string | undefined;
  /** The request has a token, and it is none of ours. */
  readonly badToken: boolean;
}

const nobody: Visitor = { signedIn: undefined, session: undefined, badToken: false };
const visitors = new WeakMap<FastifyRequest, Visitor>();
const people = new WeakMap<FastifyRequest, Person>();

/** Looks who it is. A token goes before a cookie. */
export async function meet(request: FastifyRequest, access: Access, baseUrl: string | undefined): Promise<Visitor> {
  const credential = credentialOf(request, baseUrl);
  const signedIn = credential === undefined ? undefined : await access.signedIn(credential);
  const visitor: Visitor = {
    signedIn,
    session: credential?.kind === 'session' && signedIn !== undefined ? credential.secret : undefined,
    badToken: credential?.kind === 'token' && signedIn === undefined,
  };
  visitors.set(request, visitor);
  return visitor;
}

export function visitorOf(request: FastifyRequest): Visitor {
  return visitors.get(request) ?? nobody;
}

function credentialOf(request: FastifyRequest, baseUrl: string | undefined): Credential | undefined {
  const [, token] = /^Bearer +([\w.~+/=-]+)$/i.exec(request.headers.authorization ?? '') ?? [];
  if (token !== undefined) return { kind: 'token', secret: token };
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
