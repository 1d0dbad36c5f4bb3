import type { FastifyReply } from 'fastify';
import type { Account } from '../../people/account.ts';
import type { RegistrationEmail } from '../../people/registration.ts';
import type { Database } from '../../store/database.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { postEmail } from './e-mail.ts';
import { mayWriteTo } from './e-mail-limit.ts';
import { accountMessage } from './register-page.ts';

/**
 * What somebody gets who made an account, by whichever way: the e-mail, and the answer when they
 * have shown that it is theirs.
 */
export const confirmAddress = '/account/confirm';

export async function postRegistrationEmail(
  { page }: Exchange,
  people: WebPeople,
  database: Database,
  letter: RegistrationEmail,
): Promise<void> {
  if (!(await mayWriteTo(database, letter.email))) return;
  const { kind, name } = letter;
  const link = kind === 'known' ? '/account/lost-password' : `${confirmAddress}?token=${letter.secret}`;
  postEmail(page, people, letter.email, kind, { name }, link);
}

/** The secret of a link of ours to confirm an account, when this is one. */
export function confirmTokenIn(address: string): string | undefined {
  const [path, query] = address.split('?');
  return path === confirmAddress ? (new URLSearchParams(query).get('token') ?? undefined) : undefined;
}

/** An account works now, or waits for an administrator, who is told. */
export function sendConfirmed(exchange: Exchange, people: WebPeople, { name, email, state }: Account): FastifyReply {
  const { page } = exchange;
  if (state === 'active') return exchange.reply.redirect('/account/sign-in?done=confirmed', 303);
  if (page.site.admin !== '')
    postEmail(page, people, page.site.admin, 'waiting', { name, email }, '/admin/people?state=waiting');
  return sendHtml(
    exchange,
    accountMessage(page, page.tr.t('account.register'), page.tr.t('account.refused.waiting'), undefined),
  );
}
