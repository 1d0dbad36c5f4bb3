import type { CitationView } from '../citations/view.ts';
import { grouped } from '../errors/grouped.ts';
import { type Analyzer, compileAnalyzer } from '../index/analysis/analyzer.ts';
import type { Brief } from '../index/brief.ts';
import type { HitSet, IndexSnapshot } from '../index/snapshot.ts';
import { finish, type Work } from '../index/work.ts';
import type { Site } from '../site/site.ts';
import { hitsAfter, type Position } from './cursor.ts';
import { compileQuery, compiling } from './evaluate/compile.ts';
import { type Context, notify } from './evaluate/context.ts';
import { spanOfDate } from './evaluate/dates.ts';
import { counting, evaluate, evaluating } from './evaluate/evaluate.ts';
import { createPatterns, type Patterns } from './evaluate/patterns.ts';
import { both, type Plan } from './evaluate/plan.ts';
import { type FacetResult, facetsOf, type NamedHits, narrow } from './facets.ts';
import { alternativeQuestion } from './guide/alternative.ts';
import { withoutColons } from './guide/colons.ts';
import { type Hit, idOf, ordinalOf, segmentAt, segmentOf } from './hit.ts';
import { firstNotices, type Notice } from './notices.ts';
import { byScore, orderOf } from './order.ts';
import { type Order, page, paging } from './page.ts';
import { printLeaf, printQuery } from './query/print.ts';
import { spiresQuestion } from './query/spires.ts';
import { chain, leavesOf, type Query, secondOrder, step } from './query/tree.ts';
import { fieldNamesOf, questionOf } from './question.ts';
import { recordAsked, type Similar, similarTo } from './rank/similar.ts';
import { emptyRequest, type SearchRequest } from './request.ts';
import { stage, stageOf } from './stages.ts';
import { type AskedOrder, orderAsked } from './standard-order.ts';
import { mistypedFields, unknownFields } from './unknown-field.ts';

/** What a search needs beside the request; what is left out is not computed. */
export interface SearchOptions {
  /**
   * The collections of the "collection" facet, in the order of the tree, each with the records of
   * it that the asker may see.
   */
  readonly collections?: readonly NamedHits[];
  readonly seesHiddenPaths?: boolean;
  /** Draw facets, briefs and counts for each term? */
  readonly facets?: boolean;
  readonly briefs?: boolean;
  readonly counts?: boolean;
  readonly positions?: boolean;
  /** Only what comes after this position in the order asked for. */
  readonly after?: Position | undefined;
  /**
   * All records that the asker may open, in whatever collection: authority records are looked for
   * among them.
   */
  readonly openable?: () => HitSet;
  /** Citations as the asker sees them; called when something asks for them. */
  readonly citations?: () => CitationView | undefined;
  /**
   * May what finds nothing be searched for without its signs? Only for answers that people read.
   */
  readonly alternatives?: boolean;
  /**
   * May a colon with a blank behind it be punctuation when it finds nothing as that of a field
   * ("Language: its nature")? Of `alternatives` it is one.
   */
  readonly colons?: boolean;
  /** Is a record left out of those that are similar to it? For answers that people read. */
  readonly withoutItself?: boolean;
  /** Milliseconds for reading dictionaries (wildcards, spans, regular expressions). */
  readonly patternTime?: number;
  /** Patterns of a question beside which this one stands: they share their time. */
  readonly patterns?: Patterns;
}

export interface SearchResult {
  /** Exact. */
  readonly total: number;
  /** Of this page, in order. */
  readonly ids: readonly number[];
  /** Parallel to `ids` when briefs were asked for, else empty. */
  readonly briefs: readonly Brief[];
  /** Parallel to `ids` when ranked, else empty. */
  readonly scores: readonly number[];
  readonly facets: readonly FacetResult[];
  /** How many visible records each of the first conditions finds alone. */
  readonly counts: readonly { readonly text: string; readonly count: number }[];
  readonly notices: readonly Notice[];
  /** The question as it was understood, in the query language. */
  readonly understood: string;
  /** The question that was answered: another than was asked where a notice says so. */
  readonly query: Query;
  /** That other question as an address asks it, limits aside. */
  readonly alternative: Pick<SearchRequest, 'text' | 'field' | 'parts'> | undefined;
  /** All that was found. */
  readonly hits: HitSet;
  /** The order of the hits, as an address asks for it. */
  readonly order: AskedOrder;
  /** The record to which all of these are similar, when that was asked. */
  readonly similarTo: { readonly id: number; readonly title: string } | undefined;
  /** Where this page ended; undefined when nothing comes after it. */
  readonly end: Position | undefined;
  /** Parallel to `ids` when they were asked for, else empty. */
  readonly positions: readonly Position[];
}

