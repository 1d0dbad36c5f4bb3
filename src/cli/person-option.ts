import { guest, type Person } from '../people/person.ts';
import type { Site } from '../site/site.ts';
import type { Database } from '../store/database.ts';

/** Who runs a command sees everything. */
export const operator: Person = { name: undefined, roles: ['superadmin'] };

/**
 * The person of `--as`, as they are at a terminal: rules about networks find none. Throws
 * UserError.
 */
export async function personNamed(database: Database, site: Site, name: string): Promise<Person> {
  if (name === 'guest') return guest;
  const { requireAccount } = await import('../people/people.ts');
  const { personFor } = await import('../people/person-for.ts');
  const { readPeopleRoles } = await import('../people/roles.ts');
  const account = await requireAccount(database, name);
  const visit = { address: undefined, agent: undefined, referer: undefined, uri: undefined, now: Date.now() };
  return personFor(site, await readPeopleRoles(database), account, visit);
}
