import { UserError } from '../errors/errors.ts';
import { nearest } from '../errors/nearest.ts';
import { tidyName } from '../site/identity.ts';
import type { Site } from '../site/site.ts';
import { accessErrors } from './errors.ts';
import { allRoles, type Role } from './roles.ts';

/** The role of that name. Throws `roleUnknown` with the one that was perhaps meant. */
export function requireRole(site: Site, peopleRoles: readonly Role[], given: string): Role {
  const name = tidyName(given);
  const roles = allRoles(site, peopleRoles);
  const found = roles.find((role) => role.name === name);
  if (found !== undefined) return found;
  const near = nearest(
    name,
    roles.map((role) => role.name),
  );
  throw new UserError(accessErrors.roleUnknown, {
    role: name,
    nearest: near === undefined ? '' : `Did you mean "${near}"? `,
  });
}
