import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';

export const accessChannel = 'reperio_access';

/**
 * What changed, for every process that keeps something of it: all roles, one person, one session
 * (by the hex hash of its id).
 */
export type AccessChange =
  | { readonly kind: 'roles' }
  | { readonly kind: 'person'; readonly id: number }
  | { readonly kind: 'session'; readonly hash: string };

/** Tells all processes, when the transaction commits. */
export async function tellChange(transaction: Queryable, change: AccessChange): Promise<void> {
  await transaction.query(sql`SELECT pg_notify(${accessChannel}, ${JSON.stringify(change)})`);
}

/** Undefined: it is not known what changed, so everything might have. */
export function readChange(payload: string | undefined): AccessChange | undefined {
  try {
    const change: unknown = JSON.parse(payload ?? '');
    return typeof change === 'object' && change !== null && 'kind' in change ? (change as AccessChange) : undefined;
  } catch {
    return undefined;
  }
}
