import sql from 'sql-template-tag';
import type { SiteUser } from '../site/site.ts';
import type { Queryable } from '../store/database.ts';
import { hashPassword } from './password-hash.ts';
import { dropReservation, reserved } from './reserved-names.ts';

/** By name, for those that have a password. Slow on purpose: do it before anything is locked. */
export async function hashPasswords(users: readonly SiteUser[]): Promise<ReadonlyMap<string, string>> {
  const hashes = new Map<string, string>();
  for (const { name, password } of users) if (password !== undefined) hashes.set(name, await hashPassword(password));
  return hashes;
}

/** Makes those that are not there yet, with their roles and groups, and resolves to their names. */
export async function createUsers(
  transaction: Queryable,
  users: readonly SiteUser[],
  hashes: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const created: string[] = [];
  for (const user of users) {
    await dropReservation(transaction, user.name);
    const [made] = await transaction.query<{ id: number }>(sql`
      INSERT INTO person (name, email, password_hash, origin)
      VALUES (${user.name}, ${user.email}, ${hashes.get(user.name) ?? null}, 'site')
      ON CONFLICT (name) DO NOTHING RETURNING id
    `);
    if (made === undefined) continue;
    created.push(user.name);
    await transaction.query(sql`
      INSERT INTO role_member (role, person_id) SELECT unnest(${[...user.roles]}::text[]), ${made.id} ON CONFLICT DO NOTHING
    `);
    await transaction.query(sql`
      INSERT INTO person_group (name) SELECT unnest(${[...user.groups]}::text[]) ON CONFLICT DO NOTHING
    `);
    await transaction.query(sql`
      INSERT INTO group_member (group_id, person_id)
      SELECT id, ${made.id} FROM person_group
      WHERE name_key(name) IN (SELECT name_key(unnest(${[...user.groups]}::text[]))) ON CONFLICT DO NOTHING
    `);
    const detail = JSON.stringify({ roles: user.roles, groups: user.groups });
    await transaction.query(sql`
      INSERT INTO audit (actor, action, subject, detail) VALUES ('site file', 'person made', ${user.name}, ${detail})
    `);
  }
  return created;
}

export async function missingUsers(database: Queryable, users: readonly SiteUser[]): Promise<readonly string[]> {
  const names = users.map((user) => user.name);
  const present = await database.query<{ name: string }>(
    sql`SELECT name FROM person WHERE name = ANY (${names}) AND origin <> ${reserved}`,
  );
  return names.filter((name) => !present.some((row) => row.name === name));
}
