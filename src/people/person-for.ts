import type { Site } from '../site/site.ts';
import type { Account } from './account.ts';
import type { Person, RoleGrant } from './person.ts';
import { allRoles, type Role } from './roles.ts';
import { decideRules } from './rules/decide.ts';
import type { Facts, Rule } from './rules/rule.ts';
import type { Scope } from './scopes.ts';

/** What rules may ask about a request. */
export interface Visit {
  /** IPv4 or IPv6; undefined at a terminal. */
  readonly address: string | undefined;
  readonly agent: string | undefined;
  readonly referer: string | undefined;
  readonly uri: string | undefined;
  /** ms since 1970. */
  readonly now: number;
}

/** How a person came into a role. */
export type Membership =
  | { readonly role: Role; readonly by: 'member'; readonly expires: number | undefined }
  | { readonly role: Role; readonly by: 'rule'; readonly rule: Rule };

/** Who asks: an account (undefined is a guest) on a visit. Costs microseconds and no SQL. */
export function personFor(
  site: Site,
  peopleRoles: readonly Role[],
  account: Account | undefined,
  visit: Visit,
  scopes?: readonly Scope[],
): Person {
  const roles = memberships(site, peopleRoles, account, visit).map(({ role }) => role);
  const grants = roles
    .filter(({ origin }) => origin === 'people')
    .flatMap(({ name, may }): readonly RoleGrant[] =>
      may === 'everything' ? [{ role: name, may }] : may.map((grant) => ({ role: name, may: grant })),
    );
  const inRoles = { roles: roles.map(({ name }) => name), grants };
  if (account === undefined) return { name: undefined, ...inRoles };
  const { id, name, email, groups } = account;
  return { id, name, email, groups, ...inRoles, scopes };
}

/** All roles that somebody is in, as a member or by rules. */
export function memberships(
  site: Site,
  peopleRoles: readonly Role[],
  account: Account | undefined,
  visit: Visit,
): readonly Membership[] {
  const facts = factsOf(account, visit);
  return allRoles(site, peopleRoles).flatMap((role): readonly Membership[] => {
    const given = account?.memberships.find((one) => one.role === role.name);
    if (given !== undefined && (given.expires === undefined || given.expires > visit.now))
      return [{ role, by: 'member', expires: given.expires }];
    const { allowed, by } = decideRules(role.rules, facts);
    return allowed && by !== undefined ? [{ role, by: 'rule', rule: by }] : [];
  });
}

function factsOf(account: Account | undefined, { address, agent, referer, uri, now }: Visit): Facts {
  return {
    now,
    fields: {
      uid: String(account?.id ?? 0),
      nickname: account?.name ?? '',
      email: account?.email ?? '',
      group: account?.groups ?? [],
      guest: account === undefined ? '1' : '0',
      remote_ip: address,
      agent,
      referer,
      uri,
    },
  };
}
