import type { FieldSearch } from '../../index/analysis/query.ts';
import { finish, type Work } from '../../index/work.ts';
import { foldValue } from '../../tokenizers/fold.ts';
import { printLeaf } from '../query/print.ts';
import type { Leaf, Query } from '../query/tree.ts';
import { authorityFields, namingRecords, readsAuthorities } from './authority.ts';
import { cataloguerPlan } from './cataloguer.ts';
import { citationLeaf, secondOrder } from './citations.ts';
import { type Context, notify } from './context.ts';
import { spanOfDate } from './dates.ts';
import { evaluating } from './evaluate.ts';
import { findingPlan } from './finding.ts';
import { numberRange, range, regularExpression, wildcard } from './matcher.ts';
import { badNumber, numberEnds, tellReversed } from './numbers.ts';
import { patternPlan } from './pattern-plan.ts';
import { all, both, either, leftOut, type MatchPlan, none, type Place, type Plan, type PlanStep } from './plan.ts';

/**
 * Turns a question into what is asked of every segment. Whatever cannot be asked leaves a notice in
 * the context.
 */
export function compileQuery(query: Query, context: Context): Plan {
  return finish(compiling(query, context));
}

/**
 * The same as work that others may interrupt: some parts of a question are answered before the
 * whole is.
 */
export function* compiling(query: Query, context: Context): Work<Plan> {
  switch (query.kind) {
    case 'everything':
      return all;
    case 'chain': {
      const steps: PlanStep[] = [];
      for (const { join, query: inner } of query.steps) steps.push({ join, plan: yield* compiling(inner, context) });
      return joined(steps);
    }
    case 'second-order':
      return yield* secondOrder(query.operator, yield* compiling(query.inner, context), context);
    default:
      return yield* compileLeaf(query, context);
  }
}

/** What was left out joins nothing: "muon or ..." is "muon". */
function joined(steps: readonly PlanStep[]): Plan {
  const [first, ...others] = steps.filter(({ plan }) => plan !== leftOut);
  if (first === undefined) return leftOut;
  return { kind: 'join', steps: [first.join === 'or' ? { ...first, join: 'and' } : first, ...others] };
}

/** A MARC path as people write it: two digits first, "%" and "*" allowed. */
export function isMarcPath(name: string): boolean {
  return /^\d\d[\w%*]{0,4}$/.test(name);
}

function* compileLeaf(leaf: Leaf, context: Context): Work<Plan> {
  const { field: name } = leaf;
  if (name === 'recid') return recordNumbers(leaf, context);
  if (name === 'datecreated' || name === 'datemodified') return dates(leaf, context);
  if (isMarcPath(name)) {
    const path = name.replaceAll('*', '%');
    const place: Place = { kind: 'path', path };
    const value = (text: string) => context.analyzer.pathValue(path, text);
    return inSpellings(leaf, context, place, (one) => values(one, context, place, value, true));
  }
  const { analyzer } = context;
  const field = analyzer.field(name === '' || name === 'global' ? analyzer.anyField : name);
  if (field !== undefined) return yield* withAuthorities(leaf, context, field);
  const known =
    name === 'cataloguer'
      ? cataloguerPlan(leaf, context)
      : name === 'finding'
        ? findingPlan(leaf, context)
        : yield* citationLeaf(leaf, context);
  yield;
  if (known !== undefined) return known;
  notify(context, { kind: 'any-field', text: name });
  const anyField = analyzer.field(analyzer.anyField);
  return anyField === undefined ? none : ofField(leaf, context, anyField);
}

/** Beside what the field itself has, the records that name an authority record which has it. */
function* withAuthorities(leaf: Leaf, context: Context, field: FieldSearch): Work<Plan> {
  const plan = ofField(leaf, context, field);
  if (plan === leftOut) return plan;
  const { openable, analyzer } = context;
  // A limit of terms counts those of the field itself.
  if (openable === undefined || field.numeric || context.wildcardLimit !== undefined) return plan;
  if (!readsAuthorities(field.code, context)) return plan;
  // Nor do patterns count that nobody typed.
  const silent = { ...context, notices: [], patterns: { ...context.patterns, broad: new Set<string>() } };
  const names = authorityFields(context.snapshot.site).flatMap((code) => {
    const of = code === field.code ? undefined : analyzer.field(code);
    return of === undefined ? [] : [ofField(leaf, silent, of)];
  });
  const authorities = yield* evaluating(either(names), { ...context, visible: openable(), notices: [] });
  return either([plan, { kind: 'found', hits: namingRecords(field.code, authorities, context) }]);
}

