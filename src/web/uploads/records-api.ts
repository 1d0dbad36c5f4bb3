import { createHash } from 'node:crypto';
import type { FastifyReply } from 'fastify';
import { editActions, guardFor, uploadActions } from '../../access/write-guard.ts';
import { UserError } from '../../errors/errors.ts';
import { recordIdIn } from '../../index/record-id.ts';
import { mayCall } from '../../library/callback-job.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { toMarcJson } from '../../marc/writers/json.ts';
import type { Written } from '../../records/change.ts';
import { type Edited, type EditMode, editRecord } from '../../records/edit.ts';
import type { WriteMode } from '../../records/modes.ts';
import type { UploadedRecord } from '../../records/upload.ts';
import { withChangedWay } from '../../records/what-was-done.ts';
import { restoreIn } from '../../records/write.ts';
import { analyzerOf } from '../../search/search.ts';
import { readParameters } from '../api/parameters.ts';
import { editParameters, sendParameters } from '../api/write-schemas.ts';
import type { Exchange, Routes } from '../exchange/exchange.ts';
import type { WebUploads } from '../exchange/web-uploads.ts';
import { webErrors } from '../http/errors.ts';
import { problemOf } from '../http/problem.ts';
import { visibleRecord } from '../reading/visible-record.ts';
import { uploadErrors } from './errors.ts';
import { requireSome, toldFor } from './guard.ts';
import { sentBody, sentRecord } from './readers.ts';
import { changeOnce, modeOf, rolledBack, rulesFor, type Taken, takeUpload } from './take.ts';

/** Records that programs send: many at once, or one over the version that was read. */
export function recordsApiRoutes({ post, put, patch, remove }: Routes, uploads: WebUploads): void {
  const { database } = uploads;

  post('/api/records', async (exchange) => {
    requireSome(exchange, uploadActions);
    const given = readParameters(sendParameters, exchange.args);
    const mode = modeOf(given.mode ?? 'insert');
    const { callback, nonce, name = 'API' } = given;
    requireCallback(callback, uploads);
    const sent = await sentBody(exchange, uploads);
    const wanted = {
      way: 'api',
      ...{ name, mode, callback, nonce, force: given.force === 1, dryRun: given['dry-run'] === 1 },
    } as const;
    return sendTaken(exchange, await takeUpload(database, exchange, sent, wanted), wanted.mode);
  });

  const edits = { put: 'replace', patch: 'correct' } as const;
  const add = { put, patch };
  for (const [name, mode] of Object.entries(edits) as ['put' | 'patch', EditMode][])
    add[name]('/api/records/:id', async (exchange) => {
      requireSome(exchange, editActions);
      return await edit(exchange, mode, await sentRecord(exchange, uploads));
    });

  remove('/api/records/:id', async (exchange) => {
    requireSome(exchange, editActions);
    return await edit(exchange, 'replace', deletion);
  });

  post('/api/records/:id/revisions/:revision/restore', async (exchange) => {
    requireSome(exchange, editActions);
    const id = requireId(exchange);
    const revision = Number(/^[1-9]\d{0,8}$/.exec(exchange.param('revision'))?.[0] ?? 0);
    const digest = createHash('sha256').update(exchange.request.url).digest();
    const guard = guardFor(exchange.person, exchange.snapshot, editActions, noRecord);
    const analyzer = analyzerOf(exchange.snapshot.site);
    const rules = await rulesFor(database, exchange);
    const wanted = { id, revision, person: exchange.person.name, guard, rules };
    const written = await changeOnce(database, exchange, digest, (transaction) =>
      restoreIn(transaction, analyzer, wanted),
    ).catch(translated(exchange, id, revision));
    const { action, restored, warnings, held } = written;
    if (held !== undefined) return sendHeld(exchange, id, written.revision, held);
    return sendJson(exchange, 200, {
      ...{ id, outcome: action, revision: written.revision, restored, url: urlOf(exchange, id) },
      ...(warnings.length > 0 && { warnings }),
    });
  });

  async function edit(exchange: Exchange, mode: EditMode, record: MarcRecord): Promise<FastifyReply> {
    const { request, args, person, snapshot } = exchange;
    const isDry = readParameters(editParameters, args)['dry-run'] === 1;
    const id = requireId(exchange);
    const base = baseOf(request.headers['if-match'], id);
    const merge = /(?:^|,)\s*merge\b/i.test(String(request.headers['prefer'] ?? ''));
    const rules = await rulesFor(database, exchange);
    const wanted = {
      ...{ id, base, record, mode, merge, person: person.name, rules },
      ...{ reason: 'API', guard: guardFor(person, snapshot, editActions, noRecord) },
    };
    const digest = createHash('sha256')
      .update(JSON.stringify([request.method, request.url, base, merge, toMarcJson(record)]))
      .digest();
    const analyzer = analyzerOf(snapshot.site);
    const done: Edited = isDry
      ? await rolledBack(database, (transaction) => editRecord(transaction, analyzer, wanted))
      : await changeOnce(database, exchange, digest, (transaction) => editRecord(transaction, analyzer, wanted)).catch(
          (error: unknown) => {
            throw error instanceof UserError ? toldFor(exchange)(error) : error;
          },
        );
    return sendEdited(exchange, done, base);
  }
}

