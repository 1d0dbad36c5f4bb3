import type { HitSet, IndexSnapshot } from '../../index/snapshot.ts';
import { foldValue } from '../../tokenizers/fold.ts';
import { compileQuery, isMarcPath } from '../evaluate/compile.ts';
import { type Context, notify } from '../evaluate/context.ts';
import { countVisible } from '../evaluate/evaluate.ts';
import type { Place } from '../evaluate/plan.ts';
import type { Notice } from '../notices.ts';
import type { Query } from '../query/tree.ts';
import type { SearchRequest } from '../request.ts';
import { prepare, type SearchOptions } from '../search.ts';
import { exactNames } from './exact-names.ts';
import { visibleTerms } from './neighbours.ts';
import { mayBeStem, readableWord } from './readable-word.ts';
import { type TermQuestion, valueQuestion, wordQuestion } from './term-question.ts';
import { writtenNumber } from './written-number.ts';
import { writtenValue } from './written-text.ts';

/**
 * `around`: the neighbours of the text. `after` and `before`: of a term that an earlier list ended or began with, for the next page.
 */
export type BrowseWay = 'around' | 'after' | 'before';

export interface BrowsedTerm {
  /** As people read it. */
  readonly label: string;
  /** The question that finds its records. */
  readonly text: string;
  readonly count: number;
  /** It is what was asked for. */
  readonly exact: boolean;
}

