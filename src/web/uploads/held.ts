import type { FastifyInstance, FastifyReply } from 'fastify';
import { changesSome, editActions } from '../../access/write-guard.ts';
import { UserError } from '../../errors/errors.ts';
import type { Side } from '../../marc/merge.ts';
import type { HeldAsked } from '../../records/held.ts';
import { writeModes } from '../../records/modes.ts';
import { allGiven, doneText, formRoutes, given, problemText, signedInWithSession } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Answering, Exchange } from '../exchange/exchange.ts';
import { sendNotAllowed, sendNotFound } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebUploads } from '../exchange/web-uploads.ts';
import { visibleRecord } from '../reading/visible-record.ts';
import { decideHeld, type HeldWish } from './decide.ts';
import { heldReasons } from './held-api.ts';
import { heldFor, requireHeld, sidesOf } from './held-of.ts';
import { type HeldFilter, heldListPage, heldPage, queryOf } from './held-page.ts';
import { rowsOf } from './held-rows.ts';

const perPage = 50;
/** Decided at once from the list. */
const mostChosen = 200;

/** The page of uploads that wait, for people who may edit the records that they are for. */
export function heldRoutes(app: FastifyInstance, environment: WebEnvironment, { database }: WebUploads): void {
  const { get, post } = formRoutes(app, environment);
  const guarded =
    (answer: Answering): Answering =>
    async (exchange) => {
      if (signedInWithSession(exchange) === undefined) return exchange.reply;
      const { person, snapshot } = exchange;
      return changesSome(person, snapshot, editActions) ? await answer(exchange) : sendNotAllowed(exchange);
    };

  const list = async (exchange: Exchange, problems: readonly string[] = [], status = 200) => {
    const { args } = exchange;
    const filter = filterOf(args);
    const after = Number(/^\d{1,15}$/.exec(args.get('after') ?? '')?.[0] ?? 0);
    const asked = { ...askedBy(exchange, filter), after, limit: perPage };
    const { entries, next } = await heldFor(exchange, database, asked);
    const address = (from: number): string => {
      const query = new URLSearchParams(queryOf(filter).slice(1));
      query.set('after', String(from));
      return `/held?${query}`;
    };
    const page = { ...exchange.page, address: `/held${queryOf(filter)}` };
    const model = { entries, filter, next: next === undefined ? undefined : address(next), problems };
    return sendHtml(exchange, heldListPage(page, { ...model, done: doneText(page, args) }), status);
  };

  const show = async (exchange: Exchange, problem?: string, status = 200): Promise<FastifyReply> => {
    const held = await requireHeld(exchange, database, exchange.param('id')).catch(noneOfThem);
    if (held === undefined) return sendNotFound(exchange);
    const { args, person } = exchange;
    const sides = await sidesOf(exchange, database, held);
    const [base, theirs, ours] = [sides.base, sides.theirs, sides.ours].map(
      (record) => record && visibleRecord(exchange, record),
    );
    const filter = filterOf(args);
    const asked = { ...askedBy(exchange, filter), limit: 1 };
    const step = async (part: Partial<HeldAsked>): Promise<string | undefined> => {
      const { entries } = await heldFor(exchange, database, { ...asked, ...part });
      return entries[0] && `/held/${entries[0].id}${queryOf(filter)}`;
    };
    const page = { ...exchange.page, address: `/held/${held.id}${queryOf(filter)}` };
    const model = {
      ...{ held, rows: rowsOf({ base, theirs, ours: ours! }), hasBase: base !== undefined, filter, problem },
      ...{ before: await step({ before: held.id }), next: await step({ after: held.id }) },
      ...{ done: doneText(page, args), name: person.name ?? '' },
    };
    return sendHtml(exchange, heldPage(page, model), status);
  };

  get(
    '/held',
    guarded((exchange) => list(exchange)),
  );
  get(
    '/held/:id',
    guarded((exchange) => show(exchange)),
  );

  post(
    '/held',
    guarded(async (exchange) => {
      const ids = allGiven(exchange, 'id').slice(0, mostChosen);
      const wish = wishOf(exchange, {});
      if (wish === undefined || ids.length === 0) return list(exchange);
      const problems: string[] = [];
      for (const id of ids) {
        try {
          await decideHeld(exchange, database, id, wish);
        } catch (error) {
          problems.push(problemText(exchange.page, error).text);
        }
      }
      if (problems.length > 0) return list(exchange, problems, 409);
      return exchange.reply.redirect(`/held?done=held_${wish.do}`, 303);
    }),
  );

  post(
    '/held/:id',
    guarded(async (exchange) => {
      const filter = filterOf(exchange.args);
      const wish = wishOf(exchange, choicesOf(exchange));
      if (wish === undefined) return show(exchange);
      try {
        const { id } = await decideHeld(exchange, database, exchange.param('id'), wish);
        const stays = wish.do === 'assign' || wish.do === 'unassign';
        const query = new URLSearchParams(queryOf(filter).slice(1));
        query.set('done', `held_${wish.do}`);
        if (stays) return exchange.reply.redirect(`/held/${id}?${query}`, 303);
        // On to the next one, without going back to the list.
        const asked = { ...askedBy(exchange, filter), after: id, limit: 1 };
        const { entries } = await heldFor(exchange, database, asked);
        const to = entries[0] === undefined ? '/held' : `/held/${entries[0].id}`;
        return exchange.reply.redirect(`${to}?${query}`, 303);
      } catch (error) {
        if (error instanceof UserError && error.status === 404) return sendNotFound(exchange);
        const { text, status } = problemText(exchange.page, error);
        return show(exchange, text, status);
      }
    }),
  );
}

function filterOf(args: URLSearchParams): HeldFilter {
  const whose = args.get('whose') ?? '';
  const reason = heldReasons.find((one) => one === args.get('reason')) ?? '';
  return { q: args.get('q') ?? '', reason, whose: whose === 'mine' || whose === 'nobody' ? whose : '' };
}

function askedBy({ person }: Exchange, { q, reason, whose }: HeldFilter): Omit<HeldAsked, 'limit'> {
  const assigned = whose === 'mine' ? (person.name ?? '') : whose === 'nobody' ? '' : undefined;
  return { text: q, reason: heldReasons.find((one) => one === reason), assigned, all: false };
}

function wishOf(exchange: Exchange, choices: Readonly<Record<string, Side>>): HeldWish | undefined {
  const mode = writeModes.find((one) => one === given(exchange, 'mode') && one !== 'hold');
  const how = mode === undefined ? {} : { mode };
  switch (given(exchange, 'do')) {
    case 'chosen':
      return { do: 'accept', side: 'theirs', choices, ...how };
    case 'theirs':
    case 'ours':
      return { do: 'accept', side: given(exchange, 'do') as Side, ...how };
    case 'reject':
      return { do: 'reject', reason: given(exchange, 'reason').slice(0, 1_000) };
    case 'assign':
      return { do: 'assign' };
    case 'unassign':
      return { do: 'unassign' };
    default:
      return undefined;
  }
}

/** A side for each tag in conflict, of the fields choice-TAG. */
function choicesOf({ request: { body } }: Exchange): Readonly<Record<string, Side>> {
  if (!(body instanceof URLSearchParams)) return {};
  const chosen = [...body].filter(([name, side]) => /^choice-\w{3}$/.test(name) && /^(?:ours|theirs)$/.test(side));
  return Object.fromEntries(chosen.map(([name, side]) => [name.slice(-3), side as Side]));
}

function noneOfThem(error: unknown): undefined {
  if (error instanceof UserError && error.status < 500) return undefined;
  throw error;
}
