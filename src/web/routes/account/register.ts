import type { FastifyInstance } from 'fastify';
import { peekOneTime } from '../../../access/one-time.ts';
import { confirmRegistration, register } from '../../../access/registration.ts';
import { allRoles } from '../../../access/roles.ts';
import { countAttempts, networkOf } from '../../../access/throttle.ts';
import type { WebEnvironment } from '../../environment.ts';
import { postLetter } from '../../letters.ts';
import { accountMessage, confirmPage, registerPage } from '../../pages/account/register.ts';
import type { WebPeople } from '../../people.ts';
import { mayWriteTo } from './letter-limit.ts';
import { beginForm, given, problemText, sendForm } from './shared.ts';

/** Making an account: a form, a letter, a button. */
export function registerRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const policy = people.registration;
  const { database } = people.access;

  app.get('/account/register', async (request, reply) => {
    if (policy === 'closed') return reply.callNotFound();
    const exchange = beginForm(environment, request, reply);
    return sendForm(exchange, reply, registerPage(exchange.page, { name: '', email: '', policy, problem: undefined }));
  });

  app.post('/account/register', async (request, reply) => {
    if (policy === 'closed') return reply.callNotFound();
    const exchange = beginForm(environment, request, reply);
    const { page } = exchange;
    const [name, email] = [given(request, 'name'), given(request, 'email')];
    await countAttempts(database, [{ kind: 'letter network', key: networkOf(request.ip) }]);
    try {
      const letter = await register(database, {
        name,
        email,
        password: given(request, 'password'),
        address: request.ip,
        roles: allRoles(exchange.snapshot.site, people.access.peopleRoles()),
      });
      if (await mayWriteTo(database, letter.email)) {
        if (letter.kind === 'known')
          postLetter(page, people, letter.email, 'known', { name: letter.name }, '/account/lost-password');
        else
          postLetter(
            page,
            people,
            letter.email,
            'confirm',
            { name: letter.name },
            `/account/confirm?token=${letter.secret}`,
          );
      }
      return sendForm(
        exchange,
        reply,
        accountMessage(
          page,
          page.tr.t('account.register'),
          page.tr.t('account.letter_sent', { email: email.trim() }),
          undefined,
        ),
      );
    } catch (error) {
      const { text, status } = problemText(page, error);
      return sendForm(exchange, reply, registerPage(page, { name, email, policy, problem: text }), status);
    }
  });

  app.get('/account/confirm', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const token = exchange.args.get('token') ?? '';
    const found = await peekOneTime(database, 'confirm', token);
    if (found === undefined) return sendForm(exchange, reply, stale(exchange.page), 410);
    return sendForm(
      exchange,
      reply,
      confirmPage(exchange.page, { action: '/account/confirm', token, kind: 'registration' }),
    );
  });

  app.post('/account/confirm', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const { page } = exchange;
    const account = await confirmRegistration(database, given(request, 'token'), policy, request.ip);
    if (account === undefined) return sendForm(exchange, reply, stale(page), 410);
    if (account.state === 'active') return reply.redirect('/account/sign-in?done=confirmed', 303);
    if (page.site.admin !== '')
      postLetter(
        page,
        people,
        page.site.admin,
        'waiting',
        { name: account.name, email: account.email },
        '/admin/people?state=waiting',
      );
    return sendForm(
      exchange,
      reply,
      accountMessage(page, page.tr.t('account.register'), page.tr.t('account.refused.waiting'), undefined),
    );
  });

  const stale = (page: Parameters<typeof accountMessage>[0]): string =>
    accountMessage(page, page.tr.t('account.stale_title'), page.tr.t('account.stale'), {
      href: '/account/register',
      label: page.tr.t('account.register'),
    });
}