/** As other libraries say that a record is deleted: leader/05. */
const deletion: MarcRecord = { leader: '00000dam a2200000   4500', fields: [] };

export function requireCallback(callback: string | undefined, { callbackUrls }: WebUploads): void {
  if (callback !== undefined && !mayCall(callback, callbackUrls))
    throw new UserError(uploadErrors.callback, { address: callback });
}

function requireId(exchange: Exchange): number {
  const text = exchange.param('id');
  const id = recordIdIn(text);
  if (id === undefined) throw new UserError(webErrors.apiNoRecord, { id: text });
  return id;
}

function noRecord(id: number): UserError {
  return new UserError(webErrors.apiNoRecord, { id });
}

/** If-Match: the revision that was read, as an entity tag. */
function baseOf(header: string | undefined, id: number): number {
  if (header === undefined) throw new UserError(uploadErrors.noBase, { id });
  const found = /^\s*(?:W\/)?"?([1-9]\d{0,8})"?\s*$/.exec(header);
  if (found === null) throw new UserError(uploadErrors.baseWrong, { text: header });
  return Number(found[1]);
}

function translated(exchange: Exchange, id: number, revision: number): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof UserError)) throw error;
    if (error.code === 'REPERIO_RECORD_NOT_FOUND') throw noRecord(id);
    if (error.code === 'REPERIO_REVISION_NOT_FOUND') throw new UserError(uploadErrors.noRevision, { id, revision });
    throw toldFor(exchange)(error);
  };
}

export function urlOf({ page }: Exchange, id: number): string {
  return `${page.baseUrl}/record/${id}`;
}

export function sendJson({ reply, timing }: Exchange, status: number, body: object): FastifyReply {
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .header('server-timing', timing.header())
    .type('application/json; charset=utf-8')
    .send(`${JSON.stringify(body)}\n`);
}

export function resultOf(exchange: Exchange, result: UploadedRecord): object {
  return { ...result, ...(result.id > 0 && { url: urlOf(exchange, result.id) }) };
}

function sendTaken(exchange: Exchange, taken: Taken, mode: WriteMode): FastifyReply {
  const address = (upload: number): string => `${exchange.page.baseUrl}/api/uploads/${upload}`;
  if (taken.kind === 'job') {
    const { upload, job } = taken;
    exchange.reply.header('location', address(upload));
    return sendJson(exchange, 202, { upload, job, url: address(upload) });
  }
  const { upload, results } = taken;
  const counts = withChangedWay(mode, taken.counts);
  return sendJson(exchange, 200, {
    ...(upload === undefined ? { dryRun: true } : { upload, url: address(upload) }),
    ...{ counts, results: results.map((one) => resultOf(exchange, one)) },
  });
}

function sendHeld(
  exchange: Exchange,
  id: number,
  revision: number,
  { id: held, findings }: Pick<NonNullable<Written['held']>, 'id' | 'findings'>,
): FastifyReply {
  const url = urlOf(exchange, id);
  return sendJson(exchange, 202, { id, outcome: 'held', revision, url, held, code: 'CHECK', findings });
}

function sendEdited(exchange: Exchange, done: Edited, base: number): FastifyReply {
  const { id } = done;
  switch (done.kind) {
    case 'gone':
      throw done.deleted ? new UserError(uploadErrors.notDeletedHere, { id }) : noRecord(id);
    case 'conflict': {
      const { revision, conflicts } = done;
      const error = new UserError(uploadErrors.conflict, { id, base, revision });
      const [before, theirs, ours] = [done.base, done.theirs, done.ours].map(
        (record) => record && visibleRecord(exchange, record),
      );
      return exchange.reply
        .header('etag', `"${revision}"`)
        .header('cache-control', 'no-store')
        .code(412)
        .type('application/problem+json; charset=utf-8')
        .send(
          JSON.stringify({
            ...{ type: 'about:blank', ...problemOf(error), revision },
            conflicts: conflicts.map((tag) => ({
              tag,
              ...Object.fromEntries(
                Object.entries({ base: before, theirs, ours }).map(([name, record]) => [name, fieldsOf(record, tag)]),
              ),
            })),
          }),
        );
    }
    case 'held': {
      const { revision, held, findings } = done;
      return sendHeld(exchange, id, revision, { id: held, findings });
    }
    default: {
      const { kind, revision, warnings } = done;
      exchange.reply.header('etag', `"${revision}"`);
      return sendJson(exchange, 200, {
        ...{ id, outcome: kind, revision, url: urlOf(exchange, id) },
        ...(warnings.length > 0 && { warnings }),
      });
    }
  }
}

/** Of one tag, as MARC-in-JSON has them; the leader as a text. */
function fieldsOf(record: MarcRecord | undefined, tag: string): unknown {
  if (record === undefined) return null;
  if (tag === 'LDR') return record.leader;
  const fields = record.fields.filter((field) => field.tag === tag);
  return JSON.parse(toMarcJson({ leader: '', fields })).fields;
}
