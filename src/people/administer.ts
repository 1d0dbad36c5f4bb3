import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Site } from '../site/site.ts';
import type { Database } from '../store/database.ts';
import type { Account } from './account.ts';
import { type Actor, audit } from './audit.ts';
import { tellChange } from './channel.ts';
import { accessErrors } from './errors.ts';
import { checkEmail, checkName } from './people.ts';
import type { Person } from './person.ts';
import { memberships } from './person-for.ts';
import { allRoles, type Role } from './roles.ts';
import { namesEmail, namesPerson } from './rules/decide.ts';
import { endSessions } from './sessions.ts';

/**
 * Who looks after people and roles (cfgwebaccess) must not make themselves, or anybody, able to do
 * everything: only who may do everything gives that away, and touches those who have it.
 */
export function mayDoEverything(site: Site, person: Person): boolean {
  const granted = (name: string): boolean => site.roles.some((role) => role.name === name && role.may === 'everything');
  return person.roles.some(granted) || person.grants?.some(({ may }) => may === 'everything') === true;
}

/**
 * Throws `needsEverything` unless the one who acts may do everything, or the role does not allow
 * it.
 */
export function requireForRole(site: Site, actor: Person, role: Pick<Role, 'name' | 'may'>): void {
  if (role.may === 'everything' && !mayDoEverything(site, actor)) throw new UserError(accessErrors.needsEverything);
}

/** The same for somebody who is in a role that may do everything, wherever they are. */
export function requireForPerson(site: Site, peopleRoles: readonly Role[], actor: Person, account: Account): void {
  const visit = { address: undefined, agent: undefined, referer: undefined, uri: undefined, now: Date.now() };
  for (const { role } of memberships(site, peopleRoles, account, visit)) requireForRole(site, actor, role);
}

/**
 * The same for somebody who is not there yet: rules that name them count already, also those that
 * hold from a later day. Throws `nameWrong`, `emailWrong`.
 */
export function requireForNewcomer(
  site: Site,
  peopleRoles: readonly Role[],
  actor: Person,
  given: { readonly name: string; readonly email: string },
): void {
  const name = checkName(given.name);
  const email = checkEmail(given.email);
  requireForPerson(site, peopleRoles, actor, {
    ...{ id: 0, name, email, state: 'active', origin: 'administrator' },
    ...{ created: new Date(), hasPassword: false, preferences: {}, memberships: [], groups: [] },
  });
  for (const role of allRoles(site, peopleRoles))
    if (namesPerson(role.rules, name) || namesEmail(role.rules, email)) requireForRole(site, actor, role);
}

/** The same for who is in groups, when rules of a role that may do everything ask for groups. */
export function requireForGroups(site: Site, peopleRoles: readonly Role[], actor: Person): void {
  for (const role of allRoles(site, peopleRoles)) {
    if (role.rules.some((rule) => rule.kind === 'field' && rule.field === 'group')) requireForRole(site, actor, role);
  }
}

/** For good, with everything that is theirs but the log. */
export async function removePerson(
  database: Database,
  actor: Actor,
  account: Pick<Account, 'id' | 'name' | 'email'>,
): Promise<void> {
  await database.transaction(async (transaction) => {
    await endSessions(transaction, account.id, { except: undefined });
    await tellChange(transaction, { kind: 'person', id: account.id });
    await transaction.query(sql`DELETE FROM person WHERE id = ${account.id}`);
    await audit(transaction, actor, 'person removed', account.name, { email: account.email });
  });
}
