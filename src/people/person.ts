import type { Action } from '../site/actions.ts';
import type { Grant, Site } from '../site/site.ts';
import { type Scope, scopeOf } from './scopes.ts';

/**
 * Who asks, as far as it matters to what they may see and do. A guest has no name; guests have
 * roles too, by rules about their network. Made for each request by `personFor`.
 */
export interface Person {
  readonly id?: number;
  readonly name: string | undefined;
  readonly email?: string;
  /**
   * Names of roles: those of the site file are looked up in the site in force, so they change with
   * it.
   */
  readonly roles: readonly string[];
  readonly groups?: readonly string[];
  /** What the roles that people made allow, each with its role. */
  readonly grants?: readonly RoleGrant[];
  /** Asks with an API token that is good for these only. Undefined: for everything. */
  readonly scopes?: readonly Scope[];
}

export interface RoleGrant {
  readonly role: string;
  readonly may: 'everything' | Grant;
}

export type On = Readonly<Record<string, string>>;

export const guest: Person = { name: undefined, roles: [] };

/**
 * THE decision: may this person do this, to what these arguments name? Everything that shows or
 * hides asks here. No SQL, no waiting: all that it needs is in the person and the site.
 */
export function may(site: Site, person: Person, action: Action, on: On = {}): boolean {
  return decidingGrant(site, person, action, on) !== undefined;
}

/** The first grant that says yes. */
export function decidingGrant(site: Site, person: Person, action: Action, on: On = {}): RoleGrant | undefined {
  if (person.scopes !== undefined && !person.scopes.includes(scopeOf(action))) return undefined;
  for (const role of site.roles) {
    if (!person.roles.includes(role.name)) continue;
    if (role.may === 'everything') return { role: role.name, may: 'everything' };
    const grant = role.may.find((one) => covers(one, action, on));
    if (grant !== undefined) return { role: role.name, may: grant };
  }
  return person.grants?.find(({ may: granted }) => granted === 'everything' || covers(granted, action, on));
}

/**
 * A grant covers what all its arguments agree with; a grant without arguments covers everything of
 * its action, and so does "*".
 */
function covers(grant: Grant, action: Action, on: On): boolean {
  if (grant.action !== action) return false;
  return Object.entries(grant.arguments).every(
    ([name, value]) => value === '*' || (Object.hasOwn(on, name) && on[name] === value),
  );
}

/** May the person see what is theirs? A token without the scope of reading sees what guests see. */
export function readsAsThemselves({ scopes }: Person): boolean {
  return scopes === undefined || scopes.includes('read');
}

/**
 * Equal for people who see the same: for entity tags, and for whatever is kept for "people like
 * this one".
 */
export function personKey({ id, name, email, roles, groups, grants, scopes }: Person): string {
  return JSON.stringify([id, name, email, roles, groups, grants, scopes]);
}

/**
 * Is there nothing about this person that changes what is shown? Then an answer may be shared with
 * others.
 */
export function isPlainGuest({ name, roles, grants }: Person): boolean {
  return name === undefined && roles.length === 0 && (grants === undefined || grants.length === 0);
}
