import type { Counts } from '../citations/counts.ts';
import type { CitationView } from '../citations/view.ts';
import type { SortColumn } from '../index/segment.ts';
import type { HitSet } from '../index/snapshot.ts';
import { manyHits, type Work } from '../index/work.ts';
import type { RankMethod, SortMethod } from '../site/site.ts';
import { citedWithId } from './evaluate/citations.ts';
import { isMarcPath } from './evaluate/compile.ts';
import { type Context, notify } from './evaluate/context.ts';
import type { Place } from './evaluate/plan.ts';
import { type Hit, ordinalOf, segmentAt, segmentOf } from './hit.ts';
import { byDate, byKey, byNumber, bySortKey } from './orders.ts';
import type { Order } from './page.ts';
import type { Query } from './query/tree.ts';
import { mostOccurrences, ranking } from './rank/bm25.ts';
import { combined, type Numbers } from './rank/combine.ts';
import { knowledgeNumbers } from './rank/knowledge.ts';
import { rankedWords } from './rank/words.ts';
import { sortCodes } from './repeated.ts';
import type { SearchRequest } from './request.ts';
import { byValues } from './sort-columns.ts';

export interface RequestOrder extends Order {
  /** For ranked results: why a record stands where it stands. */
  readonly score?: (hit: Hit) => number;
}

/**
 * The order that a request asks for: ranked (rm), sorted (sf), or newest first. `bounded`: nobody
 * asked for it, so it takes no longer than a page may.
 */
export function* orderOf(
  request: SearchRequest,
  query: Query,
  context: Context,
  hits: HitSet,
  bounded = false,
): Work<RequestOrder> {
  const { snapshot } = context;
  if (request.rank !== '') {
    const method = snapshot.site.ranks.find(({ code }) => code === request.rank);
    const most = bounded ? mostOccurrences : Number.POSITIVE_INFINITY;
    const ranked = method && (yield* rankedBy(method, request, query, context, hits, most));
    if (ranked !== undefined) return ranked;
    notify(context, { kind: method === undefined ? 'unknown-rank' : 'no-citations', text: request.rank });
  }
  return (
    (yield* sortedBy(request, context)) ??
    citedTogether(query, request, context) ??
    byDate(snapshot, 'created', request.ascending)
  );
}

function* rankedBy(
  method: RankMethod,
  request: SearchRequest,
  query: Query,
  context: Context,
  hits: HitSet,
  most: number,
): Work<RequestOrder | undefined> {
  const numbers = yield* numbersOf(method, query, context, hits, most);
  if (numbers === undefined) return undefined;
  return byScore(request, context, { scores: numbers });
}

/** By scores that are known for each record, the highest first. */
export function byScore(
  request: SearchRequest,
  { snapshot }: Context,
  { scores }: { readonly scores: readonly Numbers[] },
): RequestOrder {
  const order = byNumber(snapshot, (segment) => scores[segment] ?? [], request.ascending);
  return { ...order, score: (hit) => scores[segmentOf(hit)]?.[ordinalOf(hit)] ?? 0 };
}

function* numbersOf(
  method: RankMethod,
  query: Query,
  context: Context,
  hits: HitSet,
  most: number,
): Work<readonly Numbers[] | undefined> {
  const { snapshot, analyzer, citations } = context;
  switch (method.method) {
    case 'relevance':
      return yield* ranking(
        snapshot,
        rankedWords(query, analyzer, method.weights),
        context.openable?.() ?? snapshot.segments.map(({ live }) => live),
        hits.reduce((sum, bits) => sum + bits.size, 0) >= manyHits,
        most,
      );
    case 'citations':
      return yield* countsIn(citations());
    case 'knowledge':
      return snapshot.segments.map((_, index) => knowledgeNumbers(method, context, index));
    case 'combine': {
      const methods = Object.entries(method.of ?? {}).flatMap(([code, share]) => {
        const other = snapshot.site.ranks.find((one) => one.code === code && one.method !== 'combine');
        return other === undefined ? [] : [{ method: other, share }];
      });
      return yield* combined(hits, methods, (other) => numbersOf(other, query, context, hits, most));
    }
  }
}

/** cocitedwith:N alone and in no other order: the most often cited together first. */
function citedTogether(query: Query, request: SearchRequest, context: Context): Order | undefined {
  const view = request.sort === '' && request.rank === '' ? context.citations() : undefined;
  const id = view === undefined ? undefined : citedWithId(query);
  if (view === undefined || id === undefined) return undefined;
  const together = view.citedWith(id);
  const numbers = context.snapshot.segments.map(({ segment }) => {
    const counts = new Uint32Array(segment.count);
    for (const [other, count] of together) {
      const ordinal = segment.ordinalOf(other);
      if (ordinal !== -1) counts[ordinal] = count;
    }
    return counts;
  });
  return byNumber(context.snapshot, (segment) => numbers[segment] ?? [], request.ascending);
}

function* sortedBy(request: SearchRequest, context: Context): Work<Order | undefined> {
  if (request.sort === '') return undefined;
  const codes = sortCodes(request);
  const [only] = codes;
  const method = codes.length === 1 ? context.snapshot.site.sorts.find(({ code }) => code === only) : undefined;
  if (method !== undefined && (request.sortPreference === '' || typeof method.by !== 'string')) {
    return yield* declared(method, request, context);
  }
  const places = codes.flatMap((code) => placesOf(code, context));
  if (places.length === 0) {
    notify(context, { kind: 'unknown-sort', text: request.sort });
    return undefined;
  }
  return yield* byValues(context, places, { preference: request.sortPreference, ascending: request.ascending });
}

function* declared(method: SortMethod, request: SearchRequest, context: Context): Work<Order | undefined> {
  const { snapshot, citations } = context;
  const { ascending } = request;
  if (method.by === 'created' || method.by === 'modified') return byDate(snapshot, method.by, ascending);
  if (method.by === 'citations') {
    const counts = yield* countsIn(citations());
    if (counts !== undefined) return byNumber(snapshot, (segment) => counts[segment] ?? [], ascending);
    notify(context, { kind: 'no-citations', text: method.code });
    return undefined;
  }
  if (method.by === 'year')
    return byNumber(snapshot, (segment) => segmentAt(snapshot, segment).columns.year, ascending);
  const columns: (SortColumn | undefined)[] = [];
  for (const { segment } of snapshot.segments) {
    columns.push(segment.columns.sort(method.code));
    // The first time it is read from a file.
    yield;
  }
  return byKey(snapshot, columns, ascending, bySortKey);
}

function* countsIn(view: CitationView | undefined): Work<Counts | undefined> {
  return view && (yield* view.counts('all'));
}

/** Where the values of a field or MARC path are, or of the fields of a declared sort method. */
function placesOf(code: string, context: Context): readonly Place[] {
  if (isMarcPath(code)) return [{ kind: 'path', path: code }];
  const { by } = context.snapshot.site.sorts.find((method) => method.code === code) ?? { by: code };
  if (typeof by !== 'string') return by.map((path) => ({ kind: 'path', path }));
  return context.analyzer.field(by) === undefined ? [] : [{ kind: 'field', code: by }];
}
