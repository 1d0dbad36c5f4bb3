import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import { identityOf, tidyName } from '../site/identity.ts';
import type { Database, Queryable } from '../store/database.ts';
import { type Actor, audit } from './audit.ts';
import { tellChange } from './channel.ts';
import { accessErrors } from './errors.ts';

export interface Group {
  readonly id: number;
  readonly name: string;
  readonly description: string;
  readonly members: number;
}

/** By name; `text` is a part of it. */
export async function listGroups(
  database: Queryable,
  { text, offset, limit }: { readonly text: string; readonly offset: number; readonly limit: number },
): Promise<{ readonly groups: readonly Group[]; readonly total: number }> {
  const part = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const groups = await database.query<Group>(sql`
    SELECT g.id, g.name, g.description, (SELECT count(*)::integer FROM group_member m WHERE m.group_id = g.id) AS members
    FROM person_group g WHERE name_key(g.name) LIKE name_key(${part}) ORDER BY name_key(g.name) OFFSET ${offset} LIMIT ${limit}
  `);
  const [counted] = await database.query<{ total: number }>(
    sql`SELECT count(*)::integer AS total FROM person_group g WHERE name_key(g.name) LIKE name_key(${part})`,
  );
  return { groups, total: counted?.total ?? 0 };
}

export async function readGroup(database: Queryable, id: number): Promise<Group | undefined> {
  const [group] = await database.query<Group>(sql`
    SELECT g.id, g.name, g.description, (SELECT count(*)::integer FROM group_member m WHERE m.group_id = g.id) AS members
    FROM person_group g WHERE g.id = ${id}`);
  return group;
}

export interface GroupMember {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly added: Date;
}

export async function membersOf(
  database: Queryable,
  group: number,
  offset: number,
  limit: number,
): Promise<readonly GroupMember[]> {
  return database.query<GroupMember>(sql`
    SELECT p.id, p.name, p.email, m.added FROM group_member m JOIN person p ON p.id = m.person_id
    WHERE m.group_id = ${group} ORDER BY name_key(p.name), p.id OFFSET ${offset} LIMIT ${limit}
  `);
}

/** Throws `groupNameWrong`, `groupThere`. */
export async function createGroup(
  database: Database,
  actor: Actor,
  given: string,
  description: string,
): Promise<number> {
  const name = checkGroupName(given);
  return database.transaction(async (transaction) => {
    // The index of names knows the case of ASCII only where the database has the locale C, and
    // records name groups in any case.
    await transaction.query(sql`LOCK TABLE person_group IN SHARE ROW EXCLUSIVE MODE`);
    const there = await transaction.query<{ name: string }>(sql`SELECT name FROM person_group`);
    const same = there.find((one) => identityOf(one.name) === identityOf(name));
    if (same !== undefined) throw new UserError(accessErrors.groupThere, { group: same.name });
    const [made] = await transaction.query<{ id: number }>(sql`
      INSERT INTO person_group (name, description) VALUES (${name}, ${description}) ON CONFLICT DO NOTHING RETURNING id
    `);
    if (made === undefined) throw new UserError(accessErrors.groupThere, { group: name });
    await audit(transaction, actor, 'group made', name, { description });
    return made.id;
  });
}

function checkGroupName(given: string): string {
  const name = tidyName(given);
  if (name === '' || name.length > 100 || /\p{C}/u.test(name))
    throw new UserError(accessErrors.groupNameWrong, { group: given });
  return name;
}

/** The name stays: rules and records speak of it. */
export async function describeGroup(
  database: Database,
  actor: Actor,
  group: Group,
  description: string,
): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query(sql`UPDATE person_group SET description = ${description} WHERE id = ${group.id}`);
    await audit(transaction, actor, 'group changed', group.name, { description });
  });
}

export async function deleteGroup(database: Database, actor: Actor, group: Group): Promise<void> {
  await database.transaction(async (transaction) => {
    const members = await transaction.query<{ person_id: number }>(
      sql`DELETE FROM group_member WHERE group_id = ${group.id} RETURNING person_id`,
    );
    await transaction.query(sql`DELETE FROM person_group WHERE id = ${group.id}`);
    for (const { person_id: id } of members) await tellChange(transaction, { kind: 'person', id });
    await audit(transaction, actor, 'group removed', group.name, { members: members.length });
  });
}

interface Named {
  readonly id: number;
  readonly name: string;
}

export async function addToGroup(database: Database, actor: Actor, group: Named, person: Named): Promise<void> {
  await database.transaction(async (transaction) => {
    const added = await transaction.query(sql`
      INSERT INTO group_member (group_id, person_id) VALUES (${group.id}, ${person.id}) ON CONFLICT DO NOTHING RETURNING group_id
    `);
    if (added.length === 0) return;
    await tellChange(transaction, { kind: 'person', id: person.id });
    await audit(transaction, actor, 'group given', person.name, { group: group.name });
  });
}

export async function removeFromGroup(database: Database, actor: Actor, group: Named, person: Named): Promise<void> {
  await database.transaction(async (transaction) => {
    const removed = await transaction.query(
      sql`DELETE FROM group_member WHERE group_id = ${group.id} AND person_id = ${person.id} RETURNING group_id`,
    );
    if (removed.length === 0) return;
    await tellChange(transaction, { kind: 'person', id: person.id });
    await audit(transaction, actor, 'group taken', person.name, { group: group.name });
  });
}

export async function groupsOf(database: Queryable, person: number): Promise<readonly Named[]> {
  return database.query<Named>(sql`
    SELECT g.id, g.name FROM group_member m JOIN person_group g ON g.id = m.group_id WHERE m.person_id = ${person} ORDER BY g.name
  `);
}
