import type { FastifyInstance } from 'fastify';
import { secretHash } from '../../people/secrets.ts';
import { endSession } from '../../people/sessions.ts';
import { signIn } from '../../people/sign-in.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendHtml } from '../exchange/reply.ts';
import { clearSessionCookie, setSessionCookie } from '../exchange/session-cookie.ts';
import { visitorOf } from '../exchange/visitor.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { refusedText } from './e-mail.ts';
import { backOf, doneText, formRoutes, given } from './forms.ts';
import { providerAddress } from './provider-page.ts';
import { type SignInModel, signInPage } from './sign-in-page.ts';

export function signInRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(app, environment);
  const { baseUrl } = environment;
  const { database } = people.access;

  const page = (exchange: Exchange, model: Partial<SignInModel>): string =>
    signInPage(exchange.page, {
      ...{ name: '', remember: false, back: '/', problem: undefined },
      done: doneText(exchange.page, exchange.args),
      mayRegister: people.registration !== 'closed',
      providers: exchange.page.site.signIn.map(({ code, names }) => ({
        name: exchange.page.tr.nameOf(names, code),
        href: providerAddress(code, model.back ?? '/'),
      })),
      ...model,
    });

  get('/account/sign-in', async (exchange) => {
    const back = backOf(exchange.args.get('back') ?? '/');
    if (exchange.signedIn?.session !== undefined) return exchange.reply.redirect(back, 303);
    return sendHtml(exchange, page(exchange, { back }));
  });

  post('/account/sign-in', async (exchange) => {
    const [name, back, remember] = [
      given(exchange, 'name'),
      backOf(given(exchange, 'back')),
      given(exchange, 'remember') === '1',
    ];
    const outcome = await signIn(database, {
      name,
      password: given(exchange, 'password'),
      remember,
      address: exchange.request.ip,
      agent: exchange.request.headers['user-agent'] ?? '',
      session: visitorOf(exchange.request).session,
    });
    if (outcome.kind !== 'in') {
      const key = outcome.kind === 'wrong' ? 'wrong' : outcome.state;
      const problem = refusedText(exchange.page, people, key);
      return sendHtml(exchange, page(exchange, { name, remember, back, problem }), 422);
    }
    setSessionCookie(exchange.request, exchange.reply, baseUrl, outcome.session, remember);
    return exchange.reply.redirect(back, 303);
  });

  app.post('/account/sign-out', async (request, reply) => {
    const { session } = visitorOf(request);
    if (session !== undefined) {
      await endSession(database, session);
      people.access.forget({ kind: 'session', hash: secretHash(session).toString('hex') });
    }
    clearSessionCookie(request, reply, baseUrl);
    return reply.redirect('/', 303);
  });
}
