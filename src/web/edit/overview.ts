import type { FastifyInstance } from 'fastify';
import { mayEdit, mayEditSome } from '../../access/may-edit.ts';
import { findingFilter, seenFindings } from '../../cataloguing/checks/findings.ts';
import { listDrafts, removeDraft } from '../../cataloguing/drafts.ts';
import { clustersFor, openPairs } from '../../cataloguing/duplicates/clusters.ts';
import { listJobs } from '../../jobs/queue/read.ts';
import { may } from '../../people/person.ts';
import { type HeldEntry, listHeld } from '../../records/held.ts';
import type { Database } from '../../store/database.ts';
import { formRoutes } from '../account/forms.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendHtml } from '../exchange/reply.ts';
import { editorOf } from './editing.ts';
import { overviewPage, type Waiting } from './overview-page.ts';
import { numberGiven } from './shown.ts';

const heldRead = 1_000;
const shown = 50;
const mostCounted = 1_000;
/** Of all people, to find theirs. */
const mostRead = 20_000;

/** What somebody who edits has to do: drafts, what waits for a decision, their jobs. */
export function overviewRoutes(app: FastifyInstance, environment: WebEnvironment, database: Database): void {
  const { get, post } = formRoutes(app, environment);

  get('/edit', async (exchange) => {
    const editor = editorOf(exchange);
    if (editor === undefined) return exchange.reply;
    const { name, id } = editor.account;
    const [drafts, held, jobs, findings, duplicates] = await Promise.all([
      listDrafts(database, id),
      listHeld(database, { record: undefined, all: false, limit: heldRead }),
      listJobs(database, { person: name, limit: shown }),
      findingsWaiting(exchange, database),
      duplicatesWaiting(exchange, database),
    ]);
    const { page, args } = exchange;
    const done = args.get('done') === 'draft' ? page.tr.t('edit.drafts.removed') : undefined;
    const decided = held.filter((entry) => mayDecide(exchange, entry)).slice(0, shown);
    return sendHtml(
      exchange,
      overviewPage(page, {
        ...{ drafts, held: decided, jobs: jobs.rows, links: linksFor(exchange), done, findings, duplicates },
      }),
    );
  });

  post('/edit/drafts/remove', async (exchange) => {
    const editor = editorOf(exchange);
    if (editor === undefined) return exchange.reply;
    await removeDraft(database, editor.account.id, numberGiven(exchange, 'draft'));
    return exchange.reply.redirect('/edit?done=draft', 303);
  });
}

/** Of many, that there are many: the pages have the rest. */
async function findingsWaiting({ person, snapshot }: Exchange, database: Database): Promise<Waiting> {
  const asked = { state: 'open', limit: mostCounted, mostRead } as const;
  const { findings, next } = await seenFindings(database, findingFilter(person, snapshot), asked);
  return { count: findings.length, more: next !== undefined };
}

async function duplicatesWaiting({ person, snapshot, work }: Exchange, database: Database): Promise<Waiting> {
  const clusters = await work(clustersFor(person, snapshot, await openPairs(database, mostRead)));
  return { count: Math.min(clusters.length, mostCounted), more: clusters.length > mostCounted };
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
