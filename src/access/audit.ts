import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';

/** Who changes something: a person's name with the address they come from, or what it is called where nobody signed in. */
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
  readonly action: string;
  readonly subject: string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly address: string | null;
}

/** In the transaction of the change. Secrets never come here. */
export async function audit(
  transaction: Queryable,
  actor: Actor,
  action: string,
  subject: string,
  detail: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  await transaction.query(sql`
    INSERT INTO audit (actor, action, subject, detail, address)
    VALUES (${actor.name}, ${action}, ${subject}, ${JSON.stringify(detail)}, ${actor.address ?? null})
  `);
}
