import type { FastifyInstance } from 'fastify';
import { mayEdit, mayEditSome } from '../../access/may-edit.ts';
import { listDrafts, removeDraft } from '../../cataloguing/drafts.ts';
import { listJobs } from '../../jobs/queue/read.ts';
import { may } from '../../people/person.ts';
import { type HeldEntry, listHeld } from '../../records/held.ts';
import type { Database } from '../../store/database.ts';
import { formRoutes } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendHtml } from '../exchange/reply.ts';
import { editorOf } from './editing.ts';
import { overviewPage } from './overview-page.ts';
import { numberGiven } from './shown.ts';

const heldRead = 1_000;
const shown = 50;

/** What somebody who edits has to do: drafts, what waits for a decision, their jobs. */
export function overviewRoutes(app: FastifyInstance, environment: WebEnvironment, database: Database): void {
  const { get, post } = formRoutes(app, environment);

  get('/edit', async (exchange) => {
    const editor = editorOf(exchange);
    if (editor === undefined) return exchange.reply;
    const { name, id } = editor.account;
    const [drafts, held, jobs] = await Promise.all([
      listDrafts(database, id),
      listHeld(database, { record: undefined, all: false, limit: heldRead }),
      listJobs(database, { person: name, limit: shown }),
    ]);
    const { page, args } = exchange;
    const done = args.get('done') === 'draft' ? page.tr.t('edit.drafts.removed') : undefined;
    const decided = held.filter((entry) => mayDecide(exchange, entry)).slice(0, shown);
    return sendHtml(
      exchange,
      overviewPage(page, { drafts, held: decided, jobs: jobs.rows, links: linksFor(exchange), done }),
    );
  });

  post('/edit/drafts/remove', async (exchange) => {
    const editor = editorOf(exchange);
    if (editor === undefined) return exchange.reply;
    await removeDraft(database, editor.account.id, numberGiven(exchange, 'draft'));
    return exchange.reply.redirect('/edit?done=draft', 303);
  });
}

/** Of what is for no record of the library, who may edit all. */
function mayDecide({ person, snapshot }: Exchange, { record }: HeldEntry): boolean {
  return record === undefined ? may(snapshot.site, person, 'runbibedit') : mayEdit(person, snapshot, record);
}

/** What else somebody who edits has here, as far as they may. */
function linksFor({ person, snapshot }: Exchange) {
  const all = [
    { address: '/held', title: 'held.title', may: true },
    { address: '/edit/many', title: 'many.title', may: mayEditSome(person, snapshot, 'runbibeditmulti') },
    { address: '/merge', title: 'merge.choose', may: may(snapshot.site, person, 'runbibmerge') },
    { address: '/kb', title: 'kb.title', may: may(snapshot.site, person, 'cfgbibknowledge') },
  ];
  return all.filter((one) => one.may);
}
