import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Answer } from '../../access/ask.ts';
import { withCataloguers } from '../../access/cataloguers.ts';
import { collectionTree } from '../../access/collections.ts';
import { withFindings } from '../../access/findings.ts';
import { isCollectionFor } from '../../access/no-collection.ts';
import { refusedEntirely } from '../../access/visible.ts';
import { describeWork } from '../../description/work.ts';
import { UserError } from '../../errors/errors.ts';
import type { PageFormat } from '../../formats/format-names.ts';
import { askedFormat, isPage } from '../../formats/formats.ts';
import type { ExportItem } from '../../formats/item.ts';
import type { Html } from '../../html/html.ts';
import { counted, topValuesOf } from '../../search/facets.ts';
import { findingValues } from '../../search/find-values.ts';
import { builtInFields } from '../../search/query/tree.ts';
import { type Repeated, repeatedTooOften } from '../../search/repeated.ts';
import { longestQuestion, maximumPageSize, questionLength, type SearchRequest } from '../../search/request.ts';
import { requestOf } from '../../search/request-url.ts';
import { toArguments, toUrl } from '../../search/url-of-request.ts';
import { yearSpanText } from '../../search/year-span.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import { sendRestricted, sendUnknownCollection } from '../exchange/messages.ts';
import { sendHtml } from '../exchange/reply.ts';
import { documentsTag, thumbnailsOf } from '../files/shown.ts';
import { webErrors } from '../http/errors.ts';
import { drawnRecords, shortened } from '../reading/read-records.ts';
import type { Hit } from '../ui/hit.ts';
import { asksToBrowse, sendBrowse } from './browse.ts';
import { citationSummary } from './citation-summary-view.ts';
import { hitDetails, hitItems, hitMarc } from './drawn-hits.ts';
import { sendExport, sendIds } from './export.ts';
import { facetPage } from './facet-page.ts';
import { type SearchModel, searchPage, yearArguments } from './page.ts';
import { facetLabel, facetTitle, facetValue, searchView } from './search-view.ts';
import { withUsualFormat } from './usual-format.ts';

/** /search in all its formats, and the long list of a facet's values. */
export function searchRoutes(app: FastifyInstance, environment: WebEnvironment): void {
  const { get } = routesOf(app, environment);
  get('/search', async (exchange) => {
    const canonical = withYearSpan(exchange);
    if (canonical !== undefined) return exchange.reply.redirect(canonical, 302);
    const question = await readQuestion(exchange);
    const format = askedFormat(question.format);
    const refused = refusedEntirely(exchange.person, exchange.snapshot, question);
    if (refused !== undefined) return sendRestricted(exchange, refused, format.kind !== 'page');
    if (asksToBrowse(exchange.args)) return sendBrowse(exchange, question);
    if (format.kind === 'ids') return sendIds(exchange, question);
    if (format.kind === 'export') return sendExport(exchange, question);
    const size = Math.min(question.size, maximumPageSize);
    const asPage = { ...question, size, format: format.page.code };
    return sendPage(exchange, asPage, format.page);
  });

  get('/search/facet', async (exchange) => {
    const question = await readQuestion(exchange);
    const code = exchange.args.get('code') ?? '';
    const definition = exchange.snapshot.site.facets.find((facet) => facet.code === code && facet.kind === 'values');
    if (definition === undefined) return exchange.notFound();
    const refused = refusedEntirely(exchange.person, exchange.snapshot, question);
    if (refused !== undefined) return sendRestricted(exchange, refused);
    const { snapshot, page } = exchange;
    const find = (exchange.args.get('find') ?? '').trim();
    const others = { ...question, facets: { ...question.facets, [code]: [] }, size: 1 };
    const { hits, total } = await exchange.ask(others);
    const wanted = find.toLowerCase();
    const label = (text: string): string =>
      facetLabel(page, definition, text, labelOf(exchange, definition.labels, text));
    const { values: listed, all } =
      find === ''
        ? { values: await exchange.work(topValuesOf(snapshot, code, counted(hits), valuesListed + 1)), all: true }
        : await exchange.work(
            findingValues(
              snapshot,
              code,
              counted(hits),
              (text) => label(text).toLowerCase().includes(wanted),
              valuesListed + 1,
              exchange.patterns.deadline,
            ),
          );
    const values = listed.map(({ text, count }) => ({ text, count, label: label(text) }));
    const chosen = question.facets[code] ?? [];
    return sendHtml(
      exchange,
      facetPage(page, {
        request: question,
        code,
        title: facetTitle(page, definition),
        find,
        total,
        cut: values.length > valuesListed || !all,
        hidden: toArguments({ ...question, first: 1 }),
        values: values.slice(0, valuesListed).map(({ text, label: name, count }) =>
          facetValue(page, question, definition, {
            value: text,
            label: name,
            count,
            selected: chosen.includes(text),
          }),
        ),
      }),
    );
  });
}

const valuesListed = 300;

function labelOf({ snapshot }: Exchange, base: string | undefined, value: string): string {
  const labels = base === undefined ? undefined : snapshot.site.knowledge[base];
  return labels !== undefined && Object.hasOwn(labels, value) ? labels[value]! : value;
}

/**
 * The normalised request. Throws a UserError for a question that is too long. The home collection
 * by its name is the home collection; how many hits a page has is as the person likes it.
 */
