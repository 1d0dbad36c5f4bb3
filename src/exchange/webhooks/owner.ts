import { readAccount } from '../../people/account.ts';
import { guest, type Person } from '../../people/person.ts';
import { personFor } from '../../people/person-for.ts';
import { readPeopleRoles } from '../../people/roles.ts';
import type { Site } from '../../site/site.ts';
import type { Queryable } from '../../store/database.ts';
import type { Webhook } from './webhook.ts';

/** Who a webhook is told as. */
export interface Owner {
  readonly person: Person;
  /** Undefined: nobody's. */
  readonly email: string | undefined;
}

/**
 * As their roles are now; roles by network do not hold, as nobody asks. Undefined: the account is
 * closed.
 */
export async function ownerOf(
  database: Queryable,
  site: Site,
  { person }: Pick<Webhook, 'person'>,
): Promise<Owner | undefined> {
  if (person === undefined) return { person: guest, email: undefined };
  const account = await readAccount(database, person);
  if (account?.state !== 'active') return undefined;
  const visit = { address: undefined, agent: undefined, referer: undefined, uri: undefined, now: Date.now() };
  return { person: personFor(site, await readPeopleRoles(database), account, visit), email: account.email };
}
