import type { FastifyInstance } from 'fastify';
import { readAccount } from '../../people/account.ts';
import { lostPassword, resetPassword } from '../../people/lost-password.ts';
import { peekOneTime } from '../../people/one-time.ts';
import { countAttempts, networkOf } from '../../people/throttle.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import type { PageContext } from '../ui/page-context.ts';
import { mailText, postEmail } from './e-mail.ts';
import { mayWriteTo } from './e-mail-limit.ts';
import { beginForm, given, problemText, sendForm } from './forms.ts';
import { lostPasswordPage, newPasswordPage } from './password-page.ts';
import { accountMessage } from './register-page.ts';

/** A lost password: a form that says the same for every address, a letter, a form for the new one. */
export function passwordRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { database } = people.access;

  app.get('/account/lost-password', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const email = exchange.signedIn?.account.email ?? '';
    return sendForm(exchange, reply, lostPasswordPage(exchange.page, { email, problem: undefined }));
  });

  app.post('/account/lost-password', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const { page } = exchange;
    const email = given(request, 'email').trim();
    await countAttempts(database, [{ kind: 'letter network', key: networkOf(request.ip) }]);
    // Nobody learns by the time of the answer whether there is such an account.
    environment.later.after(request, reply, async () => {
      if (!(await mayWriteTo(database, email))) return;
      for (const { name, email: to, secret } of await lostPassword(database, email, request.ip))
        postEmail(page, people, to, 'reset', { name }, `/account/new-password?token=${secret}`);
    });
    const text = mailText(page, people, 'account.lost_sent', { email });
    return sendForm(exchange, reply, accountMessage(page, page.tr.t('account.lost'), text, undefined));
  });

  app.get('/account/new-password', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const token = exchange.args.get('token') ?? '';
    const name = await nameFor(token);
    if (name === undefined) return sendForm(exchange, reply, stale(exchange.page), 410);
    return sendForm(exchange, reply, newPasswordPage(exchange.page, { token, name, problem: undefined }));
  });

  app.post('/account/new-password', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const token = given(request, 'token');
    try {
      const account = await resetPassword(database, token, given(request, 'password'), request.ip);
      if (account === undefined) return sendForm(exchange, reply, stale(exchange.page), 410);
      people.access.forget({ kind: 'person', id: account.id });
      postEmail(
        exchange.page,
        people,
        account.email,
        'password_changed',
        { name: account.name },
        '/account/lost-password',
      );
      return reply.redirect('/account/sign-in?done=password', 303);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      const name = (await nameFor(token)) ?? '';
      return sendForm(exchange, reply, newPasswordPage(exchange.page, { token, name, problem: text }), status);
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
