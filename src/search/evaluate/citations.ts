import { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { Work } from '../../index/work.ts';
import type { Leaf, Query, SecondOrderOperator } from '../query/tree.ts';
import { type Context, notify } from './context.ts';
import { evaluating } from './evaluate.ts';
import { badNumber, numberEnds } from './numbers.ts';
import { none, type Plan } from './plan.ts';

/**
 * refersto: and its like. The inner question is answered over everything the asker may open, in
 * whatever collection the outer one is asked.
 */
export function* secondOrder(operator: SecondOrderOperator, inner: Plan, context: Context): Work<Plan> {
  const view = context.citations();
  if (view === undefined) return notReady(`${operator}:`, context);
  if (!mayAskCitations(context)) return none;
  yield;
  const hits = yield* evaluating(inner, { ...context, visible: view.visible });
  const citing = operator.endsWith('excludingselfcites') ? 'without-self' : 'all';
  const found = yield* operator.startsWith('refersto') ? view.citingAny(hits, citing) : view.citedByAny(hits, citing);
  return { kind: 'found', hits: found };
}

/** cited: and its like; undefined for a field that is not about citations. */
export function* citationLeaf(leaf: Leaf, context: Context): Work<Plan | undefined> {
  switch (leaf.field) {
    case 'cited':
      return yield* citedBetween(leaf, context, 'all');
    case 'citedexcludingselfcites':
      return yield* citedBetween(leaf, context, 'without-self');
    case 'cocitedwith':
      return citedTogether(leaf, context);
    case 'rawref':
      return identified(leaf, context);
    default:
      return undefined;
  }
}

/** The record of a question that is cocitedwith: and nothing else. */
export function citedWithId(query: Query): number | undefined {
  if (query.kind === 'everything' || query.kind === 'chain' || query.kind === 'second-order') return undefined;
  const [from, to] = query.field === 'cocitedwith' ? (numberEnds(query) ?? []) : [];
  return from === to ? from : undefined;
}

function* citedBetween(leaf: Leaf, context: Context, citing: 'all' | 'without-self'): Work<Plan> {
  const ends = numberEnds(leaf);
  if (ends === undefined) return badNumber(leaf, context);
  const view = context.citations();
  if (view === undefined) return notReady(`${leaf.field}:`, context);
  if (!mayAskCitations(context)) return none;
  const [from, to] = ends;
  const hits: RoaringBitmap32[] = [];
  for (const counts of yield* view.counts(citing)) {
    const found = new Uint32Array(counts.length);
    let length = 0;
    for (let ordinal = 0; ordinal < counts.length; ordinal++) {
      if (counts[ordinal]! >= from && counts[ordinal]! <= to) found[length++] = ordinal;
    }
    hits.push(new RoaringBitmap32(found.subarray(0, length)));
    yield;
  }
  return { kind: 'found', hits };
}

function citedTogether(leaf: Leaf, context: Context): Plan {
  const [id, last] = numberEnds(leaf) ?? [];
  if (id === undefined || id !== last) return badNumber(leaf, context);
  const view = context.citations();
  if (view === undefined) return notReady(`${leaf.field}:`, context);
  return { kind: 'found', hits: view.hitsOf(view.citedWith(id).keys()) };
}

/**
 * rawref:"J. Ellis, Phys. Lett. B 151 (1985) 357": the records that a reference as printed means.
 */
function identified(leaf: Leaf, context: Context): Plan {
  const text = leaf.kind === 'span' ? '' : leaf.text;
  const view = context.citations();
  if (view === undefined) return notReady(`${leaf.field}:`, context);
  return { kind: 'found', hits: view.hitsOf(view.holders(context.analyzer.referenceKeys(text))) };
}

/**
 * Conditions about citations of a question: each may look at all records and their references, 50
 * ms for a million.
 */
const mostCitations = 20;

function mayAskCitations(context: Context): boolean {
  if (++context.patterns.done.citations <= mostCitations) return true;
  notify(context, { kind: 'many-citations', text: '', limit: mostCitations });
  return false;
}

function notReady(text: string, context: Context): Plan {
  notify(context, { kind: 'no-citations', text });
  return none;
}
