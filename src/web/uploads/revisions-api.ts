import type { FastifyReply } from 'fastify';
import { mayReadHistories, mayReadHistory } from '../../access/history.ts';
import { UserError } from '../../errors/errors.ts';
import { marcJsonFormat, marcXmlFormat, textMarcFormat } from '../../formats/marc-formats.ts';
import { differencesOf } from '../../marc/differences.ts';
import type { Field } from '../../marc/record.ts';
import { toMarcJson } from '../../marc/writers/json.ts';
import { readParameters } from '../api/parameters.ts';
import { revisionsParameters } from '../api/write-schemas.ts';
import type { Exchange, Routes } from '../exchange/exchange.ts';
import type { ReadVersion } from '../exchange/read-version.ts';
import { webErrors } from '../http/errors.ts';
import { negotiateType } from '../http/negotiate.ts';
import { exportRecord } from '../reading/export-records.ts';
import { readShown } from '../reading/shown-version.ts';
import { visibleRecord } from '../reading/visible-record.ts';
import { uploadErrors } from './errors.ts';
import { sendJson } from './records-api.ts';

/** Of one record; each is looked at, as it may not be shown. */
const mostListed = 100;
const formats = [marcXmlFormat, marcJsonFormat, textMarcFormat];

/** Versions of a record, for those who may edit it. */
export function revisionsApiRoutes({ get }: Pick<Routes, 'get'>): void {
  get('/api/records/:id/revisions', async (exchange) => {
    const id = await requireRecord(exchange);
    const { diff, before } = readParameters(revisionsParameters, exchange.args);
    if (diff !== undefined) return await sendDifferences(exchange, id, diff);
    const part = { offset: 0, limit: mostListed, ...(before !== undefined && { upTo: before - 1 }) };
    const { versions, newest } = await exchange.history(id, part);
    const shown: object[] = [];
    for (const { revision, modified, deleted, person, reason } of versions)
      if ((await readShown(exchange, id, revision)) !== undefined)
        shown.push({ revision, modified: modified.toISOString(), deleted, person, reason });
    const last = versions.at(-1)?.revision ?? 1;
    const next = `${exchange.page.baseUrl}/api/records/${id}/revisions?before=${last}`;
    return sendJson(exchange, 200, { id, newest, revisions: shown, next: last > 1 ? next : null });
  });

  get('/api/records/:id/revisions/:revision', async (exchange) => {
    const id = await requireRecord(exchange);
    const text = exchange.param('revision');
    const { versions, newest } = await exchange.history(id, { offset: 0, limit: 1, ...upTo(text) });
    const version = await requireRevision(exchange, id, text === 'newest' ? newest : numberIn(text), text);
    const { reply, request } = exchange;
    reply.header('etag', `"${version.revision}"`).header('cache-control', 'private, no-store');
    const types = formats.flatMap((format) => format.mediaTypes.map((type) => ({ type, format })));
    const best = negotiateType(request.headers.accept, ['application/json', ...types.map(({ type }) => type)]);
    const format = types.find(({ type }) => type === best)?.format;
    if (format !== undefined)
      return reply.type(format.contentType).send(exportRecord(exchange, format, { ...version, pdfs: [] }, []));
    if (version.leftOut > 0) throw new UserError(webErrors.recordTooLarge, { id });
    const { revision, modified, deleted } = version;
    const { person, reason } = versions[0] ?? {};
    return sendJson(exchange, 200, {
      ...{ id, revision, newest, modified: modified.toISOString(), deleted, person, reason },
      record: JSON.parse(toMarcJson(visibleRecord(exchange, version.record))),
    });
  });
}

function upTo(text: string): { readonly upTo?: number } {
  const revision = numberIn(text);
  return revision === undefined ? {} : { upTo: revision };
}

/** The number of a record that is shown, or was before it was deleted. */
async function requireRecord(exchange: Exchange): Promise<number> {
  const { person, snapshot } = exchange;
  const text = exchange.param('id');
  if (!mayReadHistories(person, snapshot))
    throw person.name === undefined
      ? new UserError(uploadErrors.signIn)
      : new UserError(webErrors.apiNotAllowed, { action: 'runbibedit' });
  const found = await exchange.record(text);
  if (found.kind === 'unknown') throw new UserError(webErrors.apiNoRecord, { id: text });
  const id = found.kind === 'shown' ? found.version.id : found.id;
  if (!mayReadHistory(person, snapshot, id)) throw new UserError(webErrors.apiNotAllowed, { action: 'runbibedit' });
  return id;
}

async function requireRevision(
  exchange: Exchange,
  id: number,
  revision: number | undefined,
  text: string,
): Promise<ReadVersion> {
  const version = await readShown(exchange, id, revision);
  if (version === undefined) throw new UserError(uploadErrors.noRevision, { id, revision: text });
  return version;
}

async function sendDifferences(exchange: Exchange, id: number, text: string): Promise<FastifyReply> {
  const found = /^(\d{1,9})\.\.(\d{1,9})$/.exec(text);
  if (found === null) throw new UserError(uploadErrors.diffWrong, { text });
  const [from, to] = [found[1]!, found[2]!];
  const [one, other] = [
    await requireRevision(exchange, id, Number(from), from),
    await requireRevision(exchange, id, Number(to), to),
  ];
  if (one.leftOut + other.leftOut > 0) throw new UserError(webErrors.recordTooLarge, { id });
  const { fields, reordered } = differencesOf(
    visibleRecord(exchange, one.record),
    visibleRecord(exchange, other.record),
  );
  return sendJson(exchange, 200, {
    ...{ id, from: one.revision, to: other.revision, reordered },
    fields: fields.map(({ tag, before, after }) => ({ tag, before: fieldJson(before), after: fieldJson(after) })),
  });
}

function fieldJson(field: Field | undefined): unknown {
  if (field === undefined) return null;
  const [one] = JSON.parse(toMarcJson({ leader: '', fields: [field] })).fields;
  return Object.values(one)[0];
}

function numberIn(text: string): number | undefined {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
