import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { SignedIn } from '../../people/access.ts';
import type { Preferences } from '../../people/account.ts';
import { peekOneTime } from '../../people/one-time.ts';
import { setPassword } from '../../people/people.ts';
import { askForEmail, confirmEmail, requirePassword, savePreferences } from '../../people/profile.ts';
import { createSession, endSessions } from '../../people/sessions.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { setSessionCookie } from '../exchange/session-cookie.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { preferenceCookie } from '../http/cookies.ts';
import { mailText, postEmail } from './e-mail.ts';
import { mayWriteTo } from './e-mail-limit.ts';
import { actorOf, beginForm, doneText, given, problemText, sendForm, signedInWithSession } from './forms.ts';
import { pageSizes, profilePage } from './profile-page.ts';
import { accountMessage, confirmEmailPage } from './register-page.ts';
import { tabsOf } from './tabs.ts';

/** Who one is here, what one likes, password and address. */
export function profileRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { access } = people;
  const { database } = access;

  const send = (exchange: Exchange, reply: FastifyReply, { account }: SignedIn, problem?: string, status = 200) =>
    sendForm(
      exchange,
      reply,
      profilePage(exchange.page, {
        account,
        tabs: tabsOf(exchange.page),
        roles: exchange.person.roles,
        problem,
        done: doneText(exchange.page, exchange.args),
      }),
      status,
    );

  app.get('/account', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const signedIn = signedInWithSession(exchange, reply);
    return signedIn === undefined ? reply : send(exchange, reply, signedIn);
  });

  app.post('/account/preferences', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const signedIn = signedInWithSession(exchange, reply);
    if (signedIn === undefined) return reply;
    const preferences = preferencesOf(request, exchange.page.languages);
    await savePreferences(database, signedIn.account.id, preferences);
    access.forget({ kind: 'person', id: signedIn.account.id });
    // What the browser remembers would go before.
    reply.header('set-cookie', preferenceCookie('ln', preferences.language ?? ''));
    reply.header('set-cookie', preferenceCookie('theme', preferences.theme ?? ''));
    return reply.redirect('/account?done=saved', 303);
  });

  app.post('/account/password', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const signedIn = signedInWithSession(exchange, reply);
    if (signedIn === undefined) return reply;
    const { account } = signedIn;
    try {
      await requirePassword(database, account.id, given(request, 'current'));
      await setPassword(database, actorOf(exchange, request), account, given(request, 'password'));
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return send(exchange, reply, signedIn, text, status);
    }
    postEmail(
      exchange.page,
      people,
      account.email,
      'password_changed',
      { name: account.name },
      '/account/lost-password',
    );
    await newSession(request, reply, account.id);
    return reply.redirect('/account?done=password_set', 303);
  });

  app.post('/account/email', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const signedIn = signedInWithSession(exchange, reply);
    if (signedIn === undefined) return reply;
    const { account } = signedIn;
    const { page } = exchange;
    try {
      await requirePassword(database, account.id, given(request, 'current-for-email'));
      const { email, secret } = await askForEmail(database, account, given(request, 'email'));
      const mayWrite = await mayWriteTo(database, email);
      if (secret !== undefined && mayWrite)
        postEmail(page, people, email, 'email', { name: account.name }, `/account/email?token=${secret}`);
      const text = mailText(page, people, 'account.letter_sent', { email });
      return sendForm(
        exchange,
        reply,
        accountMessage(page, page.tr.t('account.new_email'), text, { href: '/account', label: account.name }),
      );
    } catch (error) {
      const { text, status } = problemText(page, error);
      return send(exchange, reply, signedIn, text, status);
    }
  });

  app.get('/account/email', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const signedIn = signedInWithSession(exchange, reply);
    if (signedIn === undefined) return reply;
    const token = exchange.args.get('token') ?? '';
    const asked = await peekOneTime(database, 'email', token);
    if (asked === undefined || asked.person !== signedIn.account.id) return sendStale(exchange, reply);
    return sendForm(exchange, reply, confirmEmailPage(exchange.page, token));
  });

  app.post('/account/email/confirm', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const signedIn = signedInWithSession(exchange, reply);
    if (signedIn === undefined) return reply;
    const { page } = exchange;
    const { id, name } = signedIn.account;
    try {
      const changed = await confirmEmail(
        database,
        actorOf(exchange, request),
        signedIn.account,
        given(request, 'token'),
      );
      if (changed === undefined) return sendStale(exchange, reply);
      const { before, email } = changed;
      access.forget({ kind: 'person', id });
      // Who did not want it hears of it where they can still read it.
      postEmail(page, people, before, 'email_changed', { name, email });
      return sendForm(
        exchange,
        reply,
        accountMessage(page, page.tr.t('account.new_email'), page.tr.t('account.email_changed', { email }), {
          href: '/account',
          label: name,
        }),
      );
    } catch (error) {
      const { text, status } = problemText(page, error);
      return sendForm(exchange, reply, accountMessage(page, page.tr.t('account.new_email'), text, undefined), status);
    }
  });

  function sendStale(exchange: Exchange, reply: FastifyReply): FastifyReply {
    const { page } = exchange;
    const text = accountMessage(page, page.tr.t('account.stale_title'), page.tr.t('account.stale_email'), {
      href: '/account',
      label: page.tr.t('account.tab.profile'),
    });
    return sendForm(exchange, reply, text, 410);
  }

  /** Privileges changed hands: whoever knew the session of before knows nothing. */
  async function newSession(request: FastifyRequest, reply: FastifyReply, person: number): Promise<void> {
    const agent = request.headers['user-agent'] ?? '';
    await endSessions(database, person, { except: undefined });
    access.forget({ kind: 'person', id: person });
    const session = await createSession(database, { person, remember: false, address: request.ip, agent });
    setSessionCookie(request, reply, environment.baseUrl, session, false);
  }
}

function preferencesOf(request: FastifyRequest, languages: readonly string[]): Preferences {
  const language = languages.find((one) => one === given(request, 'language'));
  const theme = (['light', 'dark'] as const).find((one) => one === given(request, 'theme'));
  const size = pageSizes.find((one) => String(one) === given(request, 'size'));
  return { ...(language && { language }), ...(theme && { theme }), ...(size && { size }) };
}
