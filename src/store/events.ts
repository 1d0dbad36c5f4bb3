import sql, { type Sql } from 'sql-template-tag';
import type { Queryable } from './database.ts';

/**
 * What has happened, noted in the transaction in which it did, for webhooks. While none is active
 * nothing is written. One row for all records of a transaction.
 */
export interface RecordChange {
  readonly id: number;
  readonly revision: number;
  /** The version that it replaced; 0: it is new. */
  readonly before: number;
}

/** As a condition: somebody wants to know. */
export const isAsked: Sql = sql`EXISTS (SELECT FROM webhook WHERE active)`;

/** Last in the transaction: whoever changes a record after it is told after it. */
export async function noteRecords(transaction: Queryable, changes: readonly RecordChange[]): Promise<void> {
  if (changes.length === 0) return;
  await transaction.query(sql`
    INSERT INTO event (kind, ids, revisions, befores)
    SELECT 'record', ${changes.map(({ id }) => id)}::bigint[], ${changes.map(({ revision }) => revision)}::integer[],
      ${changes.map(({ before }) => before)}::integer[] WHERE ${isAsked}`);
}

/** `details`: what tells more of it; never what is in a record. */
export async function noteEvent(
  transaction: Queryable,
  kind: 'merge' | 'job' | 'held',
  id: number,
  details: Readonly<Record<string, string | number | null>>,
): Promise<void> {
  await transaction.query(sql`
    INSERT INTO event (kind, ids, details)
    SELECT ${kind}, ARRAY[${id}]::bigint[], ${JSON.stringify(details)}::jsonb WHERE ${isAsked}`);
}
