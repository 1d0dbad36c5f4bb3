import { readFileSync } from 'node:fs';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Answer } from '../../access/ask.ts';
import { collectionTree } from '../../access/collections.ts';
import { correcting } from '../../access/guide.ts';
import { visibleIds } from '../../access/list.ts';
import { shownCollections } from '../../access/shown-collections.ts';
import { suggestFor } from '../../access/suggest.ts';
import { UserError } from '../../errors/errors.ts';
import type { ExportFormat } from '../../formats/export-format.ts';
import { recordAddress } from '../../formats/export-format.ts';
import { exportFormats } from '../../formats/formats.ts';
import { jsonRecord } from '../../formats/json-record.ts';
import { plainText } from '../../formats/mathematics.ts';
import type { Position } from '../../search/cursor.ts';
import { toUrl } from '../../search/url-of-request.ts';
import type { Collection } from '../../site/site.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import type { FoundRecord } from '../exchange/find-record.ts';
import type { ReadVersion } from '../exchange/read-version.ts';
import { sendHtml } from '../exchange/reply.ts';
import { webErrors } from '../http/errors.ts';
import { negotiateType } from '../http/negotiate.ts';
import { problemOf, sendProblem } from '../http/problem.ts';
import { collectionAddress } from '../http/url.ts';
import { exportRecord } from '../reading/export-records.ts';
import { visibleRecord } from '../reading/visible-record.ts';
import { readQuestion } from '../search/routes.ts';
import { facetLabel, facetTitle, noticeText } from '../search/search-view.ts';
import { readCursor, writeCursor } from './cursor.ts';
import { sendList } from './list.ts';
import { openApi } from './openapi.ts';
import { operationsOf } from './operations.ts';
import { apiPage } from './page.ts';
import { readParameters } from './parameters.ts';
import {
  collectionsParameters,
  noParameters,
  recordFields,
  recordParameters,
  recordsParameters,
  searchParameters,
  suggestParameters,
} from './schemas.ts';

/** The JSON API; operations.ts says what there is, and a test holds both together. */
export function apiRoutes(app: FastifyInstance, environment: WebEnvironment): void {
  const { get } = routesOf(app, environment);
  const { version }: { readonly version: string } = JSON.parse(
    readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
  );
  const hasFiles = environment.files !== undefined;
  const hasUploads = environment.uploads !== undefined;
  get('/api/search', search);
  get('/api/records', records);
  get('/api/records/:id', record);
  get('/api/collections', collections);
  get('/api/suggest', suggest);
  get('/api/openapi.json', (exchange) => {
    readParameters(noParameters, exchange.args);
    const { site, baseUrl, hasAccounts } = exchange.page;
    return exchange.isFresh('api')
      ? exchange.reply
      : sendJson(exchange, openApi(site, { baseUrl, version, hasAccounts, hasFiles, hasUploads }));
  });
  get('/api', (exchange) => {
    if (exchange.isFresh('api')) return exchange.reply;
    const { page } = exchange;
    return sendHtml(exchange, apiPage(page, operationsOf(page.site, page.hasAccounts, hasFiles, hasUploads)));
  });
}

const jsonType = 'application/json; charset=utf-8';

function sendJson({ timing, reply }: Exchange, body: unknown, type = jsonType): FastifyReply {
  return reply
    .header('server-timing', timing.header())
    .type(type)
    .send(`${JSON.stringify(body)}\n`);
}

/** Keys of a record when none are asked for: all but the references, which may be hundreds. */
const usualFields = recordFields.filter((name) => name !== 'reference');

function fieldsOf(text: string | undefined): readonly string[] {
  if (text === undefined) return usualFields;
  const names = text.split(',');
  const unknown = names.find((name) => !recordFields.includes(name));
  if (unknown !== undefined)
    throw new UserError(webErrors.parameterWrong, {
      name: 'fields',
      reason: `has ${unknown}, which is not a key of a record`,
    });
  return names.includes('recid') ? names : ['recid', ...names];
}

