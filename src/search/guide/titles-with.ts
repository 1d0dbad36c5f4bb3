import { RoaringBitmap32 } from '../../index/bitmap.ts';
import type { Segment, TermEntry } from '../../index/segment.ts';
import type { Context } from '../evaluate/context.ts';
import { afterPrefix } from '../evaluate/matcher.ts';

/** A prefix stands for so many words of a segment at most. */
const mostWords = 50;
/** Words that more records of a segment have than this tell nothing of a title. */
const mostRecords = 150_000;
/** Of the newest records in each segment so many titles are read. */
const titlesRead = 30;
const shortestWord = 3;

export interface FoundTitles {
  /** Titles proper that have the words, as the dictionaries have them. */
  readonly titles: ReadonlySet<string>;
  /**
   * Titles that have some of the words in what follows the title proper, as they are written: the
   * title proper as the dictionaries have it, and the records.
   */
  readonly continued: ReadonlyMap<string, { readonly term: string; readonly records: readonly number[] }>;
}

/**
 * Titles of visible records that have these words, the last of which may be the beginning of one;
 * the newest records first. The dictionaries at `spacesOf` have the titles proper.
 */
export function titlesWith(
  typed: string,
  wanted: number,
  spacesOf: (segment: Segment) => readonly string[],
  context: Context,
): FoundTitles {
  const { analyzer, snapshot, visible } = context;
  const space = analyzer.field('title')?.words;
  const words = analyzer.queryValue('', typed).match(/[\p{L}\p{N}]+/gu) ?? [];
  const last = words.at(-1) ?? '';
  const titles = new Set<string>();
  const continued = new Map<string, { readonly term: string; readonly records: number[] }>();
  const isEnough = (): boolean => titles.size + continued.size >= wanted;
  if (space === undefined || (words.length === 1 && last.length < shortestWord)) return { titles, continued };
  for (let index = snapshot.segments.length - 1; index >= 0 && !isEnough(); index--) {
    const { segment } = snapshot.segments[index]!;
    const seen = visible[index]!;
    if (seen.isEmpty) continue;
    const bits = recordsWith(segment, space, words, seen, context);
    if (bits === undefined || bits.isEmpty) continue;
    const spaces = spacesOf(segment);
    const shows = showing(words);
    for (const ordinal of bits.toReversed(Math.min(titlesRead, bits.size))) {
      const { t } = segment.brief(ordinal);
      const whole = analyzer.queryValue('', t);
      const term = shows(whole) ? titleTerm(segment, spaces, ordinal, whole) : undefined;
      if (term === undefined) continue;
      const known = continued.get(t);
      if (shows(term)) titles.add(term);
      else if (known === undefined) continued.set(t, { term, records: [segment.ids[ordinal]!] });
      else known.records.push(segment.ids[ordinal]!);
      if (isEnough()) break;
    }
  }
  return { titles, continued };
}

function recordsWith(
  segment: Segment,
  space: string,
  words: readonly string[],
  seen: RoaringBitmap32,
  { analyzer }: Context,
): RoaringBitmap32 | undefined {
  let bits: RoaringBitmap32 | undefined;
  for (const [at, word] of words.entries()) {
    const entries = analyzer
      .queryForms('title', word)
      .flat(2)
      .flatMap((term) => segment.term(space, term) ?? []);
    if (at === words.length - 1) entries.push(...beginningWith(segment, space, word));
    const usual = entries.filter(({ records }) => records <= mostRecords);
    // What nearly all have is not asked for; but the word that is being typed alone must be.
    if (entries.length > 0 && usual.length === 0) {
      if (words.length === 1) return undefined;
      continue;
    }
    const having = RoaringBitmap32.and(segment.union(usual), bits ?? seen);
    if (having.isEmpty) return having;
    bits = having;
  }
  return bits;
}

function beginningWith(segment: Segment, space: string, word: string): readonly TermEntry[] {
  const entries: TermEntry[] = [];
  if (word.length < 2) return entries;
  for (const entry of segment.terms(space, word, afterPrefix(word))) {
    entries.push(entry);
    if (entries.length === mostWords) break;
  }
  return entries;
}

/** The title proper is what stands before the remainder, as far as it is a value by itself. */
function titleTerm(segment: Segment, spaces: readonly string[], ordinal: number, title: string): string | undefined {
  const ends = [title.length, ...[...title.matchAll(/\s*[:;]/g)].map(({ index }) => index)];
  for (const end of ends) {
    const term = title.slice(0, end);
    const isIt = spaces.some((space) => {
      const entry = segment.term(space, term);
      return entry !== undefined && segment.ordinals(entry).has(ordinal);
    });
    if (isIt) return term;
  }
  return undefined;
}

const endingLetters = 2;

/**
 * Does the title that is shown have the words, but for their endings? A record is found by its
 * other titles too, and those are not what a reader would see.
 */
function showing(words: readonly string[]): (title: string) => boolean {
  const beginnings = words.map((word) => word.slice(0, Math.max(shortestWord, word.length - endingLetters)));
  return (title) => {
    const there = ` ${(title.match(/[\p{L}\p{N}]+/gu) ?? []).join(' ')}`;
    return beginnings.every((beginning) => there.includes(` ${beginning}`));
  };
}