const standardPatternTime = 2000;

/**
 * Finds what a request asks for among the visible records. Never throws for what a person typed:
 * see `notices`.
 */
export function search(
  snapshot: IndexSnapshot,
  request: SearchRequest,
  visible: HitSet,
  options: SearchOptions = {},
): SearchResult {
  return finish(searching(snapshot, request, visible, options));
}

/** The same as work that others may interrupt. */
export function* searching(
  snapshot: IndexSnapshot,
  request: SearchRequest,
  visible: HitSet,
  options: SearchOptions = {},
): Work<SearchResult> {
  const { query: typed, context } = stage(
    'read the question',
    () => prepare(snapshot, request, visible, options),
    ({ query }) => printQuery(query),
  );
  const { query: asked, similar } = stage('look up the record asked about', () =>
    aboutRecord(request, typed, context, options),
  );
  const plan = yield* stageOf('plan', planOf(request, asked, context, similar));
  const exact = yield* stageOf('find', evaluating(plan, context), told);
  const other = isEmpty(exact) ? yield* otherReading(request, context, options) : undefined;
  const query = other === undefined ? asked : withLimits(other.query, request, context);
  if (isEmpty(exact) && other === undefined) notifyUnknownFields(request, context);
  const found = other === undefined ? exact : yield* evaluating(yield* planOf(request, query, context), context);
  yield;
  const choices = { facets: request.facets, excluded: request.excluded, collections: options.collections ?? [] };
  const hits = stage('narrow by facets', () => narrow(snapshot, found, choices), told);
  yield;
  const ordering = orderAsked(request, snapshot.site, context.analyzer);
  const order =
    similar === undefined
      ? yield* stageOf('order', orderOf({ ...request, ...ordering }, query, context, hits, request.rank === ''))
      : byScore(request, context, similar);
  const rest = options.after === undefined ? hits : hitsAfter(snapshot, hits, order, options.after);
  const shown = yield* stageOf('take the page', paging(rest, order, request.first - 1, request.size));
  const { score } = order;
  // Before others have a turn: what an order looks at may be theirs then.
  const scores = score === undefined ? [] : Array.from(shown, score);
  const end = endOf(snapshot, order, shown, sizeOf(rest) - request.first + 1);
  const positions = options.positions ? Array.from(shown, (hit) => positionOf(snapshot, order, hit)) : [];
  yield;
  const ids = yield* idsOf(snapshot, shown);
  const briefs = options.briefs
    ? stage('read brief data', () => Array.from(shown, (hit) => briefOf(snapshot, hit)))
    : [];
  const facets = options.facets ? yield* stageOf('count facets', facetsOf(snapshot, found, hits, choices)) : [];
  if (options.facets) yield;
  const counts = options.counts ? yield* stageOf('count each condition', countsOf(query, context)) : [];
  return {
    total: sizeOf(hits),
    ids,
    briefs,
    scores,
    facets,
    counts,
    notices: firstNotices(context.notices),
    understood: printQuery(other?.understood ?? typed),
    query,
    alternative: other && {
      text: other.text ?? printQuery(other.query),
      field: other.text === undefined ? '' : request.field,
      parts: other.text === undefined ? [] : request.parts,
    },
    hits,
    order: ordering,
    similarTo: similar?.of,
    end,
    positions,
  };
}

function told(hits: HitSet): string {
  return `${grouped(sizeOf(hits))} records in ${hits.length} segments`;
}

function sizeOf(hits: HitSet): number {
  return hits.reduce((sum, bits) => sum + bits.size, 0);
}

const idsBetweenTurns = 100_000;

/** Half a million of them are asked for at once: no lookups that could be done once. */
function* idsOf(snapshot: IndexSnapshot, hits: Float64Array): Work<readonly number[]> {
  const columns = snapshot.segments.map(({ segment }) => segment.ids);
  const ids = new Array<number>(hits.length);
  for (let i = 0; i < hits.length; i++) {
    const hit = hits[i] as Hit;
    ids[i] = columns[segmentOf(hit)]![ordinalOf(hit)] as number;
    if (i % idsBetweenTurns === idsBetweenTurns - 1) yield;
  }
  return ids;
}