/** The address of the next part: the same question with another cursor. */
function nextAddress({ page, args }: Exchange, path: string, cursor: string): string {
  const parameters = new URLSearchParams(args);
  parameters.set('cursor', cursor);
  return `${page.baseUrl}${path}?${parameters}`;
}

async function search(exchange: Exchange): Promise<FastifyReply> {
  const { page, args } = exchange;
  const given = readParameters(searchParameters(page.site.facets.map(({ code }) => code)), args);
  const fields = fieldsOf(given.fields);
  const question = { ...(await readQuestion(exchange)), first: 1, size: given.size ?? 25, format: 'js', tags: [] };
  const asWritten = toUrl({ ...question, size: 0, language: '' });
  const after = given.cursor === undefined ? undefined : readCursor(given.cursor, asWritten);
  if (exchange.isFresh('api')) return exchange.reply;
  const answer = await exchange.ask(question, { facets: given.facets === 1, positions: true, after, colons: true });
  const { snapshot, person, patterns } = exchange;
  const correction =
    answer.total > 0 || after !== undefined
      ? undefined
      : await exchange.work(correcting(snapshot, person, question, patterns));
  const restricted = answer.refused.map((name) => ({
    kind: 'restricted',
    text: name,
    message: page.tr.t('error.restricted.text', { name }),
  }));
  const next = (position: Position): string => nextAddress(exchange, '/api/search', writeCursor(position, asWritten));
  return sendList(exchange, {
    before: {
      total: answer.total,
      understood: answer.understood,
      notices: [
        ...answer.notices.map((notice) => ({
          kind: notice.kind,
          text: notice.text,
          message: noticeText(page, notice),
        })),
        ...restricted,
      ],
      ...(correction === undefined ? {} : { correction: { query: correction.text, total: correction.count } }),
    },
    ids: answer.ids,
    fields,
    after: given.facets === 1 ? { facets: answer.facets.map((facet) => facetAnswer(exchange, facet)) } : {},
    next: (last) =>
      last < answer.ids.length - 1 ? next(answer.positions[last]!) : answer.end === undefined ? null : next(answer.end),
  });
}

function facetAnswer({ page }: Exchange, facet: Answer['facets'][number]): object {
  const definition = page.site.facets.find(({ code }) => code === facet.code);
  return {
    code: facet.code,
    title: definition === undefined ? facet.code : facetTitle(page, definition),
    kind: facet.kind,
    values: facet.values.map((value) => ({
      ...value,
      label: definition === undefined ? value.label : facetLabel(page, definition, value.value, value.label),
    })),
  };
}

async function records(exchange: Exchange): Promise<FastifyReply> {
  const { snapshot, person, args, timing } = exchange;
  const { size = 100, cursor, ...given } = readParameters(recordsParameters, args);
  const fields = fieldsOf(given.fields);
  const after = cursor === undefined ? 0 : readCursor(cursor, 'records').id;
  if (exchange.isFresh('api')) return exchange.reply;
  // One more than shown says whether anything follows.
  const { ids, total } = timing.search(() => visibleIds(person, snapshot, after, size + 1));
  const shown = ids.slice(0, size);
  return sendList(exchange, {
    before: { total },
    ids: shown,
    fields,
    after: {},
    next: (last) =>
      last >= ids.length - 1
        ? null
        : nextAddress(exchange, '/api/records', writeCursor({ key: null, id: ids[last]! }, 'records')),
  });
}

