import type { Email } from '../../mail/mailer.ts';
import type { Account } from '../../people/account.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import type { PageContext } from '../ui/page-context.ts';

/**
 * Sends an e-mail in the language of the page: a text of `letter.KIND`, with the library's name
 * and, where it has one, a link. Nothing for a person without an address.
 */
export function postEmail(
  { tr, site }: PageContext,
  { mailer, mailFrom, linkBase }: WebPeople,
  to: string,
  kind: string,
  values: Readonly<Record<string, string>>,
  link = '/',
): void {
  if (to === '') return;
  const all = { ...values, library: site.name, link: `${linkBase()}${link}`, address: linkBase() };
  const letter: Email = {
    from: mailFrom ?? (site.admin === '' ? 'library@localhost' : site.admin),
    to,
    subject: tr.t(`letter.${kind}.subject`, all),
    text: `${tr.t(`letter.${kind}.text`, all)}\n\n-- \n${site.name}\n${linkBase()}\n`,
  };
  mailer.post(letter);
}

/** What a reader is told who waits for an e-mail: without a mail server nobody gets one. */
export function mailText(
  { tr }: PageContext,
  { mailer }: WebPeople,
  key: string,
  values: Readonly<Record<string, string>>,
): string {
  return mailer.sends ? tr.t(key, values) : tr.t('account.letter_kept');
}

/** To whom it belongs: whoever did not change it themselves gets a new one by the link. */
export function postPasswordChanged(
  page: PageContext,
  people: WebPeople,
  { name, email }: Pick<Account, 'name' | 'email'>,
): void {
  postEmail(page, people, email, 'password_changed', { name }, '/account/lost-password');
}
