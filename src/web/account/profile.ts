import type { FastifyInstance, FastifyReply } from 'fastify';
import type { SignedIn } from '../../people/access.ts';
import type { Preferences } from '../../people/account.ts';
import { peekOneTime } from '../../people/one-time.ts';
import { setPassword } from '../../people/people.ts';
import { askForEmail, confirmEmail, requirePassword, savePreferences } from '../../people/profile.ts';
import { createSession, endSessions } from '../../people/sessions.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendHtml } from '../exchange/reply.ts';
import { setSessionCookie } from '../exchange/session-cookie.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { preferenceCookie } from '../http/cookies.ts';

import { mailText, postEmail, postPasswordChanged } from './e-mail.ts';

import { mayWriteTo } from './e-mail-limit.ts';
import { actorOf, doneText, formRoutes, given, problemText, signedInWithSession } from './forms.ts';
import { pageSizes, profilePage } from './profile-page.ts';
import { accountMessage, confirmEmailPage } from './register-page.ts';
import { tabsOf } from './tabs.ts';

/** Who one is here, what one likes, password and address. */
export function profileRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(app, environment);
  const { access } = people;
  const { database } = access;

  const send = (exchange: Exchange, { account }: SignedIn, problem?: string, status = 200) =>
    sendHtml(
      exchange,
      profilePage(exchange.page, {
        account,
        tabs: tabsOf(exchange.page),
        roles: exchange.person.roles,
        problem,
        done: doneText(exchange.page, exchange.args),
        mail: (key) => mailText(exchange.page, people, key),
      }),
      status,
    );

  get('/account', async (exchange) => {
    const signedIn = signedInWithSession(exchange);
    return signedIn === undefined ? exchange.reply : send(exchange, signedIn);
  });

  post('/account/preferences', async (exchange) => {
    const signedIn = signedInWithSession(exchange);
    if (signedIn === undefined) return exchange.reply;
    const preferences = preferencesOf(exchange, exchange.page.languages);
    await savePreferences(database, signedIn.account.id, preferences);
    access.forget({ kind: 'person', id: signedIn.account.id });
    // What the browser remembers would go before.
    exchange.reply.header('set-cookie', preferenceCookie('ln', preferences.language ?? ''));
    exchange.reply.header('set-cookie', preferenceCookie('theme', preferences.theme ?? ''));
    return exchange.reply.redirect('/account?done=saved', 303);
  });

  post('/account/password', async (exchange) => {
    const signedIn = signedInWithSession(exchange);
    if (signedIn === undefined) return exchange.reply;
    const { account } = signedIn;
    try {
      await requirePassword(database, account.id, given(exchange, 'current'));
      await setPassword(database, actorOf(exchange), account, given(exchange, 'password'));
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return send(exchange, signedIn, text, status);
    }
    postPasswordChanged(exchange.page, people, account);
    await newSession(exchange, account.id);
    return exchange.reply.redirect('/account?done=password_set', 303);
  });

  post('/account/email', async (exchange) => {
    const signedIn = signedInWithSession(exchange);
    if (signedIn === undefined) return exchange.reply;
    const { account } = signedIn;
    const { page } = exchange;
    try {
      await requirePassword(database, account.id, given(exchange, 'current-for-email'));
      const { email, secret } = await askForEmail(database, account, given(exchange, 'email'));
      const mayWrite = await mayWriteTo(database, email);
      if (secret !== undefined && mayWrite)
        postEmail(page, people, email, 'email', { name: account.name }, `/account/email?token=${secret}`);
      const text = mailText(page, people, 'account.email_sent', { email });
      return sendHtml(
        exchange,
        accountMessage(page, page.tr.t('account.new_email'), text, { href: '/account', label: account.name }),
      );
    } catch (error) {
      const { text, status } = problemText(page, error);
      return send(exchange, signedIn, text, status);
    }
  });

  get('/account/email', async (exchange) => {
    const signedIn = signedInWithSession(exchange);
    if (signedIn === undefined) return exchange.reply;
    const token = exchange.args.get('token') ?? '';
    const asked = await peekOneTime(database, 'email', token);
    if (asked === undefined || asked.person !== signedIn.account.id) return sendStale(exchange);
    return sendHtml(exchange, confirmEmailPage(exchange.page, token));
  });

  post('/account/email/confirm', async (exchange) => {
    const signedIn = signedInWithSession(exchange);
    if (signedIn === undefined) return exchange.reply;
    const { page } = exchange;
    const { id, name } = signedIn.account;
    try {
      const changed = await confirmEmail(database, actorOf(exchange), signedIn.account, given(exchange, 'token'));
      if (changed === undefined) return sendStale(exchange);
      const { before, email } = changed;
      access.forget({ kind: 'person', id });
      // Who did not want it hears of it where they can still read it.
      postEmail(page, people, before, 'email_changed', { name, email });
      return sendHtml(
        exchange,
        accountMessage(page, page.tr.t('account.new_email'), page.tr.t('account.email_changed', { email }), {
          href: '/account',
          label: name,
        }),
      );
    } catch (error) {
      const { text, status } = problemText(page, error);
      return sendHtml(exchange, accountMessage(page, page.tr.t('account.new_email'), text, undefined), status);
    }
  });

  function sendStale(exchange: Exchange): FastifyReply {
    const { page } = exchange;
    const text = accountMessage(page, page.tr.t('account.stale_title'), page.tr.t('account.stale_email'), {
      href: '/account',
      label: page.tr.t('account.tab.profile'),
    });
    return sendHtml(exchange, text, 410);
  }

  /** Privileges changed hands: whoever knew the session of before knows nothing. */
  async function newSession({ request, reply }: Exchange, person: number): Promise<void> {
    const agent = request.headers['user-agent'] ?? '';
    await endSessions(database, person, { except: undefined });
    access.forget({ kind: 'person', id: person });
    const session = await createSession(database, { person, remember: false, address: request.ip, agent });
    setSessionCookie(request, reply, environment.baseUrl, session, false);
  }
}

function preferencesOf(exchange: Exchange, languages: readonly string[]): Preferences {
  const language = languages.find((one) => one === given(exchange, 'language'));
  const theme = (['light', 'dark'] as const).find((one) => one === given(exchange, 'theme'));
  const size = pageSizes.find((one) => String(one) === given(exchange, 'size'));
  return { ...(language && { language }), ...(theme && { theme }), ...(size && { size }) };
}