async function record(exchange: Exchange): Promise<FastifyReply> {
  const { request, reply } = exchange;
  const fields = fieldsOf(readParameters(recordParameters, exchange.args).fields);
  const found = await exchange.record(exchange.param('id'));
  if (found.kind === 'merged') return sendMoved(exchange, found);
  const version = requireShown(found, exchange.param('id'));
  const format = negotiated(request);
  reply.header('last-modified', version.modified.toUTCString());
  if (exchange.isFresh(`api ${format?.code ?? ''} ${version.revision}`)) return reply;
  if (format !== undefined)
    return reply
      .header('content-disposition', `inline; filename="record-${version.id}.${format.extension}"`)
      .type(format.contentType)
      .send(exportRecord(exchange, format, version, []));
  if (version.leftOut > 0) throw new UserError(webErrors.recordTooLarge, { id: version.id });
  const item = { ...version, record: visibleRecord(exchange, version.record) };
  return sendJson(exchange, jsonRecord(item, recordAddress(exchange.page.baseUrl, version.id), fields));
}

/** The export that the client wants more than JSON. */
function negotiated(request: FastifyRequest): ExportFormat | undefined {
  const types = exportFormats
    .filter(({ code }) => code !== 'js')
    .flatMap((format) => format.mediaTypes.map((type) => ({ type, format })));
  const best = negotiateType(request.headers.accept, ['application/json', ...types.map(({ type }) => type)]);
  return types.find(({ type }) => type === best)?.format;
}

/**
 * Programs that follow redirections read the record that it was merged into; others are told why.
 */
function sendMoved({ reply }: Exchange, { id, other }: Extract<FoundRecord, { kind: 'merged' }>): FastifyReply {
  const problem = problemOf(new UserError(webErrors.apiMerged, { id, other }));
  return sendProblem(reply.header('location', `/api/records/${other}`), { ...problem, status: 301 });
}

function requireShown(found: Exclude<FoundRecord, { kind: 'merged' }>, text: string): ReadVersion {
  switch (found.kind) {
    case 'shown':
      return found.version;
    case 'deleted':
      throw new UserError(webErrors.apiDeleted, { id: found.id, date: found.on.toISOString().slice(0, 10) });
    case 'unknown':
      throw new UserError(webErrors.apiNoRecord, { id: text });
  }
}

function collections(exchange: Exchange): FastifyReply {
  const { snapshot, person, page, timing } = exchange;
  readParameters(collectionsParameters, exchange.args);
  if (exchange.isFresh('api')) return exchange.reply;
  const counts = timing.search(() => shownCollections(person, snapshot));
  const home = collectionTree(page.site).home?.collection.name;
  const branch = (collection: Collection): object[] => {
    const count = counts.get(collection.name);
    // A collection that this person may not see is not there; an empty one as on the home page.
    if (count === undefined) return [];
    const { name } = collection;
    return [
      {
        name,
        title: page.tr.nameOf(collection.names, name),
        records: count,
        url: page.baseUrl + (name === home ? '/' : collectionAddress(name)),
        children: collection.children.flatMap(branch),
        virtual: collection.virtualChildren.flatMap(branch),
      },
    ];
  };
  return sendJson(exchange, { collections: page.site.collections.flatMap(branch) });
}

function suggest(exchange: Exchange): FastifyReply {
  const { snapshot, person, page, args, timing } = exchange;
  const { q, kind, cc = '', size = 8, form } = readParameters(suggestParameters, args);
  if (exchange.isFresh('api')) return exchange.reply;
  const suggestions = timing
    .search(() => suggestFor(snapshot, person, q, { kind, limit: size }, { collection: cc }))
    .map((one) => ({
      ...one,
      label: plainText(one.text),
      url:
        one.record === undefined
          ? `${page.baseUrl}/search?${new URLSearchParams({ p: one.query })}`
          : recordAddress(page.baseUrl, one.record),
    }));
  if (form !== 'opensearch') return sendJson(exchange, { suggestions });
  const lists = [
    suggestions.map(({ text }) => text),
    suggestions.map(({ kind }) => kind),
    suggestions.map(({ url }) => url),
  ];
  return sendJson(exchange, [q, ...lists], 'application/x-suggestions+json; charset=utf-8');
}
