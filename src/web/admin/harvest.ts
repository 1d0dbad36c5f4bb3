import type { FastifyInstance } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { askForRun, requireAsked } from '../../exchange/harvest/ask.ts';
import { requireSource, type SourceText } from '../../exchange/harvest/check-source.ts';
import { oaiClient } from '../../exchange/harvest/client.ts';
import { listHarvested } from '../../exchange/harvest/harvested-records.ts';
import { reachable } from '../../exchange/harvest/networks.ts';
import { listRuns, readRun } from '../../exchange/harvest/runs.ts';
import { addSource, changeSource, listSources, readSource, removeSourceIn } from '../../exchange/harvest/source.ts';
import { trySource } from '../../exchange/harvest/try-source.ts';
import { audit } from '../../people/audit.ts';
import { may } from '../../people/person.ts';
import { actorOf, doneText, formRoutes, given } from '../account/forms.ts';
import { doOnce } from '../exchange/do-once.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Answering, Exchange } from '../exchange/exchange.ts';
import { sendNotAllowed, sendNotFound } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { harvestPage, runPage, sourcePage, triedPage } from './harvest-page.ts';
import { listRange, rowNumber } from './list-range.ts';

const silence = 20_000;
const recordsShown = 200;

/** Sources of harvests, for who may change them (cfgoaiharvest) or run them (runoaiharvest). */
export function adminHarvestRoutes(admin: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post } = formRoutes(admin, environment);
  const { database } = people.access;
  const changes = ({ snapshot, person }: Exchange): boolean => may(snapshot.site, person, 'cfgoaiharvest');
  const runs = (exchange: Exchange): boolean =>
    changes(exchange) || may(exchange.snapshot.site, exchange.person, 'runoaiharvest');
  const guarded =
    (allowed: (exchange: Exchange) => boolean, answer: Answering): Answering =>
    async (exchange) => {
      if (!allowed(exchange)) return sendNotAllowed(exchange);
      try {
        return await answer(exchange);
      } catch (error) {
        if (error instanceof UserError && error.status === 404) return sendNotFound(exchange);
        throw error;
      }
    };

  const showAll = async (exchange: Exchange, typed: SourceText = {}, problem?: string, status = 200) => {
    const page = { ...exchange.page, address: '/admin/harvest' };
    const sources = await listSources(database);
    const done = doneText(page, exchange.args);
    return sendHtml(exchange, harvestPage(page, { sources, typed, problem, done, changes: changes(exchange) }), status);
  };

  const showOne = async (exchange: Exchange, problem?: string, status = 200, typed?: SourceText) => {
    const name = exchange.param('name');
    await readSource(database, { name });
    const source = (await listSources(database)).find((one) => one.name === name)!;
    const { page: number, offset, limit } = listRange(exchange.args);
    const { rows, total } = await listRuns(database, { source: source.id, offset, limit });
    const page = { ...exchange.page, address: `/admin/harvest/${name}` };
    const model = { source, typed, runs: rows, total, page: number, problem, done: doneText(page, exchange.args) };
    return sendHtml(exchange, sourcePage(page, { ...model, changes: changes(exchange) }), status);
  };

  get(
    '/harvest',
    guarded(runs, (exchange) => showAll(exchange)),
  );
  get(
    '/harvest/:name',
    guarded(runs, (exchange) => showOne(exchange)),
  );

  get(
    '/harvest/runs/:id',
    guarded(runs, async (exchange) => {
      const id = rowNumber(exchange.param('id'));
      if (id === undefined) return sendNotFound(exchange);
      const run = await readRun(database, id);
      const outcome = exchange.args.get('outcome') ?? undefined;
      const after = exchange.args.get('after') ?? '';
      const asked = { run: id, outcome, after, limit: recordsShown + 1, withXml: outcome === 'refused' };
      const found = await listHarvested(database, asked);
      const records = found.slice(0, recordsShown);
      const next = found.length > recordsShown ? records.at(-1)!.identifier : undefined;
      return sendHtml(exchange, runPage(exchange.page, { run, records, outcome, next }));
    }),
  );

  post(
    '/harvest',
    guarded(changes, async (exchange) => {
      const typed = sourceTyped(exchange);
      try {
        const wanted = requireSource(typed, exchange.snapshot.site, exchange.person.name);
        await doOnce(
          database,
          exchange,
          { scope: 'harvest', asked: JSON.stringify(['add', wanted]) },
          async (transaction) => {
            await addSource(transaction, wanted);
            await audit(transaction, actorOf(exchange), 'harvest added', wanted.name);
            return {};
          },
        );
        return exchange.reply.redirect(`/admin/harvest/${wanted.name}?done=harvest_added`, 303);
      } catch (error) {
        const { text, status } = said(error);
        return showAll(exchange, typed, text, status);
      }
    }),
  );

  post(
    '/harvest/:name',
    guarded(runs, async (exchange) => {
      const name = exchange.param('name');
      const source = await readSource(database, { name });
      const wish = given(exchange, 'wish');
      if ((wish === 'remove' || wish === 'change') && !changes(exchange)) return sendNotAllowed(exchange);
      try {
        if (wish === 'test') {
          const client = oaiClient({
            ...{ base: source.base, mayReach: reachable(people.harvestNetworks), once: true, silence },
            signal: AbortSignal.timeout(silence * 2),
          });
          const tried = await trySource({ database, client, source, snapshot: async () => exchange.snapshot });
          return sendHtml(exchange, triedPage({ ...exchange.page, address: `/admin/harvest/${name}` }, source, tried));
        }
        if (wish === 'run') {
          const [from, until, identifier] = ['from', 'until', 'identifier'].map((field) => given(exchange, field));
          const asked = requireAsked({ from, until, identifier, again: given(exchange, 'again') === '1' });
          const key = { scope: 'harvest', asked: JSON.stringify(['run', source.id, asked]) };
          const { job } = await doOnce(database, exchange, key, async (transaction) => {
            const by = { person: exchange.person.name };
            return { job: await askForRun(transaction, source, asked, by) };
          });
          const sees = may(exchange.snapshot.site, exchange.person, 'cfgbibsched');
          const to = sees ? `/admin/jobs/${job}` : `/admin/harvest/${name}?done=harvest_run`;
          return exchange.reply.redirect(to, 303);
        }
        if (wish === 'change') {
          const wanted = requireSource({ ...sourceTyped(exchange), name }, exchange.snapshot.site, source.person);
          const key = { scope: 'harvest', asked: JSON.stringify(['change', wanted]) };
          await doOnce(database, exchange, key, async (transaction) => {
            await changeSource(transaction, wanted);
            await audit(transaction, actorOf(exchange), 'harvest changed', name);
            return {};
          });
          return exchange.reply.redirect(`/admin/harvest/${name}?done=harvest_changed`, 303);
        }
        if (wish === 'remove') {
          await doOnce(
            database,
            exchange,
            { scope: 'harvest', asked: JSON.stringify(['remove', name]) },
            async (transaction) => {
              await removeSourceIn(transaction, name);
              await audit(transaction, actorOf(exchange), 'harvest removed', name);
              return {};
            },
          );
          return exchange.reply.redirect('/admin/harvest?done=harvest_removed', 303);
        }
        return showOne(exchange);
      } catch (error) {
        const { text, status } = said(error);
        return showOne(exchange, text, status, wish === 'change' ? sourceTyped(exchange) : undefined);
      }
    }),
  );
}

/** What the form says of it. What another server does wrong is not ours: 502 stays a page. */
function said(error: unknown): { readonly text: string; readonly status: number } {
  if (!(error instanceof UserError) || (error.status >= 500 && error.status !== 502) || error.status === 404)
    throw error;
  return { text: `${error.message} ${error.hint}`, status: error.status };
}

function sourceTyped(exchange: Exchange): SourceText {
  const of = (name: string): string => given(exchange, name);
  const lines = (name: string): readonly string[] => of(name).split(/\r?\n/);
  return {
    ...{ name: of('name'), base: of('base'), prefix: of('prefix'), mode: of('mode'), deleted: of('deleted') },
    ...{ sets: of('sets').split(/\s+/), table: lines('table'), add: lines('add'), onError: of('on_error') },
    ...{ keep: of('keep'), drop: of('drop'), hold: of('hold'), profile: of('profile') },
    ...{ ifNew: of('new'), ifMatched: of('matched'), ifAmbiguous: of('ambiguous') },
  };
}
