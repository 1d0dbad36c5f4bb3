import type { FastifyInstance, FastifyReply } from 'fastify';
import { asking } from '../../access/ask.ts';
import { browseFor } from '../../access/browse.ts';
import { explainText, refusedText, type ScannedTerm, scanText, searchText } from '../../exchange/sru/answer.ts';
import { type Diagnostic, Refused } from '../../exchange/sru/diagnostics.ts';
import { explainRecord } from '../../exchange/sru/explain.ts';
import { findIndex, standardPrefixes } from '../../exchange/sru/indexes.ts';
import { questionOf } from '../../exchange/sru/question.ts';
import {
  type ExplainRequest,
  type RefusedRequest,
  readSruRequest,
  type ScanRequest,
  type SearchRetrieveRequest,
  type SruRequest,
  type SruVersion,
} from '../../exchange/sru/request.ts';
import { orderOfSortBy, orderOfSortKeys } from '../../exchange/sru/sort.ts';
import { literalText, wordsOf } from '../../exchange/sru/terms.ts';
import { guest } from '../../people/person.ts';
import type { Notice } from '../../search/notices.ts';
import { emptyRequest, type SearchRequest } from '../../search/request.ts';
import { analyzerOf } from '../../search/search.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import { recordsAsText } from './sru-records.ts';

/** SRU 1.1, 1.2 and 2.0: other catalogues search this one, as guests, whoever asks. */
export function sruRoutes(app: FastifyInstance, environment: WebEnvironment): void {
  const { get, post } = routesOf(app, environment);
  get('/sru', (exchange) => (exchange.isFresh('sru') ? exchange.reply : answer(exchange, exchange.args)));
  // What it asks is in its body, so that its address says nothing of the answer.
  post('/sru', (exchange) => {
    exchange.reply.header('cache-control', 'no-store');
    return answer(exchange, exchange.request.body as URLSearchParams);
  });
}

async function answer(exchange: Exchange, args: URLSearchParams): Promise<FastifyReply> {
  const type = typeOf(args);
  const request = readSruRequest(args);
  if (type === undefined) {
    const refused: Diagnostic = { code: 6, details: 'httpAccept' };
    exchange.reply.code(406);
    return send(exchange, refusal(exchange, { ...request, refused }), 'text/xml');
  }
  const text = 'refused' in request ? refusal(exchange, request) : await sayTo(exchange, request);
  return send(exchange, text, type ?? usualType(request.version, exchange));
}

