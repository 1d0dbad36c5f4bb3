import type { FastifyInstance, FastifyReply } from 'fastify';
import { mayEdit } from '../../access/may-edit.ts';
import { askToApply, askToUndo } from '../../cataloguing/apply.ts';
import {
  type ChangeSet,
  changeSetRecords,
  countToChange,
  leaveOut,
  listChangeSets,
} from '../../cataloguing/change-sets.ts';
import { actionsAsPreviewed } from '../../cataloguing/lookups.ts';
import { versionsAt } from '../../cataloguing/past-versions.ts';
import { shownChange } from '../../cataloguing/preview.ts';
import { requireTask } from '../../cataloguing/task-file.ts';
import { changeKey } from '../../marc/actions/action.ts';
import type { Transaction } from '../../store/database.ts';
import { allGiven, formRoutes, given, problemText } from '../account/forms.ts';
import { doOnce } from '../exchange/do-once.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendNotFound } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebUploads } from '../exchange/web-uploads.ts';
import { findSet, hiddenFrom, mayChangeMany, seesAllSets } from './found.ts';
import { type ManyForm, manyPage } from './many-page.ts';
import { previewSet } from './preview-set.ts';
import { changesShown, recordsOnPage, type SetModel, setPage } from './set-page.ts';

const setsOnPage = 50;
const defaultMany = 20_000;

/** Changing many records at once, without script: /edit/many. */
export function manyRoutes(app: FastifyInstance, environment: WebEnvironment, uploads: WebUploads): void {
  const { get, post } = formRoutes(app, environment);
  const { database, many = defaultMany } = uploads;

  const showForm = async (exchange: Exchange, filled: ManyForm, problem?: string, status = 200) => {
    const page = pageNumber(exchange);
    const { sets, total } = await listChangeSets(database, {
      ...(!seesAllSets(exchange) && { person: exchange.person.name }),
      ...{ offset: (page - 1) * setsOnPage, limit: setsOnPage },
    });
    const last = Math.max(1, Math.ceil(total / setsOnPage));
    return sendHtml(exchange, manyPage(exchange.page, { filled, problem, sets, page, last }), status);
  };

  get('/edit/many', async (exchange) => {
    if (!mayChangeMany(exchange)) return exchange.reply;
    const { args } = exchange;
    const numbers = args.getAll('id').filter((id) => /^\d{1,10}$/.test(id));
    return await showForm(exchange, { query: args.get('p') ?? '', numbers: numbers.join(' '), task: '' });
  });

  post('/edit/many', async (exchange) => {
    if (!mayChangeMany(exchange)) return exchange.reply;
    const [query, numbers, task] = ['query', 'numbers', 'task'].map((name) => given(exchange, name));
    const filled = { query: query!, numbers: numbers!, task: task! };
    try {
      const id = await previewSet(exchange, database, filled);
      return exchange.reply.redirect(`/edit/many/${id}`, 303);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return await showForm(exchange, filled, text, status);
    }
  });

  const showSet = async (exchange: Exchange, set: ChangeSet, problem?: string, status = 200): Promise<FastifyReply> => {
    const after = Number(/^\d{1,10}$/.exec(exchange.args.get('after') ?? '')?.[0] ?? 0);
    const rows = await changeSetRecords(database, set.id, { after, limit: recordsOnPage + 1 });
    const some = rows.slice(0, recordsOnPage);
    const versions = await versionsAt(
      database,
      some.map(({ id, from }) => ({ id, revision: from })),
    );
    const run = actionsAsPreviewed(requireTask(set.task).actions, set.knowledge);
    const hidden = hiddenFrom(exchange);
    // What was shown once may be hidden from them by now.
    const mine = some.filter(({ id }) => mayEdit(exchange.person, exchange.snapshot, id, 'runbibeditmulti'));
    const model: SetModel = {
      ...{ set, problem, after, many, toChange: await countToChange(database, set.id) },
      next: rows.length > recordsOnPage ? some.at(-1)!.id : undefined,
      records: mine.flatMap((one) => {
        const version = versions.get(one.id);
        return version === undefined ? [] : [{ ...one, ...shownChange(version, run, new Set(set.leftOut), hidden) }];
      }),
    };
    return sendHtml(exchange, setPage(exchange.page, model), status);
  };

  get('/edit/many/:id', async (exchange) => {
    if (!mayChangeMany(exchange)) return exchange.reply;
    const set = await findSet(exchange, database);
    return set === undefined ? sendNotFound(exchange) : await showSet(exchange, set);
  });

  post('/edit/many/:id', async (exchange) => {
    if (!mayChangeMany(exchange)) return exchange.reply;
    const set = await findSet(exchange, database);
    if (set === undefined) return sendNotFound(exchange);
    const wish = given(exchange, 'wish');
    const address = `/edit/many/${set.id}`;
    const asked = JSON.stringify([set.id, String(exchange.request.body)]);
    try {
      if (wish === 'save' || wish === 'apply' || wish === 'undo') {
        const { job } = await doOnce(database, exchange, { scope: 'change sets', asked }, (transaction) =>
          carryOut(exchange, transaction, set, wish),
        );
        return exchange.reply.redirect(
          job === undefined ? `${address}?after=${given(exchange, 'after')}` : `/jobs/${job}`,
          303,
        );
      }
      return exchange.reply.redirect(address, 303);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return await showSet(exchange, set, text, status);
    }
  });

  async function carryOut(
    exchange: Exchange,
    transaction: Transaction,
    set: ChangeSet,
    wish: 'save' | 'apply' | 'undo',
  ): Promise<{ readonly job?: number }> {
    const { name, scopes } = exchange.person;
    const asker = { person: name, scopes };
    if (wish === 'undo') return { job: await askToUndo(transaction, set.id, asker) };
    if (set.state === 'previewed') {
      const ticked = new Set(allGiven(exchange, 'change'));
      const shown = allGiven(exchange, 'shown').map(Number).filter(Number.isSafeInteger);
      const kept = new Set(allGiven(exchange, 'record').map(Number));
      await leaveOut(transaction, set.id, {
        changes: set.counts.changes
          .slice(0, changesShown)
          .flatMap((change, place) => (ticked.has(String(place)) ? [] : [changeKey(change)])),
        ...{ shown, records: shown.filter((id) => !kept.has(id)) },
      });
    }
    if (wish === 'save') return {};
    const confirmed = Number(given(exchange, 'confirm')) || undefined;
    return { job: await askToApply(transaction, set.id, { ...asker, many, confirmed }) };
  }
}

function pageNumber({ args }: Exchange): number {
  return Math.min(Math.max(1, Math.trunc(Number(args.get('page') ?? 1)) || 1), 100_000);
}
