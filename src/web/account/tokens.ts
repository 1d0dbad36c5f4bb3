import type { FastifyInstance } from 'fastify';
import { isScope } from '../../people/scopes.ts';
import { createToken, endToken, tokensOf } from '../../people/tokens.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { actorOf, allGiven, beginForm, doneText, given, sendForm, signedInWithSession } from './forms.ts';
import { tabsOf } from './tabs.ts';
import { type TokensModel, tokensPage } from './tokens-page.ts';

const mostTokens = 50;

/** Tokens for programs that act for somebody. */
export function tokenRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { access } = people;
  const { database } = access;

  const modelFor = async ({ page }: Exchange, person: number, changes: Partial<TokensModel>): Promise<TokensModel> => ({
    ...{ tabs: tabsOf(page), tokens: await tokensOf(database, person) },
    ...{ secret: undefined, problem: undefined, done: undefined, ...changes },
  });

  app.get('/account/tokens', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const signedIn = signedInWithSession(exchange, reply);
    if (signedIn === undefined) return reply;
    const done = doneText(exchange.page, exchange.args);
    return sendForm(
      exchange,
      reply,
      tokensPage(exchange.page, await modelFor(exchange, signedIn.account.id, { done })),
    );
  });

  app.post('/account/tokens', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const signedIn = signedInWithSession(exchange, reply);
    if (signedIn === undefined) return reply;
    const { account } = signedIn;
    const name = given(request, 'name').trim().slice(0, 100);
    const scopes = allGiven(request, 'scope').filter(isScope);
    const until = given(request, 'expires');
    const expires = until === '' ? undefined : new Date(`${until}T23:59:59.999Z`);
    const wrong =
      name === '' || scopes.length === 0 || (expires !== undefined && !(expires.getTime() > Date.now()))
        ? exchange.page.tr.t('token.wrong')
        : (await tokensOf(database, account.id)).length >= mostTokens
          ? exchange.page.tr.t('token.too_many', { count: mostTokens })
          : undefined;
    if (wrong !== undefined)
      return sendForm(
        exchange,
        reply,
        tokensPage(exchange.page, await modelFor(exchange, account.id, { problem: wrong })),
        422,
      );
    const { secret } = await createToken(database, actorOf(exchange, request), account, { name, scopes, expires });
    // The only page that ever has it: it is not kept, so there is no address to come back to.
    return sendForm(exchange, reply, tokensPage(exchange.page, await modelFor(exchange, account.id, { secret })));
  });

  app.post('/account/tokens/end', async (request, reply) => {
    const exchange = beginForm(environment, request, reply);
    const signedIn = signedInWithSession(exchange, reply);
    if (signedIn === undefined) return reply;
    const id = Number(given(request, 'id'));
    if (Number.isInteger(id) && Math.abs(id) < 2 ** 31)
      await endToken(database, actorOf(exchange, request), signedIn.account, id);
    access.forget({ kind: 'person', id: signedIn.account.id });
    return reply.redirect('/account/tokens?done=token_ended', 303);
  });
}
