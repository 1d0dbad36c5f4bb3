import type { FastifyInstance, FastifyReply } from 'fastify';
import { mayEdit, mayEditSome } from '../../access/may-edit.ts';
import { changesEverything } from '../../access/write-guard.ts';
import { askForWalk, duplicatesKind } from '../../cataloguing/ask-walks.ts';
import {
  type Cluster,
  clustersFor,
  listNotSame,
  openPairs,
  sayNotSame,
  takeBackNotSame,
} from '../../cataloguing/duplicates/clusters.ts';
import { duplicatesWalk } from '../../cataloguing/duplicates/find.ts';
import { walkEnded } from '../../cataloguing/walk.ts';
import { judge, matchFacts, scoreOf, similarity } from '../../description/similarity.ts';
import { versionsOf } from '../../index/stored-records.ts';
import { compilePath } from '../../marc/path.ts';
import { withoutPaths } from '../../marc/select-fields.ts';
import { may } from '../../people/person.ts';
import type { Database } from '../../store/database.ts';
import { formRoutes, given, signedInWithSession } from '../account/forms.ts';
import { doOnce } from '../exchange/do-once.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendNotAllowed, sendNotFound } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebUploads } from '../exchange/web-uploads.ts';
import { type DuplicatesModel, duplicatesPage, type ShownCluster } from './duplicates-page.ts';

const clustersOnPage = 10;
/** Of one group beside each other. */
const mostRecords = 8;
const notSameShown = 200;
const notSameRead = 5_000;

/** Records that may be the same, side by side: /duplicates, without script. */
export function duplicatesRoutes(app: FastifyInstance, environment: WebEnvironment, { database }: WebUploads): void {
  const { get, post } = formRoutes(app, environment);

  get('/duplicates', async (exchange) => {
    if (!mayLook(exchange)) return exchange.reply;
    return sendHtml(exchange, duplicatesPage(exchange.page, await modelOf(exchange, database)));
  });

  post('/duplicates', async (exchange) => {
    if (!mayLook(exchange)) return exchange.reply;
    const { person, snapshot } = exchange;
    const wish = given(exchange, 'wish');
    const asked = JSON.stringify([wish, given(exchange, 'a'), given(exchange, 'b')]);
    if (wish === 'find') {
      // What a job says of its work is about all records.
      if (!changesEverything(person, snapshot)) return sendNotAllowed(exchange);
      const { job } = await doOnce(database, exchange, { scope: 'duplicates', asked }, async (transaction) => ({
        job: await askForWalk(transaction, duplicatesKind, person.name),
      }));
      return exchange.reply.redirect(`/jobs/${job}`, 303);
    }
    const [a, b] = [numberOf(given(exchange, 'a')), numberOf(given(exchange, 'b'))];
    if (a === b || ![a, b].every((id) => id > 0 && mayEdit(person, snapshot, id))) return sendNotFound(exchange);
    if (wish === 'not-same' || wish === 'same')
      await doOnce(database, exchange, { scope: 'duplicates', asked }, async (transaction) => ({
        done:
          wish === 'same' ? await takeBackNotSame(transaction, a, b) : await sayNotSame(transaction, a, b, person.name),
      }));
    return exchange.reply.redirect(`/duplicates?done=${wish === 'same' ? 'same' : 'not_same'}&a=${a}&b=${b}`, 303);
  });
}

function mayLook(exchange: Exchange): boolean {
  if (signedInWithSession(exchange) === undefined) return false;
  if (mayEditSome(exchange.person, exchange.snapshot)) return true;
  answered(sendNotAllowed(exchange));
  return false;
}

function answered(_reply: FastifyReply): void {
  // It has been sent.
}

function numberOf(text: string): number {
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : 0;
}

async function modelOf(exchange: Exchange, database: Database): Promise<DuplicatesModel> {
  const { person, snapshot, args } = exchange;
  const clusters = await exchange.work(clustersFor(person, snapshot, await openPairs(database)));
  const last = Math.max(1, Math.ceil(clusters.length / clustersOnPage));
  const page = Math.min(Math.max(1, Math.trunc(Number(args.get('page') ?? 1)) || 1), last);
  const some = clusters.slice((page - 1) * clustersOnPage, page * clustersOnPage);
  const said = await listNotSame(database, notSameRead);
  const word = args.get('done');
  const [a, b] = [numberOf(args.get('a') ?? ''), numberOf(args.get('b') ?? '')];
  return {
    ...{ page, last, total: clusters.length, clusters: await shown(exchange, database, some) },
    notSame: said
      .filter((one) => mayEdit(person, snapshot, one.a) && mayEdit(person, snapshot, one.b))
      .slice(0, notSameShown),
    merges: may(snapshot.site, person, 'runbibmerge'),
    finds: changesEverything(person, snapshot),
    ended: await walkEnded(database, duplicatesWalk),
    done: (word === 'same' || word === 'not_same') && a > 0 && b > 0 ? { word, a, b } : undefined,
  };
}

/** As they are now: what was changed since they were compared may be other works. */
async function shown(
  { snapshot }: Exchange,
  database: Database,
  clusters: readonly Cluster[],
): Promise<readonly ShownCluster[]> {
  const hidden = snapshot.site.hiddenPaths.map(compilePath);
  const facts = new Map<number, ReturnType<typeof matchFacts>>();
  const ids = clusters.flatMap(({ records }) => records.slice(0, mostRecords));
  for await (const versions of versionsOf(database, ids))
    for (const { id, deleted, record } of versions)
      if (!deleted) facts.set(id, matchFacts(withoutPaths(record, hidden)));
  return clusters.flatMap(({ records, pairs }) => {
    const columns = records.flatMap((id) => {
      const found = facts.get(id);
      return found === undefined ? [] : [{ id, facts: found }];
    });
    const compared = pairs.flatMap(({ a, b }) => {
      const [one, other] = [facts.get(a), facts.get(b)];
      if (one === undefined || other === undefined) return [];
      const why = similarity(one, other);
      return judge(why, 'normal') === 'other' ? [] : [{ a, b, why, score: scoreOf(why) }];
    });
    const left = records.length - Math.min(records.length, mostRecords);
    return compared.length === 0 ? [] : [{ columns, pairs: compared, left }];
  });
}
