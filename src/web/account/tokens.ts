import type { FastifyInstance } from 'fastify';
import { endOfDay } from '../../people/end-of-day.ts';
import { isScope } from '../../people/scopes.ts';
import { createToken, endToken, tokensOf } from '../../people/tokens.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { actorOf, allGiven, doneText, formRoutes, given, signedInWithSession } from './forms.ts';
import { tabsOf } from './tabs.ts';
import { type TokensModel, tokensPage } from './tokens-page.ts';

const mostTokens = 50;

/** Tokens for programs that act for somebody. */
export function tokenRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(app, environment);
  const { access } = people;
  const { database } = access;

  const modelFor = async ({ page }: Exchange, person: number, changes: Partial<TokensModel>): Promise<TokensModel> => ({
    ...{ tabs: tabsOf(page), tokens: await tokensOf(database, person) },
    ...{ secret: undefined, problem: undefined, done: undefined, ...changes },
  });

  get('/account/tokens', async (exchange) => {
    const signedIn = signedInWithSession(exchange);
    if (signedIn === undefined) return exchange.reply;
    const done = doneText(exchange.page, exchange.args);
    return sendHtml(exchange, tokensPage(exchange.page, await modelFor(exchange, signedIn.account.id, { done })));
  });

  post('/account/tokens', async (exchange) => {
    const signedIn = signedInWithSession(exchange);
    if (signedIn === undefined) return exchange.reply;
    const { account } = signedIn;
    const name = given(exchange, 'name').trim().slice(0, 100);
    const scopes = allGiven(exchange, 'scope').filter(isScope);
    const until = given(exchange, 'expires');
    const expires = endOfDay(until);
    const wrong =
      name === '' || scopes.length === 0 || (until !== '' && !((expires?.getTime() ?? 0) > Date.now()))
        ? exchange.page.tr.t('token.wrong')
        : (await tokensOf(database, account.id)).length >= mostTokens
          ? exchange.page.tr.t('token.too_many', { count: mostTokens })
          : undefined;
    if (wrong !== undefined)
      return sendHtml(
        exchange,
        tokensPage(exchange.page, await modelFor(exchange, account.id, { problem: wrong })),
        422,
      );
    const { secret } = await createToken(database, actorOf(exchange), account, { name, scopes, expires });
    // The only page that ever has it: it is not kept, so there is no address to come back to.
    return sendHtml(exchange, tokensPage(exchange.page, await modelFor(exchange, account.id, { secret })));
  });

  post('/account/tokens/end', async (exchange) => {
    const signedIn = signedInWithSession(exchange);
    if (signedIn === undefined) return exchange.reply;
    const id = Number(given(exchange, 'id'));
    if (Number.isInteger(id) && Math.abs(id) < 2 ** 31)
      await endToken(database, actorOf(exchange), signedIn.account, id);
    access.forget({ kind: 'person', id: signedIn.account.id });
    return exchange.reply.redirect('/account/tokens?done=token_ended', 303);
  });
}
