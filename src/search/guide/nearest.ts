import type { HitSet, IndexSnapshot } from '../../index/snapshot.ts';
import type { Work } from '../../index/work.ts';
import { compileQuery, compiling, isMarcPath } from '../evaluate/compile.ts';
import type { Context } from '../evaluate/context.ts';
import { counting, countVisible } from '../evaluate/evaluate.ts';
import { printLeaf, printQuery } from '../query/print.ts';
import { builtInFields, type Leaf } from '../query/tree.ts';
import type { SearchRequest } from '../request.ts';
import { conditionsHelped, countingAll, prepare, type SearchOptions } from '../search.ts';
import { type Shelf, takeTerms, valueShelf, wordShelf } from './browse.ts';
import { rewriteWanted, wantedLeaves, withText } from './rewrite.ts';

/** A question that is nearly what was asked. */
export interface NearQuestion {
  /** The term in place of the one that finds nothing. */
  readonly label: string;
  /** The whole question with it. */
  readonly text: string;
  /** How many visible records that finds. */
  readonly count: number;
}

/** The neighbours of a term that no visible record has. */
export interface NearestTerms {
  readonly asked: string;
  readonly before: readonly NearQuestion[];
  readonly after: readonly NearQuestion[];
}

/** Terms on either side: pages show five in all. */
const termsOnASide = 5;
const mostConditions = 3;

/**
 * For each condition that finds nothing, the terms that stand next to it in its dictionary, each
 * put in its place, and other conditions that find nothing left out. Terms of visible records only.
 */
export function* nearestTerms(
  snapshot: IndexSnapshot,
  request: SearchRequest,
  visible: HitSet,
  options: SearchOptions = {},
): Work<readonly NearestTerms[]> {
  const { query, context } = prepare(snapshot, { ...request, limits: [] }, visible, options);
  const silent: Context = { ...context, notices: [] };
  const beside = { ...options, patterns: context.patterns };
  const near: NearestTerms[] = [];
  const missing = new Set<Leaf>();
  for (const leaf of wantedLeaves(query).slice(0, conditionsHelped))
    if ((yield* counting(yield* compiling(leaf, silent), silent)) === 0) missing.add(leaf);
  for (const leaf of [...missing].slice(0, mostConditions)) {
    const place = placeOf(leaf, silent);
    if (place === undefined) continue;
    const side = function* (direction: 'forwards' | 'backwards'): Work<NearQuestion[]> {
      const terms: NearQuestion[] = [];
      yield;
      for (const { question } of takeTerms(place.shelf, silent, place.shelf.key(place.text), direction, termsOnASide)) {
        const other = rewriteWanted(query, (one) => {
          if (one === leaf) return place.with(question.leaf);
          return missing.has(one) ? undefined : one;
        });
        const text = printQuery(other);
        yield;
        const found = yield* countingAll(snapshot, { ...request, text, field: '', parts: [] }, visible, beside);
        if (found > 0) terms.push({ label: question.label, text, count: found });
      }
      return terms;
    };
    const before = (yield* side('backwards')).toReversed();
    const after = yield* side('forwards');
    if (before.length + after.length > 0) near.push({ asked: printLeaf(leaf), before, after });
  }
  return near;
}

interface NearPlace {
  readonly shelf: Shelf;
  readonly text: string;
  /** What stands in place of the condition, given the condition for a neighbour. */
  with(neighbour: Leaf): Leaf;
}

/** Where the neighbours of a condition are; undefined for one that has none, such as a pattern. */
function placeOf(leaf: Leaf, context: Context): NearPlace | undefined {
  if (leaf.kind === 'pattern' || leaf.kind === 'span' || leaf.text.includes('*')) return undefined;
  const { field, text } = leaf;
  if (builtInFields.has(field) && !isMarcPath(field)) return undefined;
  const asWord = leaf.kind === 'word' ? wordShelf(field, context, true) : undefined;
  const shelf = asWord ?? valueShelf(field, context);
  if (shelf !== undefined) return { shelf, text, with: (neighbour) => neighbour };
  return wordOfPhrase(leaf, text, context);
}

/**
 * A phrase of a field without values of its own: the first of its words that no visible record has.
 */
function wordOfPhrase(leaf: Leaf, text: string, context: Context): NearPlace | undefined {
  const shelf = wordShelf(leaf.field, context, true);
  const missing = text.split(/\s+/).find((word) => {
    const alone: Leaf = { kind: 'word', field: leaf.field, text: word };
    return countVisible(compileQuery(alone, context), context) === 0;
  });
  if (shelf === undefined || missing === undefined) return undefined;
  return {
    shelf,
    text: missing,
    with: (neighbour) =>
      'text' in neighbour
        ? withText(
            leaf,
            text.replace(missing, () => neighbour.text),
          )
        : leaf,
  };
}
