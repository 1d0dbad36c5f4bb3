import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
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
import { isSecure, setSessionCookie } from '../exchange/session-cookie.ts';
import { visitorOf } from '../exchange/visitor.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { readCookie } from '../http/cookies.ts';
import type { PageContext } from '../ui/page-context.ts';
import { mailText, postEmail } from './e-mail.ts';
import { actorOf, backOf, beginForm, doneText, given, problemText, sendForm, signedInWithSession } from './forms.ts';
import { identitiesPage, linkPage, newcomerPage } from './provider-page.ts';
import { accountMessage } from './register-page.ts';
import { confirmTokenIn, postRegistrationEmail, sendConfirmed } from './registered.ts';
import { tabsOf } from './tabs.ts';

interface ProviderParams {
  readonly Params: { readonly provider: string };
}
type ProviderRequest = FastifyRequest<ProviderParams>;

/** Signing in elsewhere, and what of elsewhere is linked to an account. */
export function providerRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { access, providers, registration, linkBase } = people;
  const { database } = access;

  app.get<ProviderParams>('/account/with/:provider', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const provider = providerOf(exchange, request);
    if (provider === undefined) return reply.callNotFound();
    await countAttempts(database, [{ kind: 'provider network', key: networkOf(request.ip) }]);
    const challenge = await providers.challenge();
    const back = backOf(exchange.args.get('back') ?? '/');
    const data = { provider: provider.code, back, ...challenge };
    const state = await issueOneTime(database, 'provider', { person: undefined, data });
    try {
      const address = await providers.begin(provider, redirectUri(provider), state, challenge);
      reply.header('set-cookie', stateCookie(request, state));
      return reply.redirect(address.href, 303);
    } catch (error) {
      return sendFailed(exchange, request, reply, provider, error);
    }
  });

  app.get<ProviderParams>('/account/with/:provider/callback', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const provider = providerOf(exchange, request);
    if (provider === undefined) return reply.callNotFound();
    const state = exchange.args.get('state') ?? '';
    // The browser that comes back is the one that went: nobody is signed in by a link that another one sent.
    const own = state !== '' && readCookie(request.headers.cookie, cookieName(request)) === state;
    reply.header('set-cookie', stateCookie(request, ''));
    const begun = own ? await useOneTime(database, 'provider', state) : undefined;
    const { nonce, verifier, back = '/', provider: code } = begun?.data ?? {};
    if (nonce === undefined || verifier === undefined || code !== provider.code)
      return sendFailed(exchange, request, reply, provider, undefined);
    let claims: Claims;
    try {
      const answer = new URL(`${redirectUri(provider)}?${exchange.args}`);
      claims = await providers.finish(provider, answer, state, { nonce, verifier });
    } catch (error) {
      return sendFailed(exchange, request, reply, provider, error);
    }
    return arrive(exchange, request, reply, provider, claims, backOf(back));
  });

  /** Somebody came back with an identity: known here, to be linked, or new. */
  async function arrive(
    exchange: Exchange,
    request: FastifyRequest,
    reply: FastifyReply,
    provider: SignInProvider,
    claims: Claims,
    back: string,
  ): Promise<FastifyReply> {
    const { page, signedIn } = exchange;
    const label = claims.email ?? claims.name ?? claims.subject;
    const identity: Identity = { provider: provider.code, subject: claims.subject, label };
    const known = await personOfIdentity(database, identity);
    const own = signedIn?.session === undefined ? undefined : signedIn.account;
    // One who is signed in need not wait for the letter of an account that was never confirmed.
    if (known !== undefined && !(known.state === 'unconfirmed' && own !== undefined)) {
      if (own !== undefined && own.id !== known.id)
        return sendForm(exchange, reply, message(page, page.tr.t('identity.taken')), 409);
      const token = known.state === 'unconfirmed' ? confirmTokenIn(back) : undefined;
      if (token !== undefined) {
        // Both the letter and the way by which the account was made: it is theirs.
        const account = await confirmRegistration(database, token, { person: known.id }, registration, request.ip);
        if (account !== undefined) return sendConfirmed(exchange, reply, people, account);
      }
      if (known.state !== 'active')
        return sendForm(exchange, reply, message(page, page.tr.t(`account.refused.${known.state}`)), 403);
      if (own === undefined) await signInAs(request, reply, known.id);
      return reply.redirect(back, 303);
    }
    const data = { ...identity, email: claims.email ?? '', name: claims.name ?? '' };
    const waiting = await issueOneTime(database, 'identity', { person: own?.id, data });
    const found = { provider: linkOf(page, provider), label, identity: waiting };
    if (own !== undefined) return sendForm(exchange, reply, linkPage(page, found));
    return sendForm(
      exchange,
      reply,
      newcomerPage(page, {
        ...found,
        ...{ name: claims.name ?? '', email: claims.email, typedEmail: '' },
        ...{ mayRegister: registration !== 'closed', problem: undefined },
      }),
    );
  }

  app.post<ProviderParams>('/account/with/:provider/link', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const signedIn = signedInWithSession(exchange, reply);
    if (signedIn === undefined) return reply;
    const { page } = exchange;
    const waiting = await useOneTime(database, 'identity', given(request, 'identity'));
    // It waits for the person who was signed in when it came.
    if (waiting === undefined || waiting.person !== signedIn.account.id)
      return sendForm(exchange, reply, message(page, page.tr.t('account.stale')), 410);
    try {
      await linkIdentity(database, actorOf(exchange, request), signedIn.account, identityIn(waiting.data));
    } catch (error) {
      const { text, status } = problemText(page, error);
      return sendForm(exchange, reply, message(page, text), status);
    }
    return reply.redirect('/account/identities?done=identity_linked', 303);
  });

  app.post<ProviderParams>('/account/with/:provider/register', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const provider = providerOf(exchange, request);
    if (provider === undefined || registration === 'closed') return reply.callNotFound();
    const { page } = exchange;
    await countAttempts(database, [{ kind: 'letter network', key: networkOf(request.ip) }]);
    const secret = given(request, 'identity');
    const waiting = await peekOneTime(database, 'identity', secret);
    if (waiting === undefined || waiting.person !== undefined || waiting.data['provider'] !== provider.code)
      return sendForm(exchange, reply, message(page, page.tr.t('account.stale')), 410);
    const seen = waiting.data['email'] || undefined;
    const [name, email] = [given(request, 'name'), seen ?? given(request, 'email')];
    const identity = identityIn(waiting.data);
    try {
      const made = await registerWith(database, {
        ...{ name, email, isSeen: seen !== undefined, identity, policy: registration, address: request.ip },
        roles: allRoles(exchange.snapshot.site, access.peopleRoles()),
      });
      await useOneTime(database, 'identity', secret);
      if (made.letter !== undefined) await postRegistrationEmail(exchange, people, database, made.letter);
      if (made.state === 'active') {
        await signInAs(request, reply, made.id);
        return reply.redirect('/account', 303);
      }
      if (made.state === 'waiting' && page.site.admin !== '')
        postEmail(page, people, page.site.admin, 'waiting', { name, email }, '/admin/people?state=waiting');
      const text =
        made.state === 'waiting'
          ? page.tr.t('account.refused.waiting')
          : mailText(page, people, 'account.letter_sent', { email: email.trim() });
      return sendForm(exchange, reply, message(page, text));
    } catch (error) {
      const { status, ...problem } = problemText(page, error);
      const model = {
        ...{ provider: linkOf(page, provider), label: identity.label, identity: secret, name, email: seen },
        ...{ typedEmail: email, mayRegister: true, problem },
      };
      return sendForm(exchange, reply, newcomerPage(page, model), status);
    }
  });

  app.get('/account/identities', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    return showIdentities(exchange, reply);
  });

  app.post('/account/identities', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const signedIn = signedInWithSession(exchange, reply);
    if (signedIn === undefined) return reply;
    try {
      const [provider, subject] = [given(request, 'provider'), given(request, 'subject')];
      await unlinkIdentity(database, actorOf(exchange, request), signedIn.account, provider, subject);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return showIdentities(exchange, reply, text, status);
    }
    return reply.redirect('/account/identities?done=identity_unlinked', 303);
  });

  async function showIdentities(
    exchange: Exchange,
    reply: FastifyReply,
    problem?: string,
    status = 200,
  ): Promise<FastifyReply> {
    const signedIn = signedInWithSession(exchange, reply);
    if (signedIn === undefined) return reply;
    const { page } = exchange;
    const model = {
      tabs: tabsOf(page),
      identities: await identitiesOf(database, signedIn.account.id),
      providers: page.site.signIn.map((provider) => linkOf(page, provider)),
      problem,
      done: doneText(page, exchange.args),
    };
    return sendForm(exchange, reply, identitiesPage(page, model), status);
  }

  async function signInAs(request: FastifyRequest, reply: FastifyReply, person: number): Promise<void> {
    const agent = request.headers['user-agent'] ?? '';
    const session = await createSession(database, { person, remember: false, address: request.ip, agent });
    const before = visitorOf(request).session;
    if (before !== undefined) await endSession(database, before);
    setSessionCookie(request, reply, environment.baseUrl, session, false);
  }

  function sendFailed(
    exchange: Exchange,
    request: FastifyRequest,
    reply: FastifyReply,
    provider: SignInProvider,
    error: unknown,
  ): FastifyReply {
    // Its words may have what the provider sent; they are for the operator.
    if (error !== undefined)
      request.log.warn({ provider: provider.code, reason: reasonOf(error) }, 'sign-in elsewhere failed');
    const { page } = exchange;
    return sendForm(
      exchange,
      reply,
      message(page, page.tr.t('identity.failed', { provider: linkOf(page, provider).name })),
      502,
    );
  }

  const redirectUri = ({ code }: SignInProvider): string => `${linkBase()}/account/with/${code}/callback`;
  const cookieName = (request: FastifyRequest): string =>
    isSecure(request, environment.baseUrl) ? '__Host-reperio-with' : 'reperio-with';
  const stateCookie = (request: FastifyRequest, state: string): string =>
    `${cookieName(request)}=${state}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${state === '' ? 0 : 900}${isSecure(request, environment.baseUrl) ? '; Secure' : ''}`;
}

function providerOf({ page }: Exchange, request: ProviderRequest): SignInProvider | undefined {
  return page.site.signIn.find(({ code }) => code === request.params.provider);
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
