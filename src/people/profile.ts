import sql from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import type { Database } from '../store/database.ts';
import type { Account, Preferences } from './account.ts';
import { type Actor, audit } from './audit.ts';
import { tellChange } from './channel.ts';
import { accessErrors } from './errors.ts';
import { issueOneTime, peekOneTime, useOneTime } from './one-time.ts';
import { passwordFits } from './passwords.ts';
import { checkEmail, holderOf, lockPeople, requireFree, reserveOthers } from './people.ts';
import { type Attempt, countAttempts, forgiveAttempts } from './throttle.ts';

export async function savePreferences(database: Database, id: number, preferences: Preferences): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query(
      sql`UPDATE person SET preferences = ${JSON.stringify(preferences)}, modified = now() WHERE id = ${id}`,
    );
    await tellChange(transaction, { kind: 'person', id });
  });
}

/**
 * Whoever finds a browser that somebody left must not take over the account: what could do that
 * asks for the password again. Throws `passwordAgain`. Guessing here counts as guessing at sign-in.
 */
export async function requirePassword(database: Database, id: number, password: string): Promise<void> {
  const attempts: readonly Attempt[] = [{ kind: 'sign-in account', key: `#${id}` }];
  await countAttempts(database, attempts);
  const [row] = await database.query<{ hash: string | null }>(
    sql`SELECT password_hash AS hash FROM person WHERE id = ${id}`,
  );
  if (!(await passwordFits(password, row?.hash ?? undefined))) throw new UserError(accessErrors.passwordAgain);
  await forgiveAttempts(database, attempts);
}

/**
 * A link for the new address, which counts only when it was followed. Undefined: the address is
 * somebody else's, which is told by no page.
 */
export async function askForEmail(
  database: Database,
  account: Pick<Account, 'id'>,
  given: string,
): Promise<{ readonly email: string; readonly secret: string | undefined }> {
  const email = checkEmail(given);
  const holder = await holderOf(database, email, account.id);
  // Of somebody else's too, for the time that it takes.
  const secret = await issueOneTime(database, 'email', { person: account.id, data: { email } });
  return { email, secret: holder === undefined ? secret : undefined };
}

/**
 * For the person who asked for it, and is signed in. Undefined: the link is no longer good, or
 * another person's. Throws
 * `emailThere` when somebody took the address meanwhile.
 */
export async function confirmEmail(
  database: Database,
  actor: Actor,
  { id, name }: Pick<Account, 'id' | 'name'>,
  secret: string,
): Promise<{ readonly before: string; readonly email: string } | undefined> {
  if ((await peekOneTime(database, 'email', secret))?.person !== id) return undefined;
  return database.transaction(async (transaction) => {
    const email = (await useOneTime(transaction, 'email', secret))?.data['email'];
    if (email === undefined) return undefined;
    await lockPeople(transaction);
    await requireFree(transaction, { email, except: id });
    const [row] = await transaction.query<{ before: string }>(sql`
      UPDATE person p SET email = ${email}, modified = now() FROM person b
      WHERE p.id = ${id} AND b.id = p.id AND p.state = 'active' RETURNING b.email AS before
    `);
    if (row === undefined) return undefined;
    // Links that went to the old address would still open the account.
    await transaction.query(sql`DELETE FROM one_time WHERE person_id = ${id}`);
    await reserveOthers(transaction, email, id);
    await tellChange(transaction, { kind: 'person', id });
    await audit(transaction, actor, 'address changed', name, { before: row.before, email });
    return { before: row.before, email };
  });
}
