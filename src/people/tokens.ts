import sql from 'sql-template-tag';
import type { Database, Queryable } from '../store/database.ts';
import type { Account } from './account.ts';
import { type Actor, audit } from './audit.ts';
import { tellChange } from './channel.ts';
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

export interface ListedToken {
  readonly id: number;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly created: Date;
  readonly expires: Date | null;
  readonly lastUsed: Date | null;
}

export async function tokensOf(database: Queryable, person: number): Promise<readonly ListedToken[]> {
  return database.query<ListedToken>(sql`
    SELECT id, name, scopes, created, expires, last_used AS "lastUsed" FROM api_token WHERE person_id = ${person} ORDER BY id
  `);
}

/** Resolves to whether the person had it. */
export async function endToken(
  database: Database,
  actor: Actor,
  person: Pick<Account, 'id' | 'name'>,
  id: number,
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const [ended] = await transaction.query<{ name: string }>(
      sql`DELETE FROM api_token WHERE id = ${id} AND person_id = ${person.id} RETURNING name`,
    );
    if (ended === undefined) return false;
    await tellChange(transaction, { kind: 'person', id: person.id });
    await audit(transaction, actor, 'token ended', person.name, { token: ended.name });
    return true;
  });
}