function ofField(leaf: Leaf, context: Context, field: FieldSearch): Plan {
  const { analyzer } = context;
  const place: Place = { kind: 'field', code: field.code };
  const value = (text: string) => analyzer.queryValue(field.code, text);
  if (field.words === undefined)
    return inSpellings(leaf, context, place, (one) => values(one, context, place, value, false));
  const words: Place = { kind: 'words', space: field.words };
  switch (leaf.kind) {
    case 'word':
      return withSynonyms(leaf.text, context, field, (text) => wordsOf(text, context, field, words));
    case 'span':
      if (field.numeric) return numbers(leaf, context, words);
      if ((leaf.quoted || field.shelved) && field.hasValues) return values(leaf, context, place, value, false);
      return span(leaf, context, words, (text) => oneWord(text, context, field));
    case 'pattern':
      return pattern(leaf, context, field.hasValues ? place : words);
    default:
      if (field.phrase === 'value' && field.hasValues) {
        return withSynonyms(leaf.text, context, field, (text) =>
          inSpellings({ ...leaf, text }, context, place, (one) => values(one, context, place, value, false)),
        );
      }
      return phrase(leaf.text, context, field, field.words);
  }
}

function withSynonyms(text: string, context: Context, field: FieldSearch, plan: (text: string) => Plan): Plan {
  return either([text, ...context.analyzer.querySynonyms(field.code, text)].map(plan));
}

/** A value in each way in which it may be written. */
function inSpellings(leaf: Leaf, context: Context, place: Place, plan: (leaf: Leaf) => Plan): Plan {
  if (leaf.kind === 'span' || leaf.kind === 'pattern') return plan(leaf);
  // A part of a value is looked for in all of them, so not in many ways.
  const code = place.kind === 'field' && leaf.kind !== 'partial' ? place.code : undefined;
  const others = context.analyzer.valueSpellings?.(code, leaf.text) ?? [];
  return either([leaf, ...others.map((text) => ({ ...leaf, text }))].map(plan));
}

function wordsOf(text: string, context: Context, field: FieldSearch, place: Place & { kind: 'words' }): Plan {
  if (/^\*+$/.test(text)) return field.code === context.analyzer.anyField ? all : matchText(context, place, '*', text);
  const typed = context.analyzer.queryForms(field.code, text);
  if (typed.length === 0) {
    notify(context, { kind: 'empty-term', text });
    return leftOut;
  }
  return both(typed.map((forms) => either(forms.map((words) => wordsInRow(context, place, words, text)))));
}

function wordsInRow(context: Context, place: Place & { kind: 'words' }, words: readonly string[], text: string): Plan {
  const [first] = words;
  return first !== undefined && words.length === 1
    ? lookUp(context, place, first, text)
    : row(context, place, words, text);
}

function oneWord(text: string, context: Context, field: FieldSearch): string {
  return context.analyzer.queryWords(field.code, text)[0]?.[0] ?? foldValue(text);
}

function phrase(text: string, context: Context, field: FieldSearch, space: string): Plan {
  const forms = context.analyzer
    .queryPhrases(field.code, text)
    .map((groups) => groups.filter((group) => group !== '*'));
  const [groups = []] = forms;
  if (groups.length === 0) {
    notify(context, { kind: 'empty-term', text: text });
    return none;
  }
  // One word beside signs that stand alone, as in ": Tim": Invenio looked for just that, and no
  // record has it.
  const place = { kind: 'words', space } as const;
  if (groups.length === 1 && loneSign.test(text)) return none;
  return either(forms.map((words) => wordsInRow(context, place, words, text)));
}

const loneSign = /(?:^|\s)[^\p{L}\p{N}\s*]+(?:\s|$)/u;

function row(context: Context, place: Place & { kind: 'words' }, words: readonly string[], text: string): Plan {
  const slots = words.map((word) => (word.includes('*') ? wildcardPlan(context, place, word, text) : word));
  if (!slots.every((slot) => slot !== undefined)) return none;
  const { phrases } = context.patterns;
  const key = JSON.stringify([place.space, words]);
  const plan = phrases.get(key) ?? { kind: 'adjacent', space: place.space, slots, text };
  phrases.set(key, plan);
  return plan;
}

