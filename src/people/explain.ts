import type { Action } from '../site/actions.ts';
import type { Grant, Site } from '../site/site.ts';
import type { Account } from './account.ts';
import { decidingGrant, type On, type RoleGrant } from './person.ts';
import { type Membership, memberships, personFor, type Visit } from './person-for.ts';
import type { Role } from './roles.ts';

/** Why somebody may do something, or may not: what `may` decided, with what decided it. */
export interface Explanation {
  readonly allowed: boolean;
  /** The grant that says yes, and how the person came into its role. */
  readonly by: { readonly grant: RoleGrant; readonly membership: Membership } | undefined;
  /** All roles of the person, for a no: none of them allows it. */
  readonly memberships: readonly Membership[];
}

/** Asks `may` itself, so that an explanation cannot be another answer. */
export function explain(
  site: Site,
  peopleRoles: readonly Role[],
  account: Account | undefined,
  visit: Visit,
  action: Action,
  on: On,
): Explanation {
  const all = memberships(site, peopleRoles, account, visit);
  const grant = decidingGrant(site, personFor(site, peopleRoles, account, visit), action, on);
  const membership = all.find(({ role }) => role.name === grant?.role);
  return {
    allowed: grant !== undefined,
    by: grant === undefined || membership === undefined ? undefined : { grant, membership },
    memberships: all,
  };
}

/** "viewrestrcoll collection=Theses", "everything". */
export function grantText(grant: 'everything' | Grant): string {
  if (grant === 'everything') return grant;
  return [grant.action, ...Object.entries(grant.arguments).map(([name, value]) => `${name}=${value}`)].join(' ');
}

/** "as a member until 2030-06-30", "by line 2 of its rules (allow any)". */
export function membershipText(membership: Membership): string {
  if (membership.by === 'rule') return `by line ${membership.rule.line} of its rules (${membership.rule.text})`;
  const { expires } = membership;
  return expires === undefined ? 'as a member' : `as a member until ${new Date(expires).toISOString()}`;
}
