import sql from 'sql-template-tag';
import { tidyEmail } from '../site/identity.ts';
import type { Database } from '../store/database.ts';
import { type Account, readAccount } from './account.ts';
import { audit } from './audit.ts';
import { issueOneTime, peekOneTime, useOneTime } from './one-time.ts';
import { checkNewPassword } from './passwords.ts';
import { setPassword } from './people.ts';

/**
 * A link to set a password, for each active person with that address. What it gives is for the
 * e-mail only: a page says the same in any case.
 */
export async function lostPassword(
  database: Database,
  given: string,
  address: string,
): Promise<readonly { readonly name: string; readonly email: string; readonly secret: string }[]> {
  const email = tidyEmail(given);
  if (email === '') return [];
  const people = await database.query<{ id: number; name: string; email: string }>(sql`
    SELECT id, name, email FROM person WHERE lower(email) = lower(${email}) AND state = 'active' ORDER BY id LIMIT 5
  `);
  const letters = [];
  for (const person of people) {
    const secret = await issueOneTime(database, 'reset', { person: person.id, data: {} });
    await audit(database, { name: person.name, address }, 'password link asked for', person.name);
    letters.push({ name: person.name, email: person.email, secret });
  }
  return letters;
}

/**
 * Sets the password of whom the link is for, and ends all their sessions. Undefined: the link is no
 * longer good. Throws `passwordWrong`, and then it still is.
 */
export async function resetPassword(
  database: Database,
  secret: string,
  password: string,
  address: string,
): Promise<Account | undefined> {
  const asked = await peekOneTime(database, 'reset', secret);
  const account = asked?.person === undefined ? undefined : await readAccount(database, asked.person);
  if (account === undefined || account.state !== 'active') return undefined;
  checkNewPassword(password, account);
  if ((await useOneTime(database, 'reset', secret)) === undefined) return undefined;
  await setPassword(database, { name: account.name, address }, account, password);
  return account;
}
