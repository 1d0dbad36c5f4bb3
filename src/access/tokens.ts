import sql from 'sql-template-tag';
import type { Database } from '../store/database.ts';
import type { Account } from './account.ts';
import { type Actor, audit } from './audit.ts';
import type { Scope } from './scopes.ts';
import { newSecret, secretHash } from './secrets.ts';

export interface NewToken {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expires: Date | undefined;
}

/** The secret is shown once: the database has its hash. */
export async function createToken(
  database: Database,
  actor: Actor,
  person: Pick<Account, 'id' | 'name'>,
  { name, scopes, expires }: NewToken,
): Promise<{ readonly id: number; readonly secret: string }> {
  const secret = newSecret();
  return database.transaction(async (transaction) => {
    const [made] = await transaction.query<{ id: number }>(sql`
      INSERT INTO api_token (person_id, name, hash, scopes, expires)
      VALUES (${person.id}, ${name}, ${secretHash(secret)}, ${[...scopes]}, ${expires ?? null}) RETURNING id
    `);
    await audit(transaction, actor, 'token made', person.name, { token: name, scopes, until: expires?.toISOString() });
    return { id: made!.id, secret };
  });
}
