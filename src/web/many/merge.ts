import type { FastifyInstance, FastifyReply } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { mergedRecord, mergeRows } from '../../marc/merge-choice.ts';
import { may } from '../../people/person.ts';
import { recordErrors } from '../../records/errors.ts';
import { mergeRecordsIn, undoMergeIn } from '../../records/merge-records.ts';
import { analyzerOf } from '../../search/search.ts';
import { allGiven, formRoutes, given, problemText, signedInWithSession } from '../account/forms.ts';
import { doOnce } from '../exchange/do-once.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { sendNoRecord, sendNotAllowed } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import type { WebUploads } from '../exchange/web-uploads.ts';
import { chooseMergePage, mergePage, unmergePage } from './merge-page.ts';
import { mergeBy, type Pair, readPair } from './pair.ts';

/** Two records that become one: /merge/A/B, without script. */
export function mergeRoutes(app: FastifyInstance, environment: WebEnvironment, { database }: WebUploads): void {
  const { get, post } = formRoutes(app, environment);

  /** Undefined: it has answered. */
  const pairOf = async (exchange: Exchange): Promise<Pair | 'merged' | undefined> => {
    if (signedInWithSession(exchange) === undefined) return undefined;
    const { person, snapshot } = exchange;
    if (!may(snapshot.site, person, 'runbibmerge')) return answered(sendNotAllowed(exchange));
    const pair = await readPair(exchange, database, exchange.param('a'), exchange.param('b'));
    return pair !== 'merged' && 'none' in pair ? answered(sendNoRecord(exchange, pair.none)) : pair;
  };

  const show = (exchange: Exchange, pair: Pair | 'merged', problem?: string, status = 200): FastifyReply => {
    const [a, b] = [exchange.param('a'), exchange.param('b')];
    const page = { ...exchange.page, address: `/merge/${a}/${b}` };
    if (pair === 'merged') return sendHtml(exchange, unmergePage(page, { a, b, problem }), status);
    const { survivor, other } = pair;
    const rows = mergeRows(survivor.record, other.record);
    return sendHtml(exchange, mergePage(page, { survivor, other, rows, problem }), status);
  };

  /** Which two: marked hits, or numbers that are typed. */
  get('/merge', (exchange) => {
    if (signedInWithSession(exchange) === undefined) return exchange.reply;
    const { person, snapshot, args, page } = exchange;
    if (!may(snapshot.site, person, 'runbibmerge')) return sendNotAllowed(exchange);
    const ids = args
      .getAll('id')
      .map((id) => id.trim())
      .filter((id) => id !== '');
    const [a, b] = ids;
    const areNumbers = ids.every((id) => /^[1-9]\d{0,9}$/.test(id));
    if (ids.length === 2 && areNumbers && a !== b) return exchange.reply.redirect(`/merge/${a}/${b}`, 303);
    const problem = ids.length < 2 && areNumbers ? undefined : page.tr.t('merge.two');
    return sendHtml(exchange, chooseMergePage(page, { ids, problem }));
  });

  get('/merge/:a/:b', async (exchange) => {
    const pair = await pairOf(exchange);
    return pair === undefined ? exchange.reply : show(exchange, pair);
  });

  post('/merge/:a/:b', async (exchange) => {
    const pair = await pairOf(exchange);
    if (pair === undefined) return exchange.reply;
    const { snapshot, request } = exchange;
    const analyzer = analyzerOf(snapshot.site);
    const asked = JSON.stringify([request.url, String(request.body)]);
    const by = await mergeBy(database, exchange);
    try {
      const { survivor } = await doOnce(database, exchange, { scope: 'merge', asked }, (transaction) => {
        if (pair === 'merged') return undoMergeIn(transaction, analyzer, Number(exchange.param('b')), by);
        return mergeRecordsIn(transaction, analyzer, { ...chosen(exchange, pair), ...by });
      });
      return exchange.reply.redirect(`/record/${survivor}`, 303);
    } catch (error) {
      const { text, status } = problemText(exchange.page, error);
      return show(exchange, pair, text, status);
    }
  });
}

/** What the form says stays, of the versions that it showed. */
function chosen(exchange: Exchange, { survivor, other }: Pair) {
  const [revision, otherRevision] = ['revision', 'other-revision'].map((name) => Number(given(exchange, name)));
  // The places of rows are those of these versions alone.
  if (revision !== survivor.revision) throw new UserError(recordErrors.mergeMoved, { id: survivor.id });
  if (otherRevision !== other.revision) throw new UserError(recordErrors.mergeMoved, { id: other.id });
  const ticked = new Set(allGiven(exchange, 'row'));
  const rows = mergeRows(survivor.record, other.record);
  const record = mergedRecord(survivor.record, rows, (place) => ticked.has(String(place)));
  return {
    survivor: { id: survivor.id, revision: survivor.revision, record },
    other: { id: other.id, revision: other.revision },
  };
}

function answered(_reply: FastifyReply): undefined {
  return undefined;
}
