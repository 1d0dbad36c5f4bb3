import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Database, Queryable } from '../store/database.ts';
import type { AccountState } from './account.ts';
import { type Actor, audit } from './audit.ts';
import { accessErrors } from './errors.ts';

/** Somebody as another house knows them. */
export interface Identity {
  /** Code of the provider in the site file. */
  readonly provider: string;
  /** What the provider calls them, for ever. */
  readonly subject: string;
  /** How people know it: a name, an address, an ORCID iD. */
  readonly label: string;
}

export interface ListedIdentity extends Identity {
  readonly linked: Date;
}

/** Whose it is. One look-up by primary key. */
export async function personOfIdentity(
  database: Queryable,
  { provider, subject }: Identity,
): Promise<{ readonly id: number; readonly name: string; readonly state: AccountState } | undefined> {
  const [row] = await database.query<{ id: number; name: string; state: AccountState }>(sql`
    SELECT p.id, p.name, p.state FROM external_identity e JOIN person p ON p.id = e.person_id
    WHERE e.provider = ${provider} AND e.subject = ${subject}
  `);
  return row;
}

/** For a person who is signed in. Throws `identityTaken` when it is somebody else's meanwhile. */
export async function linkIdentity(
  database: Database,
  actor: Actor,
  person: { readonly id: number; readonly name: string },
  identity: Identity,
): Promise<void> {
  await database.transaction((transaction) => insertIdentity(transaction, actor, person, identity));
}

/**
 * The same in the transaction that made the person. An account that nobody confirmed does not hold
 * it: whoever came back with it chooses anew.
 */
export async function insertIdentity(
  transaction: Queryable,
  actor: Actor,
  person: { readonly id: number; readonly name: string },
  { provider, subject, label }: Identity,
): Promise<void> {
  const [row] = await transaction.query<{ person: number }>(sql`
    INSERT INTO external_identity AS e (provider, subject, person_id, label)
    VALUES (${provider}, ${subject}, ${person.id}, ${label})
    ON CONFLICT (provider, subject) DO UPDATE SET label = excluded.label, person_id =
      CASE (SELECT state FROM person WHERE id = e.person_id) WHEN 'unconfirmed' THEN excluded.person_id ELSE e.person_id END
    RETURNING person_id AS person
  `);
  if (row?.person !== person.id) throw new UserError(accessErrors.identityTaken);
  await audit(transaction, actor, 'identity linked', person.name, { provider, label });
}

export async function identitiesOf(database: Queryable, person: number): Promise<readonly ListedIdentity[]> {
  return database.query<ListedIdentity>(sql`
    SELECT provider, subject, label, linked FROM external_identity WHERE person_id = ${person} ORDER BY provider, linked
  `);
}

/** Throws `lastWayIn` for the last one of somebody without a password. */
export async function unlinkIdentity(
  database: Database,
  actor: Actor,
  person: { readonly id: number; readonly name: string; readonly hasPassword: boolean },
  provider: string,
  subject: string,
): Promise<void> {
  await database.transaction(async (transaction) => {
    const all = await identitiesOf(transaction, person.id);
    if (!all.some((one) => one.provider === provider && one.subject === subject)) return;
    if (all.length === 1 && !person.hasPassword) throw new UserError(accessErrors.lastWayIn);
    await transaction.query(sql`
      DELETE FROM external_identity WHERE provider = ${provider} AND subject = ${subject} AND person_id = ${person.id}`);
    await audit(transaction, actor, 'identity unlinked', person.name, { provider });
  });
}
