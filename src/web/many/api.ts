import type { FastifyInstance, FastifyReply } from 'fastify';
import { mayEditSome } from '../../access/may-edit.ts';
import { askToApply, askToUndo } from '../../cataloguing/apply.ts';
import {
  type ChangeSet,
  changeSetRecords,
  countToChange,
  leaveOut,
  listChangeSets,
} from '../../cataloguing/change-sets.ts';
import { cataloguingErrors } from '../../cataloguing/errors.ts';
import { UserError } from '../../errors/errors.ts';
import { changeKey } from '../../marc/actions/action.ts';
import { mergedRecord, mergeRows } from '../../marc/merge-choice.ts';
import type { Field } from '../../marc/record.ts';
import { toMarcJson } from '../../marc/writers/json.ts';
import { lineOf } from '../../marc/writers/text.ts';
import { may } from '../../people/person.ts';
import { recordErrors } from '../../records/errors.ts';
import { mergeRecordsIn, undoMergeIn } from '../../records/merge-records.ts';
import { analyzerOf } from '../../search/search.ts';
import { doOnce } from '../exchange/do-once.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import type { WebUploads } from '../exchange/web-uploads.ts';
import { webErrors } from '../http/errors.ts';
import { findSet, seesAllSets } from './found.ts';
import { mergeBy, type Pair, readPair } from './pair.ts';
import { previewSet } from './preview-set.ts';

const defaultMany = 20_000;
const onPage = 50;
const recordsOnPage = 500;
const changesTold = 200;

