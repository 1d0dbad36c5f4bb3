import type { FastifyInstance } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { oaiErrors } from '../../exchange/oai/errors.ts';
import { readHarvesters } from '../../exchange/oai/harvesters.ts';
import { offeredSets } from '../../exchange/oai/sets.ts';
import { askToTouch, readClock, readSets } from '../../exchange/oai/store.ts';
import { may } from '../../people/person.ts';
import { doneText, formRoutes, given, problemText } from '../account/forms.ts';
import { doOnce } from '../exchange/do-once.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Answering, Exchange } from '../exchange/exchange.ts';
import { sendNotAllowed } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { type OaiSetView, oaiPage } from './oai-page.ts';

const harvestersShown = 50;

/** What harvesters are offered, and who harvests, for who may look after that. */
export function adminOaiRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(admin, environment);
  const { database } = people.access;
  const guarded =
    (answer: Answering): Answering =>
    async (exchange) =>
      may(exchange.snapshot.site, exchange.person, 'cfgoairepository') ? answer(exchange) : sendNotAllowed(exchange);

  const setsOf = async ({ page }: Exchange): Promise<readonly OaiSetView[] | undefined> => {
    const { oai } = page.site;
    if (oai === undefined) return undefined;
    const rows = new Map((await readSets(database)).map((row) => [row.spec, row]));
    return [{ spec: '', name: '', names: {} }, ...offeredSets(oai)].map(({ spec, name, names }) => {
      const { records = 0, entries = 0, touching = null } = rows.get(spec) ?? {};
      return {
        spec,
        name: page.tr.nameOf(names, name),
        records,
        deleted: entries - records,
        touching: touching !== null,
      };
    });
  };

  const show = async (exchange: Exchange, problem?: string, status = 200) => {
    const sets = await setsOf(exchange);
    const { until } = await readClock(database);
    const harvesters = await readHarvesters(database, harvestersShown);
    const page = { ...exchange.page, address: '/admin/oai' };
    const model = { sets, until: new Date(until * 1000), harvesters, problem, done: doneText(page, exchange.args) };
    return sendHtml(exchange, oaiPage(page, model), status);
  };

  get(
    '/oai',
    guarded((exchange) => show(exchange)),
  );

  post(
    '/oai',
    guarded(async (exchange) => {
      const asked = given(exchange, 'set');
      const spec = asked === '*' ? '' : asked;
      try {
        await touchOnce(exchange, asked, spec);
        return exchange.reply.redirect('/admin/oai?done=oai_touched', 303);
      } catch (error) {
        const { text, status } = problemText(exchange.page, error);
        return show(exchange, text, status);
      }
    }),
  );

  /** With an Idempotency-Key, once: sent again when that is done, it changes nothing. */
  async function touchOnce(exchange: Exchange, asked: string, spec: string): Promise<void> {
    const known = offeredSets(exchange.page.site.oai ?? { repository: '', page: 0, sets: [] }).map((set) => set.spec);
    const noSet = new UserError(oaiErrors.noSet, { set: asked, known: known.join(', ') });
    if (asked === '') throw noSet;
    await doOnce(database, exchange, { scope: 'oai', asked }, async (transaction) => {
      if (!(await askToTouch(transaction, spec))) throw noSet;
      return { set: asked };
    });
  }
}
