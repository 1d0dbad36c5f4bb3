import { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { HitSet } from '../../index/snapshot.ts';
import type { Context } from '../evaluate/context.ts';
import { numberEnds } from '../evaluate/numbers.ts';
import type { Query } from '../query/tree.ts';
import { bm25, documentFrequency, type RankedWord } from './bm25.ts';

/**
 * How much a word counts where it stands in the title, in a subject or keyword, and in the
 * beginning of the abstract.
 */
const places = { title: 3, subject: 2, abstract: 1 } as const;
/** The most telling words are enough; each more costs a walk of its records. */
const wordsTaken = 12;
/**
 * So many subjects say what a record is about; one with half a million of them kept a process for
 * seven seconds.
 */
const subjectsTaken = 200;
/** Words of more than this part of all records tell nothing, where there are others. */
const commonPart = 20;
/** A record is similar that has this part of the score which the record itself has. */
const similarPart = 0.2;

export interface Similar {
  readonly hits: HitSet;
  readonly scores: readonly Float32Array[];
  readonly of: { readonly id: number; readonly title: string };
}

/** The record of a question that is recid:N and nothing else. */
export function recordAsked(query: Query): number | undefined {
  if (query.kind === 'everything' || query.kind === 'chain' || query.kind === 'second-order') return undefined;
  const [from, to] = query.field === 'recid' ? (numberEnds(query) ?? []) : [];
  return from === to ? from : undefined;
}

/**
 * The visible records that have the telling words of a record, which is one of them: words of its
 * title, subjects and abstract as the index keeps them for drawing a hit, chosen by how often they
 * stand there and how few records have them, scored by BM25. Undefined when the record may not be
 * opened. `kept`: see `bm25`.
 */
export function similarTo(id: number, context: Context, kept = false, withoutItself = false): Similar | undefined {
  const { snapshot, visible } = context;
  const openable = context.openable?.() ?? visible;
  const index = snapshot.segments.findIndex(({ segment }, at) => openable[at]!.has(segment.ordinalOf(id)));
  const found = snapshot.segments[index];
  if (found === undefined) return undefined;
  const ordinal = found.segment.ordinalOf(id);
  const words = tellingWords(context, openable, index, ordinal);
  const scores = bm25(snapshot, words, openable, kept);
  const least = similarPart * scores[index]![ordinal]!;
  const hits = snapshot.segments.map(({ segment }, at) => {
    const entries = words.flatMap(({ space, term }) => segment.term(space, term) ?? []);
    const having = segment.union(entries).andInPlace(visible[at]!).toUint32Array();
    return new RoaringBitmap32(having.filter((each) => scores[at]![each]! >= least));
  });
  if (withoutItself) hits[index]!.delete(ordinal);
  return { hits, scores, of: { id, title: found.segment.brief(ordinal).t } };
}

/** Words of a record by how much they tell of it, with their weights. */
function tellingWords(
  { snapshot, analyzer }: Context,
  openable: HitSet,
  index: number,
  ordinal: number,
): readonly RankedWord[] {
  const space = analyzer.field(analyzer.anyField)?.words;
  if (space === undefined) return [];
  const { segment } = snapshot.segments[index]!;
  const { t, s } = segment.brief(ordinal);
  const counts = new Map<string, number>();
  const add = (text: string, weight: number) => {
    for (const group of analyzer.queryWords(analyzer.anyField, text)) {
      const [term] = group;
      if (term === undefined || group.length > 1 || term.length < 3 || term.includes('*')) continue;
      counts.set(term, (counts.get(term) ?? 0) + weight);
    }
  };
  add(t, places.title);
  // The last word of a cut abstract may be half of one.
  add(s.endsWith('…') ? s.replace(/\S*…$/, '') : s, places.abstract);
  for (const { code, kind, paths } of snapshot.site.facets) {
    const column = kind === 'values' && paths.some((path) => /^6/.test(path)) ? segment.columns.facet(code) : undefined;
    if (column === undefined) continue;
    const end = Math.min(column.starts[ordinal + 1]!, column.starts[ordinal]! + subjectsTaken);
    for (let at = column.starts[ordinal]!; at < end; at++) add(column.text(column.values[at]!), places.subject);
  }
  const all = openable.reduce((sum, bits) => sum + bits.size, 0);
  const priced = [...counts].flatMap(([term, count]) => {
    const records = documentFrequency(snapshot, openable, space, term);
    // Words that no other record has tell nothing of others.
    if (records < 2) return [];
    const idf = Math.log(1 + all / records);
    return [{ space, term, weight: 1 + Math.log(count), value: (1 + Math.log(count)) * idf, records }];
  });
  const rare = priced.filter(({ records }) => records * commonPart <= all);
  return (rare.length > 0 ? rare : priced)
    .sort((a, b) => b.value - a.value || (a.term < b.term ? -1 : 1))
    .slice(0, wordsTaken);
}
