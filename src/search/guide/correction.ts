import type { HitSet, IndexSnapshot } from '../../index/snapshot.ts';
import type { Work } from '../../index/work.ts';
import { foldValue } from '../../tokenizers/fold.ts';
import { ruleOf } from '../../tokenizers/tokenizers.ts';
import { compileQuery } from '../evaluate/compile.ts';
import { type Context, spacesAt } from '../evaluate/context.ts';
import { countVisible } from '../evaluate/evaluate.ts';
import { printQuery } from '../query/print.ts';
import type { Leaf } from '../query/tree.ts';
import { questionOf } from '../question.ts';
import { emptyRequest, type SearchRequest } from '../request.ts';
import { conditionsHelped, countingAll, prepare, type SearchOptions } from '../search.ts';
import { rewriteWanted, wantedLeaves, withText } from './rewrite.ts';
import { vocabularyOf } from './segment-vocabulary.ts';
import { similarWords, slipsIn } from './similar-words.ts';
import type { Vocabulary } from './vocabulary.ts';

/** A question with its words spelled in another way. */
export interface Correction {
  /** The whole question. */
  readonly text: string;
  /** How many visible records it finds: more than the question as it was asked. */
  readonly count: number;
}

/** A question or word that finds more is taken as it is. */
export const fewHits = 3;
/** Spellings of one word that are tried. */
const spellingsTried = 6;
const mostWordsCorrected = 6;

/**
 * What a question that finds little may have meant: each of its words that hardly any visible
 * record has is replaced by one of like spelling that more of them have. Undefined when that finds
 * no more than the question itself, and while the words of large segments are being read for the
 * first time.
 */
export function* correction(
  snapshot: IndexSnapshot,
  request: SearchRequest,
  visible: HitSet,
  options: SearchOptions = {},
): Work<Correction | undefined> {
  const { query, context } = prepare(snapshot, { ...request, limits: [] }, visible, options);
  const silent: Context = { ...context, notices: [] };
  const changes = new Map<Leaf, Leaf>();
  let vocabularies: readonly Vocabulary[] | undefined;
  for (const leaf of wantedLeaves(query).slice(0, conditionsHelped)) {
    if (!isSpelled(leaf, silent) || changes.size === mostWordsCorrected) continue;
    vocabularies ??= vocabulariesOf(silent);
    const better = yield* spelled(leaf, vocabularies, silent);
    if (better !== undefined) changes.set(leaf, better);
  }
  if (changes.size === 0) return undefined;
  const rewritten = printQuery(rewriteWanted(query, (leaf) => changes.get(leaf) ?? leaf));
  const text = asTyped(request, changes, rewritten, context) ?? rewritten;
  const beside = { ...options, patterns: context.patterns };
  const found = yield* countingAll(snapshot, { ...request, text, field: '', parts: [] }, visible, beside);
  return found > (yield* countingAll(snapshot, request, visible, beside)) ? { text, count: found } : undefined;
}

/** The question as it was typed, but for the words, when that means the same. */
function asTyped(
  request: SearchRequest,
  changes: ReadonlyMap<Leaf, Leaf>,
  rewritten: string,
  context: Context,
): string | undefined {
  if (request.parts.length > 0 || request.field !== '') return undefined;
  let { text } = request;
  for (const [before, after] of changes) {
    if ('text' in before && 'text' in after) text = text.replace(before.text, () => after.text);
  }
  const { query } = questionOf({ ...emptyRequest, text }, context.analyzer);
  return printQuery(query) === rewritten ? text : undefined;
}

/** Words and phrases of fields that have words; names of people among them. */
function isSpelled(leaf: Leaf, { analyzer }: Context): leaf is Leaf & { readonly text: string } {
  if (leaf.kind === 'span' || leaf.kind === 'pattern' || leaf.text.includes('*')) return false;
  const field = analyzer.field(leaf.field === '' || leaf.field === 'global' ? analyzer.anyField : leaf.field);
  if (field?.words === undefined || field.numeric || field.whole) return false;
  return leaf.kind === 'word' || field.phrase === 'adjacent' || field.names;
}

/** The values of whatever "any field" joins, and names. */
function vocabulariesOf(context: Context): readonly Vocabulary[] {
  const { analyzer, snapshot } = context;
  const names = snapshot.site.fields.find(({ index }) => ruleOf(index?.tokenizer)?.names === 'exact')?.code;
  return snapshot.segments.flatMap(({ segment }) => {
    const codes = [analyzer.anyField, ...(names === undefined ? [] : [names])];
    // Hidden paths are left out for everybody: the words are shared.
    const open = { ...context, seesHiddenPaths: false };
    const spaces = codes.flatMap((code) => spacesAt(open, segment, { kind: 'field', code }));
    return vocabularyOf(segment, [...new Set(spaces)]) ?? [];
  });
}

/**
 * A condition with its misspelled words put right; undefined when there are none, or nothing better
 * is known.
 */
function* spelled(
  leaf: Leaf & { readonly text: string },
  vocabularies: readonly Vocabulary[],
  context: Context,
): Work<Leaf | undefined> {
  const alone = countVisible(compileQuery(leaf, context), context);
  if (alone > fewHits) return undefined;
  let text = leaf.text;
  for (const word of new Set(leaf.text.match(/\p{L}+/gu) ?? [])) {
    const folded = foldValue(word);
    const slips = slipsIn(folded);
    const asWord = { kind: 'word', field: leaf.field, text: word } as const;
    yield;
    const before = slips === 0 ? Number.POSITIVE_INFINITY : countVisible(compileQuery(asWord, context), context);
    if (before > fewHits) continue;
    let best: { readonly word: string; readonly count: number } | undefined;
    for (const other of similarWords(vocabularies, folded, slips).slice(0, spellingsTried)) {
      const found = countVisible(compileQuery({ ...asWord, text: other.word }, context), context);
      // Of like spellings the nearest is tried first: a farther one must be found ten times as
      // often.
      if (found > Math.max(before, (best?.count ?? 0) * 10)) best = { word: other.word, count: found };
    }
    if (best !== undefined) text = text.replaceAll(word, best.word);
  }
  return text === leaf.text ? undefined : withText(leaf, text);
}
