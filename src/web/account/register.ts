import type { FastifyInstance } from 'fastify';
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
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import type { PageContext } from '../ui/page-context.ts';
import { mailText } from './e-mail.ts';
import { formRoutes, given, problemText } from './forms.ts';
import { providerAddress } from './provider-page.ts';
import { accountMessage, confirmRegistrationPage, registerPage } from './register-page.ts';
import { confirmAddress, postRegistrationEmail, sendConfirmed } from './registered.ts';

/** Making an account: a form, an e-mail, a button. */
export function registerRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(app, environment);
  const policy = people.registration;
  const { database } = people.access;
  const mailIn = (page: PageContext) => (key: string) => mailText(page, people, key);

  get('/account/register', async (exchange) => {
    if (policy === 'closed') return exchange.notFound();
    return sendHtml(
      exchange,
      registerPage(exchange.page, { name: '', email: '', policy, problem: undefined, mail: mailIn(exchange.page) }),
    );
  });

  post('/account/register', async (exchange) => {
    if (policy === 'closed') return exchange.notFound();
    const { page } = exchange;
    const [name, email] = [given(exchange, 'name'), given(exchange, 'email')];
    await countAttempts(database, [{ kind: 'letter network', key: networkOf(exchange.request.ip) }]);
    try {
      const letter = await register(database, {
        name,
        email,
        password: given(exchange, 'password'),
        address: exchange.request.ip,
        roles: allRoles(exchange.snapshot.site, people.access.peopleRoles()),
      });
      await postRegistrationEmail(exchange, people, database, letter);
      return sendHtml(
        exchange,
        accountMessage(
          page,
          page.tr.t('account.register'),
          mailText(page, people, 'account.email_sent', { email: email.trim() }),
          undefined,
        ),
      );
    } catch (error) {
      const { status, ...problem } = problemText(page, error);
      return sendHtml(exchange, registerPage(page, { name, email, policy, problem, mail: mailIn(page) }), status);
    }
  });

  get('/account/confirm', async (exchange) => {
    return askWhoItIs(exchange, exchange.args.get('token') ?? '');
  });

  post('/account/confirm', async (exchange) => {
    const token = given(exchange, 'token');
    try {
      const proof = { password: given(exchange, 'password') };
      const account = await confirmRegistration(database, token, proof, policy, exchange.request.ip);
      if (account === undefined) return sendHtml(exchange, stale(exchange.page), 410);
      return sendConfirmed(exchange, people, account);
    } catch (error) {
      const isWrong = error instanceof UserError && error.code === accessErrors.passwordAgain.code;
      const { text, status } = problemText(exchange.page, error);
      return askWhoItIs(
        exchange,
        token,
        isWrong ? exchange.page.tr.t('account.confirm_wrong') : text,
        isWrong ? 422 : status,
      );
    }
  });

  /**
   * Whoever reads the e-mail has the address; what was typed at registration, or the way by which
   * it was made, shows that the account is theirs.
   */
  async function askWhoItIs(exchange: Exchange, token: string, problem?: string, status = 200) {
    const { page } = exchange;
    const found = await peekOneTime(database, 'confirm', token);
    const account = found?.person === undefined ? undefined : await readAccount(database, found.person);
    if (account === undefined) return sendHtml(exchange, stale(page), 410);
    const identities = account.hasPassword ? [] : await identitiesOf(database, account.id);
    const back = `${confirmAddress}?${new URLSearchParams({ token })}`;
    const elsewhere = page.site.signIn
      .filter(({ code }) => identities.some(({ provider }) => provider === code))
      .map(({ code, names }) => ({ name: page.tr.nameOf(names, code), href: providerAddress(code, back) }));
    const { name, email, hasPassword } = account;
    return sendHtml(
      exchange,
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
