import sql from 'sql-template-tag';
import { type Action, isAction } from '../site/actions.ts';
import type { Grant, Site } from '../site/site.ts';
import type { Queryable } from '../store/database.ts';
import { parseRules } from './rules/parse.ts';
import type { Rule } from './rules/rule.ts';

/** A role, of the site file or made by people, with its rules compiled. */
export interface Role {
  readonly name: string;
  readonly origin: 'site' | 'people';
  readonly description: string;
  readonly may: 'everything' | readonly Grant[];
  /** As written. */
  readonly rulesText: string;
  readonly rules: readonly Rule[];
}

const compiled = new WeakMap<Site, readonly Role[]>();

/** The roles of a site file. */
export function siteRoles(site: Site): readonly Role[] {
  let roles = compiled.get(site);
  if (roles === undefined) {
    roles = site.roles.map((role) => ({
      name: role.name,
      origin: 'site',
      description: '',
      may: role.may,
      rulesText: role.rules,
      rules: compileRules(role.rules),
    }));
    compiled.set(site, roles);
  }
  return roles;
}

/** All roles: those of the site file go before those of the same name that people made. */
export function allRoles(site: Site, peopleRoles: readonly Role[]): readonly Role[] {
  const ofSite = siteRoles(site);
  return [...ofSite, ...peopleRoles.filter(({ name }) => !ofSite.some((one) => one.name === name))];
}

interface RoleRow {
  readonly name: string;
  readonly description: string;
  readonly everything: boolean;
  readonly rules: string;
  readonly grants: readonly { readonly action: string; readonly arguments: Readonly<Record<string, string>> }[];
}

/** The roles that people made; some dozens in a large library. */
export async function readPeopleRoles(database: Queryable): Promise<readonly Role[]> {
  const rows = await database.query<RoleRow>(sql`
    SELECT r.name, r.description, r.everything, r.rules,
      (SELECT coalesce(json_agg(json_build_object('action', g.action, 'arguments', g.arguments) ORDER BY g.id), '[]')
         FROM role_grant g WHERE g.role = r.name) AS grants
    FROM role r ORDER BY r.name
  `);
  return rows.map(({ name, description, everything, rules, grants }) => ({
    ...{ name, origin: 'people', description, rulesText: rules, rules: compileRules(rules) },
    // An action that this release does not know allows nothing.
    may: everything
      ? 'everything'
      : grants.filter((grant): grant is Grant & { action: Action } => isAction(grant.action)),
  }));
}

/** Rules with a mistake let nobody in: a line left out could be the one that denies. */
function compileRules(text: string): readonly Rule[] {
  const { rules, problems } = parseRules(text);
  return problems.length > 0 ? [] : rules;
}
