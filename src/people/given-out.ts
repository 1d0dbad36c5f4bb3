import sql from 'sql-template-tag';
import type { Database, Queryable } from '../store/database.ts';
import { type Actor, audit } from './audit.ts';
import { tellChange } from './channel.ts';
import { endSessions } from './sessions.ts';

/**
 * Ends what was given out for a person: sessions, but for one, links in e-mails, API tokens.
 * Whoever had the account until now has nothing of it any more. Accounts elsewhere that are linked
 * stay: they are somebody's way in, and the page about them shows each.
 */
export async function endGivenOut(
  transaction: Queryable,
  person: number,
  { exceptSession }: { readonly exceptSession: number | undefined },
): Promise<{ readonly tokens: number }> {
  await endSessions(transaction, person, { except: exceptSession });
  await transaction.query(sql`DELETE FROM one_time WHERE person_id = ${person}`);
  const tokens = await transaction.query(sql`DELETE FROM api_token WHERE person_id = ${person} RETURNING id`);
  await tellChange(transaction, { kind: 'person', id: person });
  return { tokens: tokens.length };
}

/**
 * "End all others", "end all sessions": somebody fears that another has the account, so it is the
 * same as above.
 */
export async function endAll(
  database: Database,
  actor: Actor,
  person: { readonly id: number; readonly name: string },
  exceptSession: number | undefined,
): Promise<void> {
  await database.transaction(async (transaction) => {
    const ended = await endGivenOut(transaction, person.id, { exceptSession });
    await audit(transaction, actor, 'sessions ended', person.name, ended);
  });
}