/**
 * Whole values. `path`: a "%" at the end of a value is a wildcard too, as librarians write it on
 * MARC paths.
 */
function values(leaf: Leaf, context: Context, place: Place, normalised: (text: string) => string, path: boolean): Plan {
  switch (leaf.kind) {
    case 'pattern':
      return pattern(leaf, context, place);
    case 'span':
      return span(leaf, context, place, normalised);
    case 'partial':
      return matchText(context, place, `*${normalised(leaf.text)}*`, leaf.text);
    default: {
      const text = path ? leaf.text.replace(/%$/, '*') : leaf.text;
      return lookUp(context, place, normalised(text), leaf.text);
    }
  }
}

function lookUp(context: Context, place: Place, term: string, text: string): Plan {
  return term.includes('*') ? matchText(context, place, term, text) : { kind: 'term', place, term };
}

function matchText(context: Context, place: Place, term: string, text: string): Plan {
  return wildcardPlan(context, place, term, text) ?? none;
}

function wildcardPlan(context: Context, place: Place, term: string, text: string): MatchPlan | undefined {
  return patternPlan(context, place, `* ${term}`, () => wildcard(term), text);
}

function span(
  leaf: Leaf & { kind: 'span' },
  context: Context,
  place: Place,
  normalised: (text: string) => string,
): Plan {
  const ends = endsOf(leaf, normalised);
  if (ends[0] !== undefined && ends[1] !== undefined && ends[0] > ends[1]) tellReversed(leaf, context);
  return patternPlan(context, place, JSON.stringify(ends), () => range(...ends), printLeaf(leaf)) ?? none;
}

function pattern(leaf: Leaf & { kind: 'pattern' }, context: Context, place: Place): Plan {
  const make = () => regularExpression(leaf.text);
  try {
    return patternPlan(context, place, `/ ${leaf.text}`, make, printLeaf(leaf)) ?? none;
  } catch (error) {
    notify(context, { kind: 'bad-pattern', text: printLeaf(leaf), detail: faultOf(error) });
    return none;
  }
}

/** What is wrong, without the words of the library around it and what it was given by us. */
function faultOf(error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return said.replace(/^error parsing regexp: /, '').replace(/: `.*$/s, '');
}

function endsOf(
  leaf: Leaf & { kind: 'span' },
  normalised: (text: string) => string,
): readonly [string | undefined, string | undefined] {
  return [leaf.from && normalised(leaf.from), leaf.to && normalised(leaf.to)];
}

function numbers(leaf: Leaf & { kind: 'span' }, context: Context, place: Place): Plan {
  const ends = numberEnds(leaf);
  if (ends === undefined) return badNumber(leaf, context);
  if (ends[0] > ends[1]) tellReversed(leaf, context);
  return patternPlan(context, place, `# ${ends}`, () => numberRange(...ends), printLeaf(leaf)) ?? none;
}

function recordNumbers(leaf: Leaf, context: Context): Plan {
  const ends = numberEnds(leaf);
  if (ends === undefined) return badNumber(leaf, context);
  if (ends[0] > ends[1]) tellReversed(leaf, context);
  return { kind: 'ids', from: ends[0], to: ends[1] };
}

function dates(leaf: Leaf, context: Context): Plan {
  const column = leaf.field === 'datecreated' ? 'created' : 'modified';
  const [first, last] = leaf.kind === 'span' ? [leaf.from, leaf.to] : [leaf.text, leaf.text];
  // A trailing wildcard says what a short date means anyway.
  const spans = [first, last].map((text) => (text === undefined ? undefined : spanOfDate(text.replace(/[*%-]+$/, ''))));
  if ((first !== undefined && spans[0] === undefined) || (last !== undefined && spans[1] === undefined)) {
    notify(context, { kind: 'bad-date', text: printLeaf(leaf) });
    return none;
  }
  const from = spans[0]?.from ?? 0;
  const below = spans[1]?.below ?? Number.POSITIVE_INFINITY;
  if (from >= below) tellReversed(leaf, context);
  return { kind: 'time', column, from, below };
}
