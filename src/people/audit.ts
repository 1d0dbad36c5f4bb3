import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';

/**
 * What the log tells. These words are kept in the database for years, so they do not change. Pages
 * show the texts of `admin.audit` instead, in the reader's language.
 */
export const auditActions = [
  'person made',
  'person removed',
  'person active',
  'person unconfirmed',
  'person waiting',
  'person disabled',
  'name reserved',
  'address confirmed',
  'address changed',
  'password set',
  'password taken away',
  'password link asked for',
  'password link sent',
  'identity linked',
  'identity unlinked',
  'sessions ended',
  'token made',
  'token ended',
  'role made',
  'role changed',
  'role removed',
  'role given',
  'role taken',
  'group made',
  'group changed',
  'group removed',
  'group given',
  'group taken',
  'file removed',
  'upload accepted',
  'upload rejected',
  'harvest added',
  'harvest removed',
  'knowledge base made',
  'knowledge base imported',
  'knowledge base applied',
  'knowledge base removed',
  'harvest changed',
  'webhook added',
  'webhook removed',
  'webhook on',
  'webhook off',
] as const;
export type AuditAction = (typeof auditActions)[number];

/**
 * Who changes something: a person's name with the address they come from, or what it is called
 * where nobody signed in.
 */
export interface Actor {
  readonly name: string;
  readonly address?: string | undefined;
}

/** Whoever can run commands on the machine. */
export const operator: Actor = { name: 'operator' };

export interface AuditEntry {
  readonly id: number;
  readonly at: Date;
  readonly actor: string;
  /** An older release may have told what is none of `AuditAction`. */
  readonly action: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly address: string | null;
}

/** In the transaction of the change. Secrets never come here. */
export async function audit(
  transaction: Queryable,
  actor: Actor,
  action: AuditAction,
  subject: string,
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await transaction.query(sql`
    INSERT INTO audit (actor, action, subject, detail, address)
    VALUES (${actor.name}, ${action}, ${subject}, ${JSON.stringify(detail)}, ${actor.address ?? null})
  `);
}