/** `left`: how many there are from the first one shown. */
function endOf(snapshot: IndexSnapshot, order: Order, shown: Float64Array, left: number): Position | undefined {
  const last = shown.at(-1);
  if (last === undefined || left <= shown.length) return undefined;
  return positionOf(snapshot, order, last);
}

function positionOf(snapshot: IndexSnapshot, order: Order, hit: Hit): Position {
  return { key: order.keyOf(hit), id: idOf(snapshot, hit) };
}

function isEmpty(hits: HitSet): boolean {
  return hits.every((bits) => bits.isEmpty);
}

/** Another reading of a question that finds nothing. */
interface OtherReading {
  readonly query: Query;
  /** The text that is asked in place of the one before; undefined: as `query` prints. */
  readonly text?: string;
  /** What the question means as it was typed, when that is another than before. */
  readonly understood?: Query;
}

/** Limits are never asked for in another way. */
function* otherReading(
  request: SearchRequest,
  context: Context,
  { alternatives = false, colons = false }: SearchOptions,
): Work<OtherReading | undefined> {
  const readings = [...(colons || alternatives ? [false] : []), ...(alternatives ? [true] : [])];
  for (const all of readings) {
    const read = yield* withColonsAsSigns(request, context, all);
    if (read !== undefined) return read;
  }
  if (!alternatives) return undefined;
  const query = yield* alternativeQuestion(questionOf({ ...request, limits: [] }, context.analyzer).query, context);
  return query && { query };
}

/** "Language: its nature" as words, when that finds something. */
function* withColonsAsSigns(request: SearchRequest, context: Context, all: boolean): Work<OtherReading | undefined> {
  const { analyzer } = context;
  if (request.field === '' && spiresQuestion(request.text) !== undefined) return undefined;
  const plain = withoutColons(request.text, fieldNamesOf(analyzer), all);
  if (plain === undefined) return undefined;
  const asked = { ...request, text: plain.text };
  const { query, notices } = questionOf({ ...asked, limits: [] }, analyzer);
  const silent = { ...context, notices: [] };
  const whole = questionOf(asked, analyzer).query;
  if ((yield* counting(yield* planOf(asked, whole, silent), silent)) === 0) return undefined;
  // What was said of the field holds no longer.
  context.notices.length = 0;
  context.notices.push(...(request.notices ?? []), ...notices);
  for (const name of plain.names) notify(context, { kind: 'colon-as-sign', text: name });
  return { query, text: plain.text.trim(), understood: query };
}

/** A name before a colon that is no field explains why nothing is found. */
function notifyUnknownFields(request: SearchRequest, context: Context): void {
  const { analyzer, snapshot } = context;
  if (request.field !== '' || spiresQuestion(request.text) !== undefined) return;
  const codes = snapshot.site.fields.map(({ code }) => code);
  for (const { name, at, near } of unknownFields(request.text, fieldNamesOf(analyzer), codes)) {
    // A title or an address has colons too; for one that is near a field it was said.
    if (near === undefined && !/^(?:\s|\/\/|$)/.test(request.text.slice(at + name.length + 1)))
      notify(context, { kind: 'no-field', text: name, at });
  }
}

function withLimits(text: Query, request: SearchRequest, context: Context): Query {
  if (request.limits.length === 0) return text;
  const limits = questionOf({ ...emptyRequest, limits: request.limits }, context.analyzer).query;
  return chain([step('and', text), step('and', limits)]);
}

function briefOf(snapshot: IndexSnapshot, hit: Hit): Brief {
  return segmentAt(snapshot, segmentOf(hit)).brief(ordinalOf(hit));
}

/** How many visible records a request finds, facet choices aside: no set is made. */
export function count(
  snapshot: IndexSnapshot,
  request: SearchRequest,
  visible: HitSet,
  options: SearchOptions = {},
): number {
  return finish(countingAll(snapshot, request, visible, options));
}

/** The same as work that others may interrupt. */
export function* countingAll(
  snapshot: IndexSnapshot,
  request: SearchRequest,
  visible: HitSet,
  options: SearchOptions = {},
): Work<number> {
  const { query, context } = prepare(snapshot, request, visible, options);
  return yield* counting(yield* planOf(request, query, context), context);
}

