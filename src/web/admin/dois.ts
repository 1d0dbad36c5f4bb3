import type { FastifyInstance, FastifyReply } from 'fastify';
import { mayShow } from '../../access/visible.ts';
import { UserError } from '../../errors/errors.ts';
import { doiErrors } from '../../exchange/doi/errors.ts';
import { reserveDoi } from '../../exchange/doi/reserve.ts';
import { countDois, listDois, sendAgain } from '../../exchange/doi/store.ts';
import { recordIdIn } from '../../index/record-id.ts';
import { may } from '../../people/person.ts';
import { analyzerOf } from '../../search/search.ts';
import { doneText, formRoutes, given, problemText } from '../account/forms.ts';
import { doOnce } from '../exchange/do-once.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Answering, Exchange } from '../exchange/exchange.ts';
import { sendNotAllowed } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { doisPage } from './dois-page.ts';
import { rowsOnPage } from './frame.ts';

/** DOIs of the library, for who may look after them. */
export function adminDoiRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(admin, environment);
  const { database } = people.access;
  const guarded =
    (answer: Answering): Answering =>
    async (exchange) =>
      may(exchange.snapshot.site, exchange.person, 'cfgdois') ? answer(exchange) : sendNotAllowed(exchange);

  const show = async (exchange: Exchange, problem?: string, status = 200): Promise<FastifyReply> => {
    const { args, person, snapshot } = exchange;
    const problems = args.get('problems') === '1';
    const page = { ...exchange.page, address: `/admin/dois${problems ? '?problems=1' : ''}` };
    const isOffered = snapshot.site.dois !== undefined;
    const counts = isOffered ? await countDois(database) : undefined;
    const total = (problems ? counts?.problems : counts?.all) ?? 0;
    const number = Math.max(1, Math.min(Math.ceil(total / rowsOnPage) || 1, Math.trunc(Number(args.get('page'))) || 1));
    const rows = isOffered
      ? await listDois(database, { problems, limit: rowsOnPage, offset: (number - 1) * rowsOnPage })
      : [];
    const shown = rows.map((row) => ({
      ...row,
      record: mayShow(person, snapshot, row.record) === 'no' ? undefined : row.record,
    }));
    const model = { counts, rows: shown, problems, problem, text: '', page: number, total };
    return sendHtml(exchange, doisPage(page, { ...model, done: doneText(page, args) }), status);
  };

  get(
    '/dois',
    guarded((exchange) => show(exchange)),
  );

  post(
    '/dois',
    guarded(async (exchange) => {
      const again = given(exchange, 'again');
      try {
        if (again === '') await reserve(exchange, given(exchange, 'record'));
        else await sendOnce(exchange, again);
        return exchange.reply.redirect(`/admin/dois?done=${again === '' ? 'doi_reserved' : 'doi_again'}`, 303);
      } catch (error) {
        const { text, status } = problemText(exchange.page, error);
        return show(exchange, text, status);
      }
    }),
  );

  async function reserve(exchange: Exchange, text: string): Promise<void> {
    const { snapshot, person, signedIn } = exchange;
    const id = recordIdIn(text.trim());
    // Nothing is learnt of a record that they may not see.
    if (id === undefined || mayShow(person, snapshot, id) !== 'yes')
      throw new UserError(doiErrors.noRecord, { id: text.slice(0, 40) });
    await doOnce(database, exchange, { scope: 'doi', asked: `reserve ${id}` }, (transaction) =>
      reserveDoi(transaction, analyzerOf(snapshot.site), { site: snapshot.site, id, person: signedIn?.account.name }),
    );
  }

  async function sendOnce(exchange: Exchange, doi: string): Promise<void> {
    await doOnce(database, exchange, { scope: 'doi', asked: `send ${doi}` }, async (transaction) => {
      if (!(await sendAgain(transaction, doi))) throw new UserError(doiErrors.unknown, { doi });
      return { doi };
    });
  }
}