export interface Browsed {
  /** The field whose terms these are; '' for words of any field. */
  readonly field: string;
  readonly terms: readonly BrowsedTerm[];
  /** Where the pages before and after begin; undefined at the ends of the dictionary. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  readonly notices: readonly Notice[];
}

/**
 * The alphabetical neighbours of a text among the values of a field or MARC path, or among the
 * words of any field, with how many of the visible records each finds. At most `request.size`
 * lines. Only what some visible record has is ever shown. `wantedBefore`: so many lines stand
 * before the text, and not half of them.
 */
export function browse(
  snapshot: IndexSnapshot,
  request: SearchRequest,
  way: BrowseWay,
  visible: HitSet,
  options: SearchOptions = {},
  wantedBefore?: number,
): Browsed {
  const { query, context } = prepare(snapshot, request, visible, options);
  const notices: Notice[] = [];
  const asked = askedFor(request, query, way);
  const shelf = shelfOf(asked.field, { ...context, notices });
  const start = way === 'around' ? shelf.key(asked.text) : asked.text;
  const wanted = Math.min(request.size, mostLines);
  const take = (direction: 'forwards' | 'backwards', count: number) =>
    takeTerms(shelf, context, start, direction, count, way === 'around' ? asked.text : undefined);
  const linesBefore = way === 'around' ? (wantedBefore ?? Math.floor(wanted / 2)) : way === 'before' ? wanted : 0;
  // One more on either side says whether there is more.
  const earlier = way === 'after' ? [] : take('backwards', linesBefore + 1);
  const later =
    way === 'before'
      ? []
      : take('forwards', wanted - Math.min(linesBefore, earlier.length) + 2).filter(
          ({ term }) => way === 'around' || term !== start,
        );
  const shownBefore = earlier.slice(0, linesBefore).reverse();
  const shownAfter = later.slice(0, wanted - shownBefore.length);
  const shown = [...shownBefore, ...shownAfter];
  return {
    field: shelf.field,
    terms: shown.map(({ term, question, count }) => ({
      label: question.label,
      text: question.text,
      count,
      exact: way === 'around' && term === start,
    })),
    before: way === 'after' || earlier.length > linesBefore ? shown[0]?.term : undefined,
    after: way === 'before' || later.length > shownAfter.length ? shown.at(-1)?.term : undefined,
    notices,
  };
}

const mostLines = 200;
/** Stems for which records are read in vain before a walk ends. */
const mostUnreadable = 100;

/** Where the terms of a field are, what a text is among them, and how each is asked for. */
export interface Shelf {
  readonly field: string;
  readonly places: readonly Place[];
  key(text: string): string;
  /** A walk ends after so many terms that cannot be asked for. */
  readonly mostTried?: number;
  /** As a visible record has it, when that is known. */
  readonly written?: (term: string) => string | undefined;
  /** `asked`: a text that may be this term's. */
  question(term: string, asked?: string): TermQuestion | undefined;
}

export interface TakenTerm {
  readonly term: string;
  readonly question: TermQuestion;
  readonly count: number;
}

/** The nearest terms on one side with the numbers of records that a search for each finds. */
export function takeTerms(
  shelf: Shelf,
  context: Context,
  start: string,
  direction: 'forwards' | 'backwards',
  count: number,
  asked?: string,
): readonly TakenTerm[] {
  const taken: TakenTerm[] = [];
  if (count < 1) return taken;
  const silent = { ...context, notices: [] };
  let tried = 0;
  for (const term of visibleTerms(context, shelf.places, start, direction)) {
    const question = shelf.question(term, asked);
    const found = question === undefined ? 0 : countVisible(compileQuery(question.leaf, silent), silent);
    if (question !== undefined && found > 0) {
      const label = shelf.written?.(term) ?? question.label;
      taken.push({ term, question: { ...question, label }, count: found });
    }
    if (taken.length === count || (question === undefined && ++tried === shelf.mostTried)) break;
  }
  return taken;
}

/**
 * The words of a field, '' for those of any field. `onlyReadable`: without stems for which no word
 * is known.
 */
export function wordShelf(field: string, context: Context, onlyReadable = false): Shelf | undefined {
  const { analyzer } = context;
  const code = field === '' || field === 'global' ? analyzer.anyField : field;
  const space = analyzer.field(code)?.words;
  if (space === undefined) return undefined;
  return {
    field: code === analyzer.anyField ? '' : field,
    places: [{ kind: 'words', space }],
    ...(onlyReadable ? { mostTried: mostUnreadable } : {}),
    key: (text) => analyzer.queryWords(code, text.replaceAll('*', ' '))[0]?.[0] ?? '',
    question: (term, asked) => {
      const shown = code === analyzer.anyField ? '' : field;
      const isAsked = asked !== undefined && analyzer.queryWords(code, asked).flat().join(' ') === term;
      const readable = isAsked ? asked.toLowerCase() : readableWord(context, code, space, term);
      if (onlyReadable && readable === undefined && (mayBeStem(term) || !/[\p{L}\p{N}]/u.test(term))) return undefined;
      return wordQuestion(analyzer, shown, term, readable);
    },
  };
}

/** The whole values of a field or MARC path; undefined when it has none. */
export function valueShelf(field: string, context: Context): Shelf | undefined {
  if (isMarcPath(field)) {
    const path = field.replaceAll('*', '%');
    const place: Place = { kind: 'path', path };
    return {
      field,
      places: [place],
      written: (term) => writtenValue(context, [place], term, field),
      key: (text) => context.analyzer.pathValue(path, text),
      question: (term) => valueQuestion(field, term),
    };
  }
  const { analyzer, snapshot } = context;
  const known = analyzer.field(field);
  if (known === undefined || !known.hasValues || field === analyzer.anyField) return undefined;
  const whole = known.names ? exactNames(snapshot.site, field) : undefined;
  const shown = whole?.code ?? field;
  const places = [{ kind: 'field', code: shown }] as const;
  return {
    field: shown,
    places,
    written: (term) => writtenValue(context, places, term, shown),
    key: (text) => analyzer.queryValue(shown, text),
    question: (term) => valueQuestion(shown, term, writtenNumber(context, shown, term)),
  };
}

function shelfOf(field: string, context: Context): Shelf {
  const { analyzer } = context;
  const shelf =
    field === '' || field === 'global' ? undefined : (valueShelf(field, context) ?? wordShelf(field, context));
  if (shelf !== undefined) return shelf;
  if (field !== '' && field !== 'global' && field !== analyzer.anyField)
    notify(context, { kind: 'any-field', text: field });
  return wordShelf('', context) ?? { field: '', places: [], key: foldValue, question: () => undefined };
}

/**
 * A single condition, such as title:"higgs", names field and text itself; anything else is a text.
 */
function askedFor(
  request: SearchRequest,
  query: Query,
  way: BrowseWay,
): { readonly field: string; readonly text: string } {
  const { text, field } = request;
  if (way !== 'around') return { field, text };
  const isTerm = query.kind === 'word' || query.kind === 'exact' || query.kind === 'partial';
  if (isTerm && query.field !== field) return { field: query.field, text: query.text };
  return { field, text: text.replace(/^(["'])(.*)\1$/s, '$2') };
}
