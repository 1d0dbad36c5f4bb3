import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Grant } from '../site/site.ts';
import type { Database, Queryable } from '../store/database.ts';
import { type Actor, audit } from './audit.ts';
import { tellChange } from './channel.ts';
import { accessErrors } from './errors.ts';
import { grantText } from './explain.ts';

/** A role that people make, as a form has it. Its texts are checked by `readGrants` and `parseRules` before. */
export interface RoleText {
  readonly description: string;
  readonly may: 'everything' | readonly Grant[];
  readonly rules: string;
}

const longestName = 60;

/** Throws `roleNameWrong`, `roleThere`. */
export async function createRole(database: Database, actor: Actor, given: string, text: RoleText): Promise<string> {
  const name = given.trim().replace(/\s+/g, ' ');
  // `new` is the address of the form for one.
  if (name === '' || name === 'new' || name.length > longestName || /[\p{C}/?#]/u.test(name))
    throw new UserError(accessErrors.roleNameWrong, { role: given });
  await database.transaction(async (transaction) => {
    const made = await transaction.query(
      sql`INSERT INTO role (name) VALUES (${name}) ON CONFLICT DO NOTHING RETURNING name`,
    );
    if (made.length === 0) throw new UserError(accessErrors.roleThere, { role: name });
    // People who had a role of that name long ago must not wake up in it.
    await transaction.query(sql`DELETE FROM role_member WHERE role = ${name}`);
    await writeRole(transaction, name, text);
    await audit(transaction, actor, 'role made', name, inWords(text));
  });
  return name;
}

/** Throws `roleUnknown`. */
export async function saveRole(database: Database, actor: Actor, name: string, text: RoleText): Promise<void> {
  await database.transaction(async (transaction) => {
    const [before] = await transaction.query<{ rules: string; everything: boolean; grants: readonly Grant[] }>(sql`
      SELECT rules, everything,
        (SELECT coalesce(json_agg(json_build_object('action', action, 'arguments', arguments) ORDER BY id), '[]')
           FROM role_grant WHERE role = ${name}) AS grants
      FROM role WHERE name = ${name} FOR UPDATE`);
    if (before === undefined) throw new UserError(accessErrors.roleUnknown, { role: name, nearest: '' });
    await transaction.query(sql`DELETE FROM role_grant WHERE role = ${name}`);
    await writeRole(transaction, name, text);
    const may = before.everything ? 'everything' : before.grants;
    await audit(transaction, actor, 'role changed', name, {
      before: inWords({ description: '', may, rules: before.rules }),
      after: inWords(text),
    });
  });
}

/** With its members. Resolves to whether it was there. */
export async function deleteRole(database: Database, actor: Actor, name: string): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const gone = await transaction.query(sql`DELETE FROM role WHERE name = ${name} RETURNING name`);
    if (gone.length === 0) return false;
    const members = await transaction.query<{ person_id: number }>(
      sql`DELETE FROM role_member WHERE role = ${name} RETURNING person_id`,
    );
    for (const { person_id: id } of members) await tellChange(transaction, { kind: 'person', id });
    await tellChange(transaction, { kind: 'roles' });
    await audit(transaction, actor, 'role removed', name, { members: members.length });
    return true;
  });
}

async function writeRole(transaction: Queryable, name: string, { description, may, rules }: RoleText): Promise<void> {
  await transaction.query(sql`
    UPDATE role SET description = ${description}, everything = ${may === 'everything'}, rules = ${rules}, modified = now()
    WHERE name = ${name}
  `);
  for (const grant of may === 'everything' ? [] : may) {
    await transaction.query(sql`
      INSERT INTO role_grant (role, action, arguments) VALUES (${name}, ${grant.action}, ${JSON.stringify(grant.arguments)})
      ON CONFLICT DO NOTHING
    `);
  }
  await tellChange(transaction, { kind: 'roles' });
}

function inWords({ may, rules }: RoleText): Readonly<Record<string, unknown>> {
  return { may: may === 'everything' ? may : may.map(grantText), rules };
}
