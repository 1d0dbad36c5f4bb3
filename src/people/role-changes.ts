import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import { tidyName } from '../site/identity.ts';
import type { Grant, Site } from '../site/site.ts';
import type { Database, Queryable } from '../store/database.ts';
import { type Actor, audit } from './audit.ts';
import { tellChange } from './channel.ts';
import { accessErrors } from './errors.ts';
import { grantText } from './explain.ts';

/**
 * A role that people make, as a form has it. Its texts are checked by `readGrants` and `parseRules`
 * before.
 */
export interface RoleText {
  readonly description: string;
  readonly may: 'everything' | readonly Grant[];
  readonly rules: string;
}

const longestName = 60;

/**
 * The name as it is kept: whoever compares it with others does so after this. Throws
 * `roleNameWrong`.
 */
export function checkRoleName(given: string): string {
  const name = tidyName(given);
  // `new` is the address of the form for one.
  if (name === '' || name === 'new' || name.length > longestName || /[\p{C}/?#]/u.test(name))
    throw new UserError(accessErrors.roleNameWrong, { role: given });
  return name;
}

/** Where and by whom roles are changed. */
export interface RoleChanger {
  readonly site: Pick<Site, 'roles'>;
  /** May the one who does it do everything? */
  readonly everything: boolean;
}

/**
 * Throws `roleNameWrong`, `roleThere`; and `needsEverything` when people had a role of that name
 * long ago: they lose it, and what it allowed them, or will again when the site file has it again,
 * is not known.
 */
export async function createRole(
  database: Database,
  actor: Actor,
  given: string,
  text: RoleText,
  { site, everything }: RoleChanger,
): Promise<string> {
  const name = checkRoleName(given);
  if (hasRole(site, name)) throw new UserError(accessErrors.roleThere, { role: name });
  await database.transaction(async (transaction) => {
    const made = await transaction.query(
      sql`INSERT INTO role (name) VALUES (${name}) ON CONFLICT DO NOTHING RETURNING name`,
    );
    if (made.length === 0) throw new UserError(accessErrors.roleThere, { role: name });
    // They must not wake up in it.
    const before = await endMemberships(transaction, name);
    if (before > 0 && !everything) throw new UserError(accessErrors.needsEverything);
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

/**
 * With its members, unless they are those of the site file's role. Resolves to whether it was
 * there.
 */
export async function deleteRole(
  database: Database,
  actor: Actor,
  name: string,
  site: Pick<Site, 'roles'>,
): Promise<boolean> {
  return database.transaction(async (transaction) => {
    const gone = await transaction.query(sql`DELETE FROM role WHERE name = ${name} RETURNING name`);
    if (gone.length === 0) return false;
    const members = hasRole(site, name) ? 0 : await endMemberships(transaction, name);
    await tellChange(transaction, { kind: 'roles' });
    await audit(transaction, actor, 'role removed', name, { members });
    return true;
  });
}

function hasRole(site: Pick<Site, 'roles'>, name: string): boolean {
  return site.roles.some((role) => role.name === name);
}

async function endMemberships(transaction: Queryable, role: string): Promise<number> {
  const members = await transaction.query<{ person_id: number }>(
    sql`DELETE FROM role_member WHERE role = ${role} RETURNING person_id`,
  );
  for (const { person_id: id } of members) await tellChange(transaction, { kind: 'person', id });
  return members.length;
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