export function readRequest({ snapshot, args, signedIn }: Exchange): SearchRequest {
  const fields = new Set(snapshot.site.fields.map((field) => field.code));
  const asked = requestOf(args, {
    isField: (code) => fields.has(code) || builtInFields.has(code),
    isFacet: (code) => snapshot.site.facets.some((facet) => facet.code === code),
  });
  const length = questionLength(asked);
  if (length > longestQuestion) throw new UserError(webErrors.questionTooLong, { length, most: longestQuestion });
  requireFew(repeatedTooOften(asked));
  const liked = signedIn?.account.preferences.size;
  const sized = liked === undefined || args.has('rg') || !isPage(asked.format) ? asked : { ...asked, size: liked };
  const isHome = sized.collection === collectionTree(snapshot.site).home?.collection.name;
  const request = isHome ? { ...sized, collection: '' } : sized;
  return withUsualFormat(snapshot.site, request, (args.get('of') ?? '').trim() !== '');
}

/** Throws a UserError for what stands there too often. */
export function requireFew(repeated: Repeated | undefined): void {
  if (repeated !== undefined) throw new UserError(webErrors.repeatedTooOften, { ...repeated });
}

/** The request with what has to be read before a search. */
export async function readQuestion(exchange: Exchange): Promise<SearchRequest> {
  return await withDatabaseAnswers(exchange, readRequest(exchange));
}

/** With what stands in the database alone: who changed records, and what rules have found. */
export async function withDatabaseAnswers(exchange: Exchange, request: SearchRequest): Promise<SearchRequest> {
  const { snapshot, person, changedBy, recordsFound } = exchange;
  const known = await withCataloguers(snapshot, person, request, changedBy);
  return await withFindings(snapshot, person, known, recordsFound);
}

/** The form of the year picture has two boxes; the address has one argument. */
function withYearSpan(exchange: Exchange): string | undefined {
  const [from, to] = yearArguments.map((name) => exchange.args.get(name)?.trim());
  if (from === undefined && to === undefined) return undefined;
  const facet = exchange.snapshot.site.facets.find((one) => one.kind === 'year');
  const request = readRequest(exchange);
  const year = (text: string | undefined): number | undefined =>
    /^\d{1,4}$/.test(text ?? '') ? Number(text) : undefined;
  const span = { from: year(from), to: year(to) };
  if (facet === undefined || (span.from === undefined && span.to === undefined)) return toUrl(request);
  return toUrl(request, { facets: { ...request.facets, [facet.code]: [yearSpanText(span)] } });
}

async function sendPage(exchange: Exchange, question: SearchRequest, format: PageFormat): Promise<FastifyReply> {
  const unknown = [question.collection, ...question.collections].find(
    (name) => name !== '' && !isCollectionFor(exchange.person, exchange.snapshot, name),
  );
  if (unknown !== undefined) return sendUnknownCollection(exchange, unknown);
  if (exchange.isFresh(`html ${documentsTag(exchange)}`)) return exchange.reply;
  const { model, answer } = await searchView(exchange, question);
  if (format.draws === 'citations') {
    const summary = answer.total === 0 ? {} : { summary: await citationSummary(exchange, question, answer, format) };
    return sendHtml(exchange, searchPage(exchange.page, { ...model, ...summary }));
  }
  if (format.draws === 'brief' || format.draws === 'gallery' || answer.total === 0)
    return sendHtml(exchange, searchPage(exchange.page, await withThumbnails(exchange, model)));
  return sendHtml(
    exchange,
    searchPage(exchange.page, { ...model, ...(await drawnHits(exchange, model, answer, format)) }),
  );
}

/** One read for all hits of a page. */
async function withThumbnails(exchange: Exchange, model: SearchModel): Promise<SearchModel> {
  const parts = model.sections ?? [];
  const ids = [...model.hits, ...parts.flatMap(({ hits }) => hits)].map(({ id }) => id);
  const thumbnails = await thumbnailsOf(exchange, ids);
  if (thumbnails.size === 0) return model;
  const shown = (hits: readonly Hit[]): readonly Hit[] =>
    hits.map((hit) => ({ ...hit, thumbnail: thumbnails.get(hit.id) }));
  const sections = model.sections?.map((part) => ({ ...part, hits: shown(part.hits) }));
  return { ...model, hits: shown(model.hits), sections };
}

/** Characters after which a page of whole hits ends: 200 ordinary ones are half a megabyte. */
const longestList = 2 * 1024 * 1024;

/** Hits as their formats draw them, as far as a page can hold them. */
async function drawnHits(
  exchange: Exchange,
  { request, highlighter }: SearchModel,
  { ids }: Answer,
  { draws }: PageFormat,
): Promise<Pick<SearchModel, 'drawn'>> {
  const { page } = exchange;
  const places = new Map(ids.map((id, i) => [id, request.first + i]));
  const draw = ({ id, record: whole }: ExportItem): Html => {
    const { record } = shortened(whole);
    const place = { id, rank: places.get(id)! };
    return draws === 'marc'
      ? hitMarc(page, { ...place, record })
      : hitDetails(page, { ...place, work: describeWork(record) }, highlighter);
  };
  const list: Html[] = [];
  let written = 0;
  for await (const { id, drawn } of drawnRecords(exchange, ids, draw, { mayBeCut: true })) {
    list.push(drawn);
    written += drawn.text.length;
    if (written > longestList && id !== ids.at(-1))
      return { drawn: hitItems(page, request.first, list, toUrl(request, { first: places.get(id)! + 1 })) };
  }
  return { drawn: hitItems(page, request.first, list, undefined) };
}
