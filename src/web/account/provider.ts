import type { FastifyInstance, FastifyReply } from 'fastify';
import {
  type Identity,
  identitiesOf,
  linkIdentity,
  personOfIdentity,
  unlinkIdentity,
} from '../../people/identities.ts';
import { issueOneTime, peekOneTime, useOneTime } from '../../people/one-time.ts';
import type { Claims } from '../../people/providers.ts';
import { confirmRegistration, registerWith } from '../../people/registration.ts';
import { allRoles } from '../../people/roles.ts';
import { createSession, endSession } from '../../people/sessions.ts';
import { countAttempts, networkOf } from '../../people/throttle.ts';
import type { SignInProvider } from '../../site/site.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendHtml } from '../exchange/reply.ts';
import { isSecure, setSessionCookie } from '../exchange/session-cookie.ts';
import { visitorOf } from '../exchange/visitor.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { readCookie } from '../http/cookies.ts';
import type { PageContext } from '../ui/page-context.ts';
import { mailText, postEmail, refusedText } from './e-mail.ts';
import { actorOf, backOf, doneText, formRoutes, given, problemText, signedInWithSession } from './forms.ts';
import { identitiesPage, linkPage, newcomerPage } from './provider-page.ts';
import { accountMessage } from './register-page.ts';
import { confirmTokenIn, postRegistrationEmail, sendConfirmed } from './registered.ts';
import { tabsOf } from './tabs.ts';