/** Change sets and merges for programs; web/api/write-operations.ts says what there is. */
export function manyApiRoutes(app: FastifyInstance, environment: WebEnvironment, uploads: WebUploads): void {
  const { get, post } = routesOf(app, environment);
  const { database, many = defaultMany } = uploads;

  get('/api/change-sets', async (exchange) => {
    requireMany(exchange);
    const offset = numberIn(exchange.args, 'from', 0);
    const { sets, total } = await listChangeSets(database, {
      ...(!seesAllSets(exchange) && { person: exchange.person.name }),
      ...{ offset, limit: onPage },
    });
    return send(exchange, { total, change_sets: sets.map(setJson) });
  });

  const found = async (exchange: Exchange): Promise<ChangeSet> => {
    requireMany(exchange);
    const set = await findSet(exchange, database);
    if (set === undefined) throw new UserError(cataloguingErrors.noChangeSet, { id: exchange.param('id') });
    return set;
  };

  post('/api/change-sets', async (exchange) => {
    requireMany(exchange);
    const body = bodyOf(exchange);
    const numbers = body['numbers'];
    const wanted = {
      query: textIn(body, 'query'),
      numbers: Array.isArray(numbers) ? numbers.map(String).join(' ') : textIn(body, 'numbers'),
      task: textIn(body, 'task'),
    };
    if ((body['query'] === undefined) === (numbers === undefined))
      throw wrong('query', 'or numbers is needed, and only one of them; an empty query selects all records');
    const id = await previewSet(exchange, database, wanted);
    const set = await findSet({ ...exchange, param: () => String(id) }, database);
    exchange.reply.code(201).header('location', `${exchange.page.baseUrl}/api/change-sets/${id}`);
    return send(exchange, { ...setJson(set!), ...changesJson(set!) });
  });

  get('/api/change-sets/:id', async (exchange) => {
    const set = await found(exchange);
    return send(exchange, {
      ...setJson(set),
      ...changesJson(set),
      task: set.task,
      to_change: await countToChange(database, set.id),
    });
  });

  get('/api/change-sets/:id/records', async (exchange) => {
    const set = await found(exchange);
    const after = numberIn(exchange.args, 'after', 0);
    const rows = await changeSetRecords(database, set.id, { after, limit: recordsOnPage });
    const last = rows.length < recordsOnPage ? undefined : rows.at(-1)!.id;
    const next = last && `${exchange.page.baseUrl}/api/change-sets/${set.id}/records?after=${last}`;
    return send(exchange, { records: rows.map(recordJson), next: next ?? null });
  });

  post('/api/change-sets/:id/:wish', async (exchange) => {
    const set = await found(exchange);
    const wish = exchange.param('wish');
    if (wish !== 'apply' && wish !== 'undo') return exchange.notFound();
    const body = bodyOf(exchange);
    const { name, scopes } = exchange.person;
    const asker = { person: name, scopes };
    const asked = JSON.stringify([set.id, wish, body]);
    const { job } = await doOnce(database, exchange, { scope: 'change sets', asked }, async (transaction) => {
      if (wish === 'undo') return { job: await askToUndo(transaction, set.id, asker) };
      const out = body['leave_out'];
      if (out !== undefined && set.state === 'previewed') {
        const records = placesIn(out, 'records');
        const changes = placesIn(out, 'changes').map((place) => set.counts.changes[place]);
        if (changes.some((change) => change === undefined))
          throw wrong('leave_out.changes', 'names a change that the preview does not list');
        await leaveOut(transaction, set.id, {
          ...{ changes: changes.map((change) => changeKey(change!)), shown: records, records },
        });
      }
      const confirmed = typeof body['confirm'] === 'number' ? body['confirm'] : undefined;
      return { job: await askToApply(transaction, set.id, { ...asker, many, confirmed }) };
    });
    exchange.reply.code(202);
    return send(exchange, { id: set.id, job, url: `${exchange.page.baseUrl}/api/jobs/${job}` });
  });

  const pairIn = async (exchange: Exchange, body: Body): Promise<Pair | 'merged'> => {
    requireMerge(exchange);
    const [a, b] = [numberOf(body, 'survivor'), numberOf(body, 'other')];
    const pair = await readPair(exchange, database, String(a), String(b));
    if ('none' in Object(pair)) throw new UserError(webErrors.apiNoRecord, { id: (pair as { none: string }).none });
    return pair as Pair | 'merged';
  };

  post('/api/merges', async (exchange) => {
    const body = bodyOf(exchange);
    const pair = await pairIn(exchange, body);
    if (pair === 'merged') throw new UserError(recordErrors.mergeMoved, { id: numberOf(body, 'other') });
    const { survivor, other } = pair;
    const rows = mergeRows(survivor.record, other.record);
    const keep = body['keep'] === undefined ? undefined : new Set(placesIn(body, 'keep'));
    const given = [body['revision'], body['other_revision']];
    // The places of rows are those of these versions alone.
    for (const [place, revision] of given.entries()) {
      const one = place === 0 ? survivor : other;
      if (revision === undefined ? keep !== undefined : revision !== one.revision)
        throw new UserError(recordErrors.mergeMoved, { id: one.id });
    }
    const isTaken = (place: number): boolean => keep?.has(place) ?? rows[place]!.isTaken;
    const record = mergedRecord(survivor.record, rows, isTaken);
    if (exchange.args.get('dry-run') === '1')
      return send(exchange, {
        ...{ survivor: survivor.id, other: other.id, revision: survivor.revision, other_revision: other.revision },
        fields: rows.map(({ ours, theirs }, place) => ({
          ...{ place, survivor: lineIn(ours), other: lineIn(theirs), taken: isTaken(place) },
        })),
        record: JSON.parse(toMarcJson(record)),
      });
    const { snapshot } = exchange;
    const wanted = {
      survivor: { id: survivor.id, revision: survivor.revision, record },
      other: { id: other.id, revision: other.revision },
    };
    const by = await mergeBy(database, exchange);
    const merged = await doOnce(database, exchange, { scope: 'merge', asked: JSON.stringify(body) }, (transaction) =>
      mergeRecordsIn(transaction, analyzerOf(snapshot.site), { ...wanted, ...by }),
    );
    return send(exchange, merged);
  });

  post('/api/merges/undo', async (exchange) => {
    const body = bodyOf(exchange);
    const pair = await pairIn(exchange, body);
    if (pair !== 'merged') throw new UserError(recordErrors.noMerge, { id: numberOf(body, 'other') });
    const { snapshot } = exchange;
    const asked = JSON.stringify(['undo', body]);
    const by = await mergeBy(database, exchange);
    const undone = await doOnce(database, exchange, { scope: 'merge', asked }, (transaction) =>
      undoMergeIn(transaction, analyzerOf(snapshot.site), numberOf(body, 'other'), by),
    );
    return send(exchange, undone);
  });
}

