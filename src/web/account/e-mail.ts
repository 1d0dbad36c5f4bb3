import type { Email } from '../../mail/mailer.ts';
import type { Account } from '../../people/account.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import type { PageContext } from '../ui/page-context.ts';

/**
 * Sends an e-mail in the language of the page: a text of `email.KIND`, with the library's name
 * and, where it has one, a link. Nothing for a person without an address.
 */
export function postEmail(
  { tr, site, libraryName }: PageContext,
  { mailer, mailFrom, linkBase }: WebPeople,
  to: string,
  kind: string,
  values: Readonly<Record<string, string>>,
  link = '/',
): void {
  if (to === '') return;
  const all = { ...values, library: libraryName, link: `${linkBase()}${link}`, address: linkBase() };
  const email: Email = {
    from: mailFrom ?? (site.admin === '' ? 'library@localhost' : site.admin),
    to,
    subject: tr.t(`email.${kind}.subject`, all),
    text: `${tr.t(`email.${kind}.text`, all)}\n\n-- \n${libraryName}\n${linkBase()}\n`,
  };
  mailer.post(email);
}

/**
 * What a reader is told who is to get an e-mail. Without a mail server nobody gets one: then it is
 * the text of the same name in `account.kept`; where there is none, that an administrator has the
 * link.
 */
export function mailText(
  { tr }: PageContext,
  { mailer }: WebPeople,
  key: string,
  values: Readonly<Record<string, string>> = {},
): string {
  if (mailer.sends) return tr.t(key, values);
  const kept = `account.kept.${key.replace(/^account\./, '')}`;
  return tr.has(kept) ? tr.t(kept, values) : tr.t('account.email_kept');
}

/** Why somebody cannot sign in: the state of the account, or "wrong". */
export function refusedText(page: PageContext, people: WebPeople, state: string): string {
  const key = `account.refused.${state}`;
  return state === 'unconfirmed' ? mailText(page, people, key) : page.tr.t(key);
}

/** To whom it belongs: whoever did not change it themselves gets a new one by the link. */
export function postPasswordChanged(
  page: PageContext,
  people: WebPeople,
  { name, email }: Pick<Account, 'name' | 'email'>,
): void {
  postEmail(page, people, email, 'password_changed', { name }, '/account/lost-password');
}
