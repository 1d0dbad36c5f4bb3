import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Queryable } from '../../store/database.ts';
import { webhookErrors } from './errors.ts';
import type { Webhook } from './webhook.ts';

export const messageStates = ['waiting', 'sent', 'failed'] as const;
export type MessageState = (typeof messageStates)[number];

/** A message as the log has it. */
export interface LoggedMessage {
  readonly n: number;
  readonly id: string;
  readonly type: string;
  readonly subject: string;
  readonly happened: Date;
  readonly state: MessageState;
  readonly attempts: number;
  /** When it is tried next; of one that waits. */
  readonly due: Date;
  readonly ended: Date | null;
  /** Of the last attempt. */
  readonly status: number | null;
  readonly took: number | null;
  readonly problem: string | null;
}

export interface LogAsked {
  readonly state?: MessageState | undefined;
  /** Only those before this number: the next part. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** The newest first. */
export async function readMessages(
  database: Queryable,
  { id }: Pick<Webhook, 'id'>,
  { state, before, limit }: LogAsked,
): Promise<readonly LoggedMessage[]> {
  return await database.query<LoggedMessage>(sql`
    SELECT n::float8 AS n, id, type, subject, happened, state, attempts, due, ended, status, took, problem
    FROM webhook_message WHERE webhook_id = ${id} AND n < ${before ?? Number.MAX_SAFE_INTEGER}
      AND (${state ?? null}::text IS NULL OR state = ${state ?? null}::text)
    ORDER BY n DESC LIMIT ${limit}`);
}

/**
 * Sends messages once more, at once: one, or all that failed, but for tests, which nobody waits
 * for. How many. Throws `noMessage`.
 */
export async function resendMessages(
  transaction: Queryable,
  { id: webhook, name }: Pick<Webhook, 'id' | 'name'>,
  which: string | 'failed',
): Promise<number> {
  const rows = await transaction.query(sql`
    UPDATE webhook_message SET state = 'waiting', attempts = 0, began = clock_timestamp(), due = clock_timestamp(), ended = NULL,
      problem = NULL
    WHERE webhook_id = ${webhook} AND ${which === 'failed' ? sql`state = 'failed' AND type <> 'webhook.test'` : sql`id = ${which}`} RETURNING n`);
  if (rows.length === 0 && which !== 'failed') throw new UserError(webhookErrors.noMessage, { name, id: which });
  return rows.length;
}
