import type { Grant, Site } from '../site/site.ts';

/** Who asks. A guest has no name and no roles. */
export interface Person {
  readonly name: string | undefined;
  /** Codes of the site's roles. */
  readonly roles: readonly string[];
}

export const guest: Person = { name: undefined, roles: [] };

export type Action = 'viewrestrcoll' | 'viewhiddenpaths';

/** THE decision: may this person do this, to what these arguments name? Everything that shows or hides asks here. */
export function may(site: Site, person: Person, action: Action, on: Readonly<Record<string, string>> = {}): boolean {
  return site.roles.some((role) => {
    if (!person.roles.includes(role.name)) return false;
    return role.may === 'everything' || role.may.some((grant) => covers(grant, action, on));
  });
}

/** A grant covers what all its arguments agree with; a grant without arguments covers everything of its action. */
function covers(grant: Grant, action: Action, on: Readonly<Record<string, string>>): boolean {
  if (grant.action !== action) return false;
  return Object.entries(grant.arguments).every(([name, value]) => Object.hasOwn(on, name) && on[name] === value);
}
