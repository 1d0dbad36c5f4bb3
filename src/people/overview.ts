import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';
import type { AuditAction, AuditEntry } from './audit.ts';
import type { ListedSession } from './sessions.ts';
import type { ListedToken } from './tokens.ts';

/**
 * What an administrator sees of everybody, a page at a time. Each reads its whole table for a part
 * of a name: not for pages of readers.
 */
export interface OverviewQuestion {
  /** A part of a name. */
  readonly text: string;
  readonly offset: number;
  readonly limit: number;
}

export interface Overview<Row> {
  readonly rows: readonly Row[];
  readonly total: number;
}

export interface OfPerson {
  readonly personId: number;
  readonly person: string;
}

const partOf = (text: string): string => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

export async function allSessions(
  database: Queryable,
  { text, offset, limit }: OverviewQuestion,
): Promise<Overview<ListedSession & OfPerson>> {
  const from = sql`
    FROM session s JOIN person p ON p.id = s.person_id
    WHERE s.last_seen + s.lifetime * interval '1 second' > now()
      AND (name_key(p.name) LIKE name_key(${partOf(text)}) OR s.address LIKE ${partOf(text)})`;
  const rows = await database.query<ListedSession & OfPerson>(sql`
    SELECT s.number, s.created, s.last_seen AS "lastSeen", s.address, s.agent, p.id AS "personId", p.name AS person
    ${from} ORDER BY s.last_seen DESC, s.number DESC OFFSET ${offset} LIMIT ${limit}
  `);
  const [counted] = await database.query<{ total: number }>(sql`SELECT count(*)::integer AS total ${from}`);
  return { rows, total: counted?.total ?? 0 };
}

export async function allTokens(
  database: Queryable,
  { text, offset, limit }: OverviewQuestion,
): Promise<Overview<ListedToken & OfPerson>> {
  const from = sql`
    FROM api_token t JOIN person p ON p.id = t.person_id
    WHERE name_key(p.name) LIKE name_key(${partOf(text)}) OR name_key(t.name) LIKE name_key(${partOf(text)})`;
  const rows = await database.query<ListedToken & OfPerson>(sql`
    SELECT t.id, t.name, t.scopes, t.created, t.expires, t.last_used AS "lastUsed", p.id AS "personId", p.name AS person
    ${from} ORDER BY t.id DESC OFFSET ${offset} LIMIT ${limit}
  `);
  const [counted] = await database.query<{ total: number }>(sql`SELECT count(*)::integer AS total ${from}`);
  return { rows, total: counted?.total ?? 0 };
}

export interface AuditQuestion extends OverviewQuestion {
  /** The text is a whole name. */
  readonly exact?: boolean;
  /**
   * Which are found too, whatever the text: those that the reader knows by it in another language.
   */
  readonly actions?: readonly AuditAction[];
}

/** Newest first. */
export async function auditLog(
  database: Queryable,
  { text, offset, limit, exact = false, actions = [] }: AuditQuestion,
): Promise<Overview<AuditEntry>> {
  const part = exact ? text.replace(/[\\%_]/g, '\\$&') : partOf(text);
  const where = sql`
    WHERE name_key(actor) LIKE name_key(${part}) OR name_key(subject) LIKE name_key(${part}) OR action LIKE ${part}
      OR action = ANY (${[...actions]}::text[])`;
  const rows = await database.query<AuditEntry>(sql`
    SELECT id, at, actor, action, subject, detail, address FROM audit ${where} ORDER BY id DESC OFFSET ${offset} LIMIT ${limit}
  `);
  const [counted] = await database.query<{ total: number }>(sql`SELECT count(*)::integer AS total FROM audit ${where}`);
  return { rows, total: counted?.total ?? 0 };
}
