import { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { Segment, TermEntry } from '../../index/segment.ts';
import type { HitSet, IndexSnapshot } from '../../index/snapshot.ts';
import type { Site } from '../../site/site.ts';
import { type Context, spacesAt } from '../evaluate/context.ts';
import { byCodePoint } from '../evaluate/expand.ts';
import { afterPrefix } from '../evaluate/matcher.ts';
import { emptyRequest } from '../request.ts';
import { prepare, type SearchOptions } from '../search.ts';
import { exactNames } from './exact-names.ts';
import { valueQuestion } from './term-question.ts';
import { titlesWith } from './titles-with.ts';
import { writtenText } from './written-text.ts';

export const suggestionKinds = ['title', 'author', 'subject', 'journal'] as const;
export type SuggestionKind = (typeof suggestionKinds)[number];

export interface Suggestion {
  readonly kind: SuggestionKind;
  /** As a record has it. */
  readonly text: string;
  /** The question for it, in the query language. */
  readonly query: string;
  /** Visible records that have the value. */
  readonly count: number;
  /** The one record that has this title. */
  readonly record?: number;
}

export interface SuggestWish {
  /** Undefined: any. */
  readonly kind?: SuggestionKind | undefined;
  readonly limit: number;
}

/**
 * Values are looked at in all dictionaries together, for each kind: 10 ms for four kinds over a
 * million records. Only a prefix of two or three letters stands for more; then the most frequent of
 * the first in each dictionary are suggested.
 */
const mostValues = 3500;
/** Values whose visible records are counted, the most frequent first, before a kind is given up. */
const mostCounted = 400;
const mostSuggestions = 50;
const shortestPrefix = 2;

/**
 * Titles, names, subjects and journals of visible records that begin with what is being typed, the
 * most frequent of each kind first; then titles that have its words inside, also in what follows
 * the title proper. "author:ell" means its
 * kind.
 */
export function suggest(
  snapshot: IndexSnapshot,
  typed: string,
  visible: HitSet,
  wish: SuggestWish,
  options: SearchOptions = {},
): readonly Suggestion[] {
  const named = /^\s*(title|author|subject|journal)\s*:\s*(.*)$/is.exec(typed);
  const { context } = prepare(snapshot, emptyRequest, visible, options);
  const prefix = context.analyzer.queryValue('', (named?.[2] ?? typed).replace(/^\s*["']/, ''));
  if (Array.from(prefix).length < shortestPrefix && /^[\0-\x7f]*$/.test(prefix)) return [];
  const kind = (named?.[1]?.toLowerCase() as SuggestionKind | undefined) ?? wish.kind;
  const limit = Math.min(wish.limit, mostSuggestions);
  const lists = suggestionKinds.map((one) =>
    kind === undefined || kind === one ? suggestionsOf(one, prefix, limit, context) : [],
  );
  return shared(lists, limit);
}

/** As many of each kind as there is room for, in the order of the kinds. */
function shared(lists: readonly (readonly Suggestion[])[], limit: number): readonly Suggestion[] {
  const taken = lists.map(() => 0);
  for (let left = limit, moved = true; left > 0 && moved; ) {
    moved = false;
    for (const [at, list] of lists.entries()) {
      if (left === 0 || taken[at] === list.length) continue;
      taken[at]!++;
      left--;
      moved = true;
    }
  }
  return lists.flatMap((list, at) => list.slice(0, taken[at]));
}

interface Candidate {
  readonly term: string;
  /** Before what may not be seen is taken away. */
  records: number;
  readonly held: { readonly index: number; readonly space: string; readonly entry: TermEntry }[];
}

function suggestionsOf(kind: SuggestionKind, prefix: string, limit: number, context: Context): readonly Suggestion[] {
  const { snapshot, visible, analyzer } = context;
  const { paths, fields } = sourceOf(snapshot.site, kind);
  const places = paths.map((path) => ({ kind: 'path', path }) as const);
  const shelves = snapshot.segments.flatMap(({ segment }, index) =>
    visible[index]!.isEmpty
      ? []
      : [...new Set(places.flatMap((place) => spacesAt(context, segment, place)))].map((space) => ({
          segment,
          space,
          index,
        })),
  );
  const candidates = new Map<string, Candidate>();
  const below = afterPrefix(prefix);
  for (const { segment, space, index } of shelves) {
    let left = Math.ceil(mostValues / shelves.length);
    for (const entry of segment.terms(space, prefix, below)) {
      const { term } = entry;
      const known = candidates.get(term) ?? { term, records: 0, held: [] };
      if (known.records === 0) candidates.set(term, known);
      known.records += entry.records;
      known.held.push({ index, space, entry });
      if (--left === 0) break;
    }
  }
  const best = [...candidates.values()].sort((a, b) => b.records - a.records || byCodePoint(a.term, b.term));
  const begun = drawn(best, limit);
  if (kind !== 'title' || begun.length === limit) return begun;
  // Titles that have the words inside follow those that begin so.
  const spacesOf = (segment: Segment): readonly string[] => [
    ...new Set(places.flatMap((place) => spacesAt(context, segment, place))),
  ];
  const inside: Candidate[] = [];
  const { titles, continued } = titlesWith(prefix, limit, spacesOf, context);
  for (const term of titles) {
    if (term.startsWith(prefix)) continue;
    const held = shelves.flatMap(({ segment, space, index }) => {
      const entry = segment.term(space, term);
      return entry === undefined ? [] : [{ index, space, entry }];
    });
    inside.push({ term, records: 0, held });
  }
  const proper = drawn(inside, limit - begun.length);
  // Those that begin so with their title proper are there already.
  const further = [...continued].filter(([, { term }]) => !term.startsWith(prefix));
  return [...begun, ...proper, ...further.flatMap(([text, one]) => wholeTitle(text, one, fields))].slice(0, limit);

  function drawn(list: readonly Candidate[], most: number): readonly Suggestion[] {
    const found: Suggestion[] = [];
    for (const { term, held } of list.slice(0, mostCounted)) {
      if (found.length === most) break;
      const seen = seenOf(held, context);
      const [first] = seen;
      if (first === undefined) continue;
      const { segment } = snapshot.segments[first.index]!;
      const field =
        fields.find((code) => analyzer.valueSpaces(code, segment.spaces).includes(first.space)) ?? fields[0] ?? '';
      const question = valueQuestion(field, term);
      if (question === undefined) continue;
      const count = seen.reduce((sum, { bits }) => sum + bits.size, 0);
      found.push({
        kind,
        text: writtenText(context, segment, first.bits, term, field) ?? question.label,
        query: question.text,
        count,
        ...(kind === 'title' && count === 1 ? { record: segment.ids[first.bits.minimum()]! } : {}),
      });
    }
    // Frequency was that of all records; what people read is that of those they may see.
    return found.sort((a, b) => b.count - a.count);
  }
}

/** A title as it is written whole; asked for by what stands before its remainder. */
function wholeTitle(
  text: string,
  { term, records }: { readonly term: string; readonly records: readonly number[] },
  fields: readonly string[],
): readonly Suggestion[] {
  const question = valueQuestion(fields[0] ?? '', term);
  if (question === undefined) return [];
  const [record] = records;
  const only = records.length === 1 && record !== undefined ? { record } : {};
  return [{ kind: 'title', text, query: question.text, count: records.length, ...only }];
}

/** The visible records of a value, by segment, those without any left out. */
function seenOf(held: Candidate['held'], { snapshot, visible }: Context) {
  return [...new Set(held.map(({ index }) => index))].flatMap((index) => {
    const here = held.filter((one) => one.index === index);
    const { segment } = snapshot.segments[index]!;
    const bits = RoaringBitmap32.and(segment.union(here.map(({ entry }) => entry)), visible[index]!);
    return bits.isEmpty ? [] : [{ index, space: here[0]!.space, bits }];
  });
}

interface SuggestionSource {
  readonly paths: readonly string[];
  /** By which one of these a value is asked for. */
  readonly fields: readonly string[];
}

const sources = new WeakMap<Site, Map<SuggestionKind, SuggestionSource>>();

function sourceOf(site: Site, kind: SuggestionKind): SuggestionSource {
  const known = sources.get(site) ?? new Map<SuggestionKind, SuggestionSource>();
  sources.set(site, known);
  const before = known.get(kind);
  if (before !== undefined) return before;
  const made = findSource(site, kind);
  known.set(kind, made);
  return made;
}

/** Where the values of a kind are: a site has its fields and facets by their usual names. */
function findSource(site: Site, kind: SuggestionKind): SuggestionSource {
  const field = (code: string) => site.fields.find((one) => one.code === code);
  const pathsOf = (code: string) => field(code)?.paths ?? [];
  const facet = site.facets.find(({ code }) => code === kind)?.paths ?? [];
  switch (kind) {
    case 'title': {
      // The remainder of a title is none; translated and uniform titles only where there are no
      // others.
      const all = pathsOf('title').map((path) => path.replace(/^(.{5})%$/, '$1a'));
      const titles = all.filter((path) => path.endsWith('a'));
      const main = titles.filter((path) => path.startsWith('245'));
      return { paths: unique(main.length > 0 ? main : titles), fields: ['title'] };
    }
    case 'author':
      return { paths: pathsOf('author'), fields: [exactNames(site, 'author')?.code ?? 'author'] };
    case 'subject':
      return {
        paths: facet.length > 0 ? facet : [...pathsOf('subject'), ...pathsOf('keyword')],
        fields: ['subject', 'keyword'].filter((code) => field(code) !== undefined),
      };
    case 'journal': {
      const own = pathsOf('journal')
        .map((path) => path.replace(/^(.{5})%$/, '$1p'))
        .filter((path) => /[pt]$/.test(path));
      return { paths: facet.length > 0 ? facet : unique(own), fields: ['journal'] };
    }
  }
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