/** Signing in with a provider, and the external accounts that are linked to an account. */
export function providerRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(app, environment);
  const { access, providers, registration, linkBase } = people;
  const { database } = access;
  const mailIn = (page: PageContext) => (key: string) => mailText(page, people, key);

  get('/account/with/:provider', async (exchange) => {
    const provider = providerOf(exchange);
    if (provider === undefined) return exchange.notFound();
    await countAttempts(database, [{ kind: 'provider network', key: networkOf(exchange.request.ip) }]);
    const challenge = await providers.challenge();
    const back = backOf(exchange.args.get('back') ?? '/');
    const data = { provider: provider.code, back, ...challenge };
    const state = await issueOneTime(database, 'provider', { person: undefined, data });
    try {
      const address = await providers.begin(provider, redirectUri(provider), state, challenge);
      exchange.reply.header('set-cookie', stateCookie(exchange, state));
      return exchange.reply.redirect(address.href, 303);
    } catch (error) {
      return sendFailed(exchange, provider, error);
    }
  });

  get('/account/with/:provider/callback', async (exchange) => {
    const provider = providerOf(exchange);
    if (provider === undefined) return exchange.notFound();
    const state = exchange.args.get('state') ?? '';
    // The browser that comes back is the one that went: nobody is signed in by a link that another
    // one sent.
    const own = state !== '' && readCookie(exchange.request.headers.cookie, cookieName(exchange)) === state;
    exchange.reply.header('set-cookie', stateCookie(exchange, ''));
    const begun = own ? await useOneTime(database, 'provider', state) : undefined;
    const { nonce, verifier, back = '/', provider: code } = begun?.data ?? {};
    if (nonce === undefined || verifier === undefined || code !== provider.code)
      return sendFailed(exchange, provider, undefined);
    let claims: Claims;
    try {
      const answer = new URL(`${redirectUri(provider)}?${exchange.args}`);
      claims = await providers.finish(provider, answer, state, { nonce, verifier });
    } catch (error) {
      return sendFailed(exchange, provider, error);
    }
    return arrive(exchange, provider, claims, backOf(back));
  });

  /** Somebody came back with an identity: known here, to be linked, or new. */
  async function arrive(
    exchange: Exchange,
    provider: SignInProvider,
    claims: Claims,
    back: string,
  ): Promise<FastifyReply> {
    const { page, signedIn } = exchange;
    const label = claims.email ?? claims.name ?? claims.subject;
    const identity: Identity = { provider: provider.code, subject: claims.subject, label };
    const known = await personOfIdentity(database, identity);
    const own = signedIn?.session === undefined ? undefined : signedIn.account;
    // One who is signed in need not wait for the e-mail of an account that was never confirmed.
    if (known !== undefined && !(known.state === 'unconfirmed' && own !== undefined)) {
      if (own !== undefined && own.id !== known.id)
        return sendHtml(exchange, message(page, page.tr.t('identity.taken')), 409);
      const token = known.state === 'unconfirmed' ? confirmTokenIn(back) : undefined;
      if (token !== undefined) {
        // Both the e-mail and the way by which the account was made: it is theirs.
        const account = await confirmRegistration(
          database,
          token,
          { person: known.id },
          registration,
          exchange.request.ip,
        );
        if (account !== undefined) return sendConfirmed(exchange, people, account);
      }
      if (known.state !== 'active')
        return sendHtml(exchange, message(page, refusedText(page, people, known.state)), 403);
      if (own === undefined) await signInAs(exchange, known.id);
      return exchange.reply.redirect(back, 303);
    }
    const data = { ...identity, email: claims.email ?? '', name: claims.name ?? '' };
    const waiting = await issueOneTime(database, 'identity', { person: own?.id, data });
    const found = { provider: linkOf(page, provider), label, identity: waiting };
    if (own !== undefined) return sendHtml(exchange, linkPage(page, found));
    return sendHtml(
      exchange,
      newcomerPage(page, {
        ...found,
        ...{ name: claims.name ?? '', email: claims.email, typedEmail: '' },
        ...{ mayRegister: registration !== 'closed', problem: undefined, mail: mailIn(page) },
      }),
    );
  }

  post('/account/with/:provider/link', async (exchange) => {
    const signedIn = signedInWithSession(exchange);
    if (signedIn === undefined) return exchange.reply;
    const { page } = exchange;
    const waiting = await useOneTime(database, 'identity', given(exchange, 'identity'));
    // It waits for the person who was signed in when it came.
    if (waiting === undefined || waiting.person !== signedIn.account.id)
      return sendHtml(exchange, message(page, page.tr.t('account.stale')), 410);
    try {
      await linkIdentity(database, actorOf(exchange), signedIn.account, identityIn(waiting.data));
    } catch (error) {
      const { text, status } = problemText(page, error);
      return sendHtml(exchange, message(page, text), status);
    }
    return exchange.reply.redirect('/account/identities?done=identity_linked', 303);
  });

  post('/account/with/:provider/register', async (exchange) => {
    const provider = providerOf(exchange);
    if (provider === undefined || registration === 'closed') return exchange.notFound();
    const { page } = exchange;
    await countAttempts(database, [{ kind: 'letter network', key: networkOf(exchange.request.ip) }]);
    const secret = given(exchange, 'identity');
    const waiting = await peekOneTime(database, 'identity', secret);
    if (waiting === undefined || waiting.person !== undefined || waiting.data['provider'] !== provider.code)
      return sendHtml(exchange, message(page, page.tr.t('account.stale')), 410);
    const seen = waiting.data['email'] || undefined;
    const [name, email] = [given(exchange, 'name'), seen ?? given(exchange, 'email')];
    const identity = identityIn(waiting.data);
    try {
      const made = await registerWith(database, {
        ...{ name, email, isSeen: seen !== undefined, identity, policy: registration, address: exchange.request.ip },
        roles: allRoles(exchange.snapshot.site, access.peopleRoles()),
      });
      await useOneTime(database, 'identity', secret);
      if (made.letter !== undefined) await postRegistrationEmail(exchange, people, database, made.letter);
      if (made.state === 'active') {
        await signInAs(exchange, made.id);
        return exchange.reply.redirect('/account', 303);
      }
      if (made.state === 'waiting' && page.site.admin !== '')
        postEmail(page, people, page.site.admin, 'waiting', { name, email }, '/admin/people?state=waiting');
      const text =
        made.state === 'waiting'
          ? page.tr.t('account.refused.waiting')
          : mailText(page, people, 'account.email_sent', { email: email.trim() });
      return sendHtml(exchange, message(page, text));
    } catch (error) {
      const { status, ...problem } = problemText(page, error);
      const model = {
        ...{ provider: linkOf(page, provider), label: identity.label, identity: secret, name, email: seen },
        ...{ typedEmail: email, mayRegister: true, problem, mail: mailIn(page) },
      };
      return sendHtml(exchange, newcomerPage(page, model), status);
    }
  });

  get('/account/identities', async (exchange) => {
    return showIdentities(exchange);
  });

  post('/account/identities', async (exchange) => {
    const signedIn = signedInWithSession(exchange);
    if (signedIn === undefined) return exchange.reply;
    try {
      const [provider, subject] = [given(exchange, 'provider'), given(exchange, 'subject')];
      await unlinkIdentity(database, actorOf(exchange), signedIn.account, provider, subject);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return showIdentities(exchange, text, status);
    }
    return exchange.reply.redirect('/account/identities?done=identity_unlinked', 303);
  });

  async function showIdentities(exchange: Exchange, problem?: string, status = 200): Promise<FastifyReply> {
    const signedIn = signedInWithSession(exchange);
    if (signedIn === undefined) return exchange.reply;
    const { page } = exchange;
    const model = {
      tabs: tabsOf(page),
      identities: await identitiesOf(database, signedIn.account.id),
      providers: page.site.signIn.map((provider) => linkOf(page, provider)),
      problem,
      done: doneText(page, exchange.args),
    };
    return sendHtml(exchange, identitiesPage(page, model), status);
  }

  async function signInAs({ request, reply }: Exchange, person: number): Promise<void> {
    const agent = request.headers['user-agent'] ?? '';
    const session = await createSession(database, { person, remember: false, address: request.ip, agent });
    const before = visitorOf(request).session;
    if (before !== undefined) await endSession(database, before);
    setSessionCookie(request, reply, environment.baseUrl, session, false);
  }

  function sendFailed(exchange: Exchange, provider: SignInProvider, error: unknown): FastifyReply {
    // Its words may have what the provider sent; they are for the operator.
    if (error !== undefined)
      exchange.request.log.warn({ provider: provider.code, reason: reasonOf(error) }, 'sign-in with a provider failed');
    const { page } = exchange;
    return sendHtml(
      exchange,
      message(page, page.tr.t('identity.failed', { provider: linkOf(page, provider).name })),
      502,
    );
  }

  const redirectUri = ({ code }: SignInProvider): string => `${linkBase()}/account/with/${code}/callback`;
  const cookieName = ({ request }: Exchange): string =>
    isSecure(request, environment.baseUrl) ? '__Host-reperio-with' : 'reperio-with';
  const stateCookie = (exchange: Exchange, state: string): string =>
    `${cookieName(exchange)}=${state}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${state === '' ? 0 : 900}${isSecure(exchange.request, environment.baseUrl) ? '; Secure' : ''}`;
}

function providerOf({ page, param }: Exchange): SignInProvider | undefined {
  return page.site.signIn.find(({ code }) => code === param('provider'));
}

function linkOf({ tr }: PageContext, { code, names }: SignInProvider) {
  return { code, name: tr.nameOf(names, code) };
}

function identityIn(data: Readonly<Record<string, string>>): Identity {
  return { provider: data['provider'] ?? '', subject: data['subject'] ?? '', label: data['label'] ?? '' };
}

function message(page: PageContext, text: string): string {
  return accountMessage(page, page.tr.t('account.sign_in'), text, {
    href: '/account/sign-in',
    label: page.tr.t('account.sign_in'),
  });
}

/** The name of what went wrong, without what was in the answer. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error && typeof error.code === 'string' ? `${error.name} ${error.code}` : error.name;
}