type Body = Readonly<Record<string, unknown>>;

function requireMany({ person, snapshot }: Exchange): void {
  if (person.name === undefined) throw new UserError(webErrors.apiSignIn);
  if (!mayEditSome(person, snapshot, 'runbibeditmulti'))
    throw new UserError(webErrors.apiNotAllowed, { action: 'runbibeditmulti' });
}

function requireMerge({ person, snapshot }: Exchange): void {
  if (person.name === undefined) throw new UserError(webErrors.apiSignIn);
  if (!may(snapshot.site, person, 'runbibmerge'))
    throw new UserError(webErrors.apiNotAllowed, { action: 'runbibmerge' });
}

function bodyOf({ request: { body } }: Exchange): Body {
  if (body === undefined || body === null) return {};
  if (typeof body === 'object' && !Array.isArray(body) && !(body instanceof URLSearchParams)) return body as Body;
  throw wrong('body', 'must be a JSON object');
}

function textIn(body: Body, name: string): string {
  const value = body[name] ?? '';
  if (typeof value !== 'string') throw wrong(name, 'must be text');
  return value;
}

function numberOf(body: Body, name: string): number {
  const value = body[name];
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1)
    throw wrong(name, 'must be a record number');
  return value;
}

/** A list of numbers from 0. */
function placesIn(body: unknown, name: string): readonly number[] {
  const value = (Object(body) as Body)[name] ?? [];
  if (!Array.isArray(value) || !value.every((one) => Number.isSafeInteger(one) && one >= 0 && one < 2 ** 31))
    throw wrong(name, 'must be a list of numbers');
  return value as readonly number[];
}

function numberIn(args: URLSearchParams, name: string, usual: number): number {
  const text = args.get(name);
  if (text === null) return usual;
  if (!/^\d{1,9}$/.test(text)) throw wrong(name, `is "${text}", and must be a number`);
  return Number(text);
}

function wrong(name: string, reason: string): UserError {
  return new UserError(webErrors.parameterWrong, { name, reason });
}

function setJson({ id, at, person, name, selection, state, counts, outcomes, job, undoJob, ended }: ChangeSet): object {
  const { selected, changed, distinct } = counts;
  return {
    ...{ id, at, name, selection, state, selected, changed, distinct, outcomes },
    ...(person !== undefined && { person }),
    ...(job !== undefined && { job }),
    ...(undoJob !== undefined && { undo_job: undoJob }),
    ...(ended !== undefined && { ended }),
  };
}

function changesJson({ counts, leftOut }: ChangeSet): object {
  const out = new Set(leftOut);
  return {
    actions: counts.actions,
    ...(counts.rules !== undefined && { rules: counts.rules }),
    changes: counts.changes.slice(0, changesTold).map((change, place) => ({
      ...{ place, action: change.action, tag: change.tag, before: change.before, after: change.after },
      ...{ times: change.times, records: change.records, left_out: out.has(changeKey(change)) },
    })),
  };
}

function recordJson(row: Awaited<ReturnType<typeof changeSetRecords>>[number]): object {
  const { id, from, to, leftOut: left_out, outcome, undoOutcome: undo_outcome } = row;
  const all = { id, from, to, left_out, outcome, undo_outcome };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function lineIn(field: Field | undefined): string | null {
  return field === undefined ? null : lineOf(field);
}

function send({ reply }: Exchange, body: object): FastifyReply {
  return reply.header('cache-control', 'no-store').send(body);
}
