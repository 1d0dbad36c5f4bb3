import type { FastifyInstance } from 'fastify';
import { readAccount } from '../../people/account.ts';
import { lostPassword, resetPassword } from '../../people/lost-password.ts';
import { peekOneTime } from '../../people/one-time.ts';
import { countAttempts, networkOf } from '../../people/throttle.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import type { PageContext } from '../ui/page-context.ts';

import { mailText, postEmail, postPasswordChanged } from './e-mail.ts';

import { mayWriteTo } from './e-mail-limit.ts';
import { formRoutes, given, problemText } from './forms.ts';
import { lostPasswordPage, newPasswordPage } from './password-page.ts';
import { accountMessage } from './register-page.ts';

/**
 * A lost password: a form that says the same for every address, an e-mail, a form for the new one.
 */
export function passwordRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(app, environment);
  const { database } = people.access;

  get('/account/lost-password', async (exchange) => {
    const email = exchange.signedIn?.account.email ?? '';
    return sendHtml(
      exchange,
      lostPasswordPage(exchange.page, {
        email,
        problem: undefined,
        mail: (key) => mailText(exchange.page, people, key),
      }),
    );
  });

  post('/account/lost-password', async (exchange) => {
    const { page } = exchange;
    const email = given(exchange, 'email').trim();
    await countAttempts(database, [{ kind: 'letter network', key: networkOf(exchange.request.ip) }]);
    // Nobody learns by the time of the answer whether there is such an account.
    environment.later.after(exchange, async () => {
      if (!(await mayWriteTo(database, email))) return;
      for (const { name, email: to, secret } of await lostPassword(database, email, exchange.request.ip))
        postEmail(page, people, to, 'reset', { name }, `/account/new-password?token=${secret}`);
    });
    const text = mailText(page, people, 'account.lost_sent', { email });
    return sendHtml(exchange, accountMessage(page, page.tr.t('account.lost'), text, undefined));
  });

  get('/account/new-password', async (exchange) => {
    const token = exchange.args.get('token') ?? '';
    const name = await nameFor(token);
    if (name === undefined) return sendHtml(exchange, stale(exchange.page), 410);
    return sendHtml(exchange, newPasswordPage(exchange.page, { token, name, problem: undefined }));
  });

  post('/account/new-password', async (exchange) => {
    const token = given(exchange, 'token');
    try {
      const account = await resetPassword(database, token, given(exchange, 'password'), exchange.request.ip);
      if (account === undefined) return sendHtml(exchange, stale(exchange.page), 410);
      people.access.forget({ kind: 'person', id: account.id });
      postPasswordChanged(exchange.page, people, account);
      return exchange.reply.redirect('/account/sign-in?done=password', 303);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      const name = (await nameFor(token)) ?? '';
      return sendHtml(exchange, newPasswordPage(exchange.page, { token, name, problem: text }), status);
    }
  });

  async function nameFor(token: string): Promise<string | undefined> {
    const found = await peekOneTime(database, 'reset', token);
    return found?.person === undefined ? undefined : (await readAccount(database, found.person))?.name;
  }

  const stale = (page: PageContext): string =>
    accountMessage(page, page.tr.t('account.stale_title'), page.tr.t('account.stale'), {
      href: '/account/lost-password',
      label: page.tr.t('account.lost'),
    });
}
