import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ask } from '../../access/ask.ts';
import { collectionTree } from '../../access/collections.ts';
import { exportFormat, idFormat, requireExportFormat } from '../../formats/formats.ts';
import { describeWork } from '../../formats/work/work.ts';
import { counted, topValuesOf } from '../../search/facets.ts';
import { builtInFields } from '../../search/query/tree.ts';
import { requestOf, type SearchRequest, toArguments, toUrl } from '../../search/request.ts';
import type { WebEnvironment } from '../environment.ts';
import { beginExchange, type Exchange } from '../exchange.ts';
import { hitDetails, hitMarc } from '../pages/drawn-hits.ts';
import { facetPage } from '../pages/facet.ts';
import { searchPage, yearArguments } from '../pages/search.ts';
import { entityTag, notModified, sendHtml } from '../reply.ts';
import { citationSummary } from '../view/citation-summary.ts';
import { exportStream, idStream } from '../view/export-view.ts';
import { facetHref, facetLabel, facetTitle, searchView } from '../view/search-view.ts';
import { visibleRecord } from '../view/visible-record.ts';
import { asksToBrowse, sendBrowse } from './browse.ts';
import { sendUnknownCollection } from './messages.ts';

/** /search in all its formats, and the long list of a facet's values. */
export function searchRoutes(app: FastifyInstance, environment: WebEnvironment): void {
  app.get('/search', async (request, reply) => {
    const exchange = beginExchange(environment, request);
    const canonical = withYearSpan(exchange);
    if (canonical !== undefined) return reply.redirect(canonical, 302);
    const question = readRequest(exchange);
    if (asksToBrowse(exchange.args)) return sendBrowse(environment, exchange, request, reply, question);
    if (question.format === idFormat.code || question.format === 'intbitset') return sendIds(exchange, reply, question);
    const isPage = question.format.startsWith('h') && exportFormat(question.format) === undefined;
    if (!isPage && !/^\d/.test(question.format)) return sendExport(exchange, reply, question);
    return sendPage(environment, exchange, request, reply, isPage ? question : { ...question, format: 'hb' });
  });

  app.get('/search/facet', async (request, reply) => {
    const exchange = beginExchange(environment, request);
    const question = readRequest(exchange);
    const code = exchange.args.get('code') ?? '';
    const definition = exchange.snapshot.site.facets.find((facet) => facet.code === code && facet.kind === 'values');
    if (definition === undefined) return reply.callNotFound();
    const { snapshot, person, page, timing } = exchange;
    const find = (exchange.args.get('find') ?? '').trim();
    const others = { ...question, facets: { ...question.facets, [code]: [] }, size: 1 };
    const { hits, total } = timing.search(() => ask(snapshot, person, others));
    const listed = timing.search(() =>
      topValuesOf(snapshot, code, counted(hits), find === '' ? valuesListed + 1 : valuesSearched),
    );
    const wanted = find.toLowerCase();
    const values = listed
      .map(({ text, count }) => ({
        text,
        count,
        label: facetLabel(page, definition, text, labelOf(exchange, definition.labels, text)),
      }))
      .filter(({ label }) => label.toLowerCase().includes(wanted));
    const chosen = question.facets[code] ?? [];
    return sendHtml(
      reply,
      exchange,
      facetPage(page, {
        request: question,
        code,
        title: facetTitle(page, definition),
        find,
        total,
        cut: values.length > valuesListed || listed.length === valuesSearched,
        hidden: [...toArguments({ ...question, first: 1 })],
        values: values.slice(0, valuesListed).map(({ text, label, count }) => ({
          label,
          count,
          chosen: chosen.includes(text),
          href: facetHref(question, code, text),
        })),
      }),
    );
  });
}

const valuesListed = 300;
const valuesSearched = 50_000;

function labelOf({ snapshot }: Exchange, base: string | undefined, value: string): string {
  const labels = base === undefined ? undefined : snapshot.site.knowledge[base];
  return labels !== undefined && Object.hasOwn(labels, value) ? labels[value]! : value;
}

/** The washed request. The home collection by its name is the home collection. */
export function readRequest({ snapshot, args }: Exchange): SearchRequest {
  const fields = new Set(snapshot.site.fields.map((field) => field.code));
  const request = requestOf(args, (code) => fields.has(code) || builtInFields.has(code));
  return request.collection === collectionTree(snapshot.site).home?.collection.name
    ? { ...request, collection: '' }
    : request;
}

/** The form of the year picture has two boxes; the address has one argument. */
function withYearSpan(exchange: Exchange): string | undefined {
  const [from, to] = yearArguments.map((name) => exchange.args.get(name)?.trim());
  if (from === undefined && to === undefined) return undefined;
  const facet = exchange.snapshot.site.facets.find((one) => one.kind === 'year');
  const request = readRequest(exchange);
  const isYear = (text: string | undefined): boolean => /^\d{1,4}$/.test(text ?? '');
  if (facet === undefined || (!isYear(from) && !isYear(to))) return toUrl(request);
  const span = `${isYear(from) ? from : ''}->${isYear(to) ? to : ''}`;
  return toUrl(request, { facets: { ...request.facets, [facet.code]: [from === to ? from! : span] } });
}

async function sendPage(
  environment: WebEnvironment,
  exchange: Exchange,
  request: FastifyRequest,
  reply: FastifyReply,
  question: SearchRequest,
): Promise<FastifyReply> {
  const unknown = [question.collection, ...question.collections].find(
    (name) => name !== '' && !collectionTree(exchange.snapshot.site).byName.has(name),
  );
  if (unknown !== undefined) return sendUnknownCollection(exchange, reply, unknown);
  if (notModified(request, reply, entityTag(exchange, environment))) return reply;
  const { model, answer } = await searchView(exchange, question);
  if (question.format === 'hcs' || question.format === 'hcs2') {
    const summary = answer.total === 0 ? {} : { summary: citationSummary(exchange, question, answer) };
    return sendHtml(reply, exchange, searchPage(exchange.page, { ...model, ...summary }));
  }
  if (question.format === 'hb' || answer.total === 0)
    return sendHtml(reply, exchange, searchPage(exchange.page, model));
  const records = await exchange.records(answer.ids);
  const shown = answer.ids.flatMap((id, i) => {
    const one = records.get(id);
    return one === undefined ? [] : [{ id, rank: question.first + i, record: visibleRecord(exchange, one.record) }];
  });
  const drawn =
    question.format === 'hm'
      ? hitMarc(exchange.page, shown)
      : hitDetails(
          exchange.page,
          shown.map(({ id, rank, record }) => ({ id, rank, work: describeWork(record) })),
          model.highlighter,
        );
  return sendHtml(reply, exchange, searchPage(exchange.page, { ...model, drawn }));
}

function sendIds(exchange: Exchange, reply: FastifyReply, question: SearchRequest): FastifyReply {
  const { snapshot, person, timing } = exchange;
  const answer = timing.search(() => ask(snapshot, person, question));
  return reply.header('server-timing', timing.header()).type(idFormat.contentType).send(idStream(answer.ids));
}

function sendExport(exchange: Exchange, reply: FastifyReply, question: SearchRequest): FastifyReply {
  const { snapshot, person, timing } = exchange;
  const format = requireExportFormat(question.format);
  const answer = timing.search(() => ask(snapshot, person, question));
  const stream = exportStream(exchange, format, answer.ids, answer.total, question.tags);
  return reply
    .header('server-timing', timing.header())
    .header('content-disposition', `inline; filename="search.${format.extension}"`)
    .type(format.contentType)
    .send(stream);
}
