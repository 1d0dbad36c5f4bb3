import sql, { type Sql } from 'sql-template-tag';
import { tidyName } from '../site/identity.ts';
import type { Queryable } from '../store/database.ts';
import { reserved } from './reserved-names.ts';

/** A person as the database knows them, with what their roles hang on. */
export interface Account {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly state: AccountState;
  readonly origin: string;
  readonly created: Date;
  readonly hasPassword: boolean;
  readonly preferences: Preferences;
  readonly memberships: readonly Membership[];
  readonly groups: readonly string[];
}

export type AccountState = 'active' | 'unconfirmed' | 'waiting' | 'disabled';

export interface Membership {
  readonly role: string;
  /** ms since 1970; undefined: for ever. */
  readonly expires: number | undefined;
}

/** What a person chose; what is undefined was not chosen. */
export interface Preferences {
  readonly language?: string;
  readonly theme?: 'light' | 'dark';
  /** Hits on a page. */
  readonly size?: number;
}

/** Of `person p`: a row that only keeps a name is no account, and nobody sees it. */
export const isPerson: Sql = sql`p.origin <> ${reserved}`;

/** Columns of `accountOf`, from `person p`. Two look-ups by index for each person. */
export const accountColumns: Sql = sql`
  p.id, p.name, p.email, p.state, p.origin, p.created, p.password_hash IS NOT NULL AS has_password, p.preferences,
  (SELECT coalesce(json_agg(json_build_object('role', m.role, 'expires', extract(epoch FROM m.expires) * 1000) ORDER BY m.role), '[]')
     FROM role_member m WHERE m.person_id = p.id) AS memberships,
  (SELECT coalesce(json_agg(g.name ORDER BY g.name), '[]')
     FROM group_member gm JOIN person_group g ON g.id = gm.group_id WHERE gm.person_id = p.id) AS groups`;

export interface AccountRow extends Omit<Account, 'hasPassword' | 'memberships'> {
  readonly has_password: boolean;
  readonly memberships: readonly { readonly role: string; readonly expires: number | null }[];
}

export function accountOf(row: AccountRow): Account {
  const { has_password: hasPassword, memberships, id, name, email, state, origin, created, preferences, groups } = row;
  return {
    ...{ id, name, email, state, origin, created, hasPassword, preferences, groups },
    memberships: memberships.map(({ role, expires }) => ({ role, expires: expires ?? undefined })),
  };
}

/**
 * By name; capitals and accents aside when nobody is called exactly so and one person without them:
 * site files of before could name people that differ in these only.
 */
export async function findAccount(database: Queryable, given: string): Promise<Account | undefined> {
  const name = tidyName(given);
  const rows = await database.query<AccountRow>(sql`
    SELECT ${accountColumns} FROM person p WHERE name_key(p.name) = name_key(${name}) AND ${isPerson}
    ORDER BY (p.name = ${name}) DESC, p.id LIMIT 2
  `);
  const [first, second] = rows;
  if (first === undefined || (first.name !== name && second !== undefined)) return undefined;
  return accountOf(first);
}

export async function readAccount(database: Queryable, id: number): Promise<Account | undefined> {
  const [row] = await database.query<AccountRow>(
    sql`SELECT ${accountColumns} FROM person p WHERE p.id = ${id} AND ${isPerson}`,
  );
  return row && accountOf(row);
}