async function sayTo(exchange: Exchange, request: SruRequest): Promise<string> {
  try {
    switch (request.operation) {
      case 'explain':
        return explain(exchange, request, request.warnings);
      case 'scan':
        return scan(exchange, request);
      case 'searchRetrieve':
        return await search(exchange, request);
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return refusal(exchange, { ...request, refused: error.diagnostic });
  }
}

function refusal(exchange: Exchange, { operation, version, refused }: RefusedRequest): string {
  if (operation === 'explain') return explain(exchange, { version }, [refused]);
  return refusedText({ operation, version }, [refused]);
}

function explain(
  exchange: Exchange,
  request: { readonly version: SruVersion } & Partial<ExplainRequest>,
  diagnostics: readonly Diagnostic[],
): string {
  const { site, tr, libraryName, baseUrl } = exchange.page;
  const nameOf = ({ names, code }: { readonly names: Readonly<Record<string, string>>; readonly code: string }) =>
    tr.nameOf(names, code);
  const record = explainRecord({ site, name: libraryName, nameOf, baseUrl, version: request.version });
  return explainText(request, record, diagnostics);
}

async function search(exchange: Exchange, request: SearchRetrieveRequest): Promise<string> {
  const { snapshot, page } = exchange;
  const { cql, first, size, sortKeys } = request;
  const { site } = snapshot;
  const question = questionOf(cql.query, { site, analyzer: analyzerOf(site), baseUrl: page.baseUrl });
  const bySortKeys = sortKeys === '' ? undefined : orderOfSortKeys(sortKeys, site);
  const order = orderOfSortBy(cql.sort, site) ?? bySortKeys;
  const ranked = site.ranks.find(({ method }) => method === 'relevance')?.code ?? '';
  const asked: SearchRequest = {
    ...emptyRequest,
    ...{ tree: question.query, first, size, order: 'site' },
    ...(order ?? (question.relevant ? { rank: ranked } : {})),
  };
  const found = await exchange.work(asking(snapshot, guest, asked, { patterns: exchange.patterns }));
  const { total, ids } = found;
  const warnings: Diagnostic[] = [...request.warnings];
  if (cql.sort.length > 0 && bySortKeys !== undefined) warnings.push({ code: 94, details: '' });
  warnings.push(...told(found.notices));
  if (total > 0 && first > total) throw new Refused(61, String(first));
  const repository = site.oai?.repository ?? '';
  const records = ids.length === 0 ? [] : await recordsAsText(exchange, ids, request, repository);
  const after = first + records.length;
  const next = size > 0 && after <= total ? after : undefined;
  return searchText(request, { total, records, next, diagnostics: warnings });
}

/** Notices of what was not searched for refuse the query; others say that it is not all. */
function told(notices: readonly Notice[]): readonly Diagnostic[] {
  const partial: Diagnostic[] = [];
  for (const { kind, text } of notices) {
    if (kind === 'bad-number' || kind === 'bad-date') throw new Refused(36, text);
    if (kind === 'empty-term') throw new Refused(27, text);
    if (kind === 'bad-pattern' || kind === 'unknown-field') throw new Refused(24, text);
    if (kind === 'many-patterns') throw new Refused(30, text);
    if (kind === 'long-phrases') throw new Refused(47, text);
    if (kind === 'unknown-sort') throw new Refused(88, text);
    if (kind === 'slow-pattern' || kind === 'wide-phrase' || kind === 'long-values')
      partial.push({ code: 59, details: text });
  }
  return partial;
}

function scan(exchange: Exchange, request: ScanRequest): string {
  const { snapshot, timing } = exchange;
  const { clause, position, size } = request;
  const { fields, isAll } = findIndex(
    snapshot.site,
    clause.index === '' ? 'cql.serverChoice' : clause.index,
    standardPrefixes,
  );
  const [field] = fields;
  if (isAll || field === undefined || isBuiltIn(field)) throw new Refused(16, clause.index);
  const text = literalText(wordsOf(clause.term, false));
  const asked = {
    ...emptyRequest,
    text,
    field: field === 'anyfield' ? '' : field,
    size: size + (position === 0 ? 1 : 0),
  };
  const before = Math.max(0, position - 1);
  const browsed = timing.search(() => browseFor(snapshot, guest, asked, 'around', Math.min(before, size)));
  // Position 0: the list begins behind the term.
  const shown = browsed.terms.filter(({ exact }) => position > 0 || !exact).slice(0, size);
  const cut = browsed.terms.at(-1) !== shown.at(-1);
  const isFirst = browsed.before === undefined && browsed.terms[0] === shown[0];
  const isLast = browsed.after === undefined && !cut;
  const terms = shown.map(({ label, count }, place): ScannedTerm => {
    const begins = isFirst && place === 0;
    const ends = isLast && place === shown.length - 1;
    return { value: label, count, whereInList: begins ? (ends ? 'only' : 'first') : ends ? 'last' : 'inner' };
  });
  return scanText(request, terms);
}

function isBuiltIn(field: string): boolean {
  return field === 'recid' || field === 'datecreated' || field === 'datemodified';
}

const types = ['application/sru+xml', 'application/xml', 'text/xml'] as const;

/** What httpAccept asks for; null: nothing; undefined: what there is not. */
function typeOf(args: URLSearchParams): string | null | undefined {
  const asked = (args.get('httpAccept') ?? '').toLowerCase();
  if (asked === '') return null;
  return types.find((type) => asked.includes(type)) ?? (asked.includes('*/*') ? null : undefined);
}

/** Only who says so is given a type that browsers do not show. */
function usualType(version: SruVersion, { request }: Exchange): string {
  const accept = request.headers.accept?.toLowerCase() ?? '';
  return version === '2.0' ? (types.find((type) => accept.includes(type)) ?? 'text/xml') : 'text/xml';
}

function send({ reply, timing }: Exchange, text: string, type: string): FastifyReply {
  return reply.header('server-timing', timing.header()).type(`${type}; charset=utf-8`).send(text);
}