/** The visible records most like one, the most similar first, without itself. */
export function similarRecords(
  snapshot: IndexSnapshot,
  id: number,
  visible: HitSet,
  most: number,
  options: SearchOptions = {},
): readonly { readonly id: number; readonly brief: Brief }[] {
  const { context } = prepare(snapshot, emptyRequest, visible, options);
  const similar = similarTo(id, context);
  if (similar === undefined) return [];
  const shown = page(similar.hits, byScore(emptyRequest, context, similar), 0, most + 1);
  return Array.from(shown, (hit) => ({ id: idOf(snapshot, hit), brief: briefOf(snapshot, hit) }))
    .filter((one) => one.id !== id)
    .slice(0, most);
}

/**
 * The live records that a query text finds, whoever asks: for what a site file defines by queries.
 */
export function matching(snapshot: IndexSnapshot, text: string): HitSet {
  const live = snapshot.segments.map((each) => each.live);
  const { query, context } = prepare(snapshot, { ...emptyRequest, text }, live, { seesHiddenPaths: true });
  return evaluate(compileQuery(query, context), context);
}

const analyzers = new WeakMap<Site, Analyzer>();

export function analyzerOf(site: Site): Analyzer {
  const known = analyzers.get(site) ?? compileAnalyzer(site);
  analyzers.set(site, known);
  return known;
}

/** A request read, with all that answering it needs. */
export function prepare(
  snapshot: IndexSnapshot,
  request: SearchRequest,
  visible: HitSet,
  options: SearchOptions,
): { readonly query: Query; readonly context: Context } {
  const analyzer = analyzerOf(snapshot.site);
  const { query, notices } = questionOf(request, analyzer);
  const codes = snapshot.site.fields.map(({ code }) => code);
  const mistyped = request.field === '' ? mistypedFields(request.text, fieldNamesOf(analyzer), codes) : [];
  const context: Context = {
    snapshot,
    analyzer,
    visible,
    seesHiddenPaths: options.seesHiddenPaths ?? false,
    wildcardLimit: request.wildcardLimit,
    patterns: options.patterns ?? createPatterns(options.patternTime ?? standardPatternTime),
    notices: [...(request.notices ?? []), ...notices, ...mistyped],
    openable: options.openable,
    citations: options.citations ?? (() => undefined),
    changedBy: request.changedBy,
    foundBy: request.foundBy,
  };
  return { query, context };
}

/**
 * recid:N with a ranking does not ask for record N: by relevance it asks for what is similar to it,
 * by citations for what cites it (docs/search-language.md, "Order").
 */
function aboutRecord(
  request: SearchRequest,
  query: Query,
  context: Context,
  { withoutItself = false }: SearchOptions,
): { readonly query: Query; readonly similar?: Similar | undefined } {
  const id = request.rank === '' ? undefined : recordAsked(query);
  const method = id === undefined ? undefined : context.snapshot.site.ranks.find(({ code }) => code === request.rank);
  if (id === undefined || method === undefined) return { query };
  if (method.method === 'citations') return { query: secondOrder('refersto', query) };
  return method.method === 'relevance' ? { query, similar: similarTo(id, context, true, withoutItself) } : { query };
}

function* planOf(request: SearchRequest, query: Query, context: Context, similar?: Similar): Work<Plan> {
  const found: Plan = similar === undefined ? yield* compiling(query, context) : { kind: 'found', hits: similar.hits };
  const plans = [found];
  const { column, from, until } = request.dates;
  if (from !== '' || until !== '') {
    const below = spanOfDate(until)?.below ?? Number.POSITIVE_INFINITY;
    plans.push({ kind: 'time', column, from: spanOfDate(from)?.from ?? 0, below });
  }
  if (request.records !== undefined) {
    plans.push({ kind: 'ids', from: request.records.from, to: request.records.below - 1 });
  }
  return both(plans);
}

/**
 * So many conditions of a question are counted alone, spelled otherwise and shown with their
 * neighbours.
 */
export const conditionsHelped = 20;

function* countsOf(query: Query, context: Context): Work<SearchResult['counts']> {
  const notices = [...context.notices];
  const silent = { ...context, notices };
  const counts: { text: string; count: number }[] = [];
  for (const leaf of leavesOf(query).slice(0, conditionsHelped)) {
    const count = yield* counting(yield* compiling(leaf, silent), silent);
    counts.push({ text: printLeaf(leaf), count });
  }
  return counts;
}
