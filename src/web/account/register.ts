import type { FastifyInstance, FastifyReply } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { readAccount } from '../../people/account.ts';
import { accessErrors } from '../../people/errors.ts';
import { identitiesOf } from '../../people/identities.ts';
import { peekOneTime } from '../../people/one-time.ts';
import { confirmRegistration, register } from '../../people/registration.ts';
import { allRoles } from '../../people/roles.ts';
import { countAttempts, networkOf } from '../../people/throttle.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { mailText } from './e-mail.ts';
import { beginForm, given, problemText, sendForm } from './forms.ts';
import { providerAddress } from './provider-page.ts';
import { accountMessage, confirmRegistrationPage, registerPage } from './register-page.ts';
import { confirmAddress, postRegistrationEmail, sendConfirmed } from './registered.ts';

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
      await postRegistrationEmail(exchange, people, database, letter);
      return sendForm(
        exchange,
        reply,
        accountMessage(
          page,
          page.tr.t('account.register'),
          mailText(page, people, 'account.letter_sent', { email: email.trim() }),
          undefined,
        ),
      );
    } catch (error) {
      const { status, ...problem } = problemText(page, error);
      return sendForm(exchange, reply, registerPage(page, { name, email, policy, problem }), status);
    }
  });

  app.get('/account/confirm', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    return askWhoItIs(exchange, reply, exchange.args.get('token') ?? '');
  });

  app.post('/account/confirm', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const token = given(request, 'token');
    try {
      const proof = { password: given(request, 'password') };
      const account = await confirmRegistration(database, token, proof, policy, request.ip);
      if (account === undefined) return sendForm(exchange, reply, stale(exchange.page), 410);
      return sendConfirmed(exchange, reply, people, account);
    } catch (error) {
      const isWrong = error instanceof UserError && error.code === accessErrors.passwordAgain.code;
      const { text, status } = problemText(exchange.page, error);
      return askWhoItIs(
        exchange,
        reply,
        token,
        isWrong ? exchange.page.tr.t('account.confirm_wrong') : text,
        isWrong ? 422 : status,
      );
    }
  });

  /**
   * Whoever reads the letter has the address; what was typed at registration, or the way by which it was made, shows
   * that the account is theirs.
   */
  async function askWhoItIs(exchange: Exchange, reply: FastifyReply, token: string, problem?: string, status = 200) {
    const { page } = exchange;
    const found = await peekOneTime(database, 'confirm', token);
    const account = found?.person === undefined ? undefined : await readAccount(database, found.person);
    if (account === undefined) return sendForm(exchange, reply, stale(page), 410);
    const identities = account.hasPassword ? [] : await identitiesOf(database, account.id);
    const back = `${confirmAddress}?${new URLSearchParams({ token })}`;
    const elsewhere = page.site.signIn
      .filter(({ code }) => identities.some(({ provider }) => provider === code))
      .map(({ code, names }) => ({ name: page.tr.nameOf(names, code), href: providerAddress(code, back) }));
    const { name, email, hasPassword } = account;
    return sendForm(
      exchange,
      reply,
      confirmRegistrationPage(page, { token, name, email, hasPassword, elsewhere, problem }),
      status,
    );
  }

  const stale = (page: Parameters<typeof accountMessage>[0]): string =>
    accountMessage(page, page.tr.t('account.stale_title'), page.tr.t('account.stale'), {
      href: '/account/register',
      label: page.tr.t('account.register'),
    });
}
