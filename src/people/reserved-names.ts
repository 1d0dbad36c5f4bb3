import sql from 'sql-template-tag';
import type { Queryable } from '../store/database.ts';

/**
 * Origin of a row that only keeps a name: somebody registered under it with an address that has an
 * account already. It is like the account that another address would have got, so that nobody
 * learns whose addresses are known, but nobody can confirm it.
 */
export const reserved = 'reserved';

/**
 * Before the operator or an administrator gives the name to somebody: they need not wait for
 * whoever tried. Also ends what is linked to the row.
 */
export async function dropReservation(transaction: Queryable, name: string): Promise<void> {
  await transaction.query(sql`DELETE FROM person WHERE origin = ${reserved} AND name_key(name) = name_key(${name})`);
}
