import type { Analyzer } from '../index/analysis/analyzer.ts';
import { isMarcPath } from './evaluate/compile.ts';
import type { Notice } from './notices.ts';
import type { FieldNames } from './query/lexer.ts';
import { type Parsed, parseQuery, wordOf } from './query/parse.ts';
import { plainSigns } from './query/plain-signs.ts';
import { parseSpires, spiresQuestion } from './query/spires.ts';
import { builtInFields, chain, isSecondOrder, leaf, type Query, type Step, step } from './query/tree.ts';
import type { RequestPart, SearchRequest } from './request.ts';

/** Field names as people type them: site fields and built-in ones in any case, MARC paths. */
export function fieldNamesOf(analyzer: Analyzer): FieldNames {
  return (prefix) => {
    const name = prefix.toLowerCase();
    if (isMarcPath(prefix)) return prefix;
    const isKnown =
      analyzer.field(name) !== undefined || builtInFields.has(name) || isSecondOrder(name) || name === 'global';
    return isKnown ? name : undefined;
  };
}

/** The question that a request asks: its text or the parts of the advanced form, and its limits. */
export function questionOf(request: SearchRequest, analyzer: Analyzer): Parsed {
  const fieldNames = fieldNamesOf(analyzer);
  const notices: Notice[] = [];
  const read = (parsed: Parsed) => {
    notices.push(...parsed.notices);
    return parsed.query;
  };
  const steps: Step[] = [];
  const text = read(selected(request.text, request.field, fieldNames, analyzer));
  if (text.kind !== 'everything') steps.push(step('and', text));
  if (request.parts.length > 0) {
    const parts = request.parts.map((part) => step(part.join, read(partQuery(part, fieldNames, analyzer))));
    steps.push(step('and', chain(parts)));
  }
  for (const limit of request.limits) {
    steps.push(step('and', leaf({ kind: 'exact', field: limit.field, text: unquoted(limit.text) })));
  }
  if (request.tree !== undefined) steps.push(step('and', request.tree));
  return { query: chain(steps), notices };
}

function unquoted(text: string): string {
  return /^"[^"]*"$/.test(text) ? text.slice(1, -1) : text;
}

function partQuery(part: RequestPart, fieldNames: FieldNames, analyzer: Analyzer): Parsed {
  const { field } = part;
  const text = plainSigns(part.text);
  const number = part.match === 'a' || part.match === 'o' ? numberAsked(text, field, fieldNames, analyzer) : undefined;
  if (number !== undefined) return { query: number, notices: [] };
  const words = text.split(/\s+/);
  switch (part.match) {
    case '':
      return selected(text, field, fieldNames, analyzer);
    case 'a':
      return { query: chain(words.map((word) => step('and', wordOf(field, word)))), notices: [] };
    case 'o':
      return { query: chain(words.map((word) => step('or', wordOf(field, word)))), notices: [] };
    case 'e':
      return { query: leaf({ kind: 'exact', field, text: unquoted(text) }), notices: [] };
    case 'p':
      return { query: leaf({ kind: 'partial', field, text: text.replace(/^'([^']*)'$/, '$1') }), notices: [] };
    case 'r':
      return { query: leaf({ kind: 'pattern', field, text: text.replace(/^\/(.*)\/$/s, '$1') }), notices: [] };
  }
}

/**
 * A text for which a field was selected (f=): names, texts with a comma, MARC paths and fields
 * without words are asked for whole; everything else is read as a question with that field as
 * default (docs/search-language.md, "The address of a search").
 */
function selected(written: string, field: string, fieldNames: FieldNames, analyzer: Analyzer): Parsed {
  const text = plainSigns(written);
  const spires = field === '' ? spiresQuestion(text) : undefined;
  if (spires !== undefined) {
    const { query, notices } = parseSpires(spires, fieldNames);
    const before = text.length - spires.length;
    return { query, notices: notices.map((notice) => ({ ...notice, at: (notice.at ?? 0) + before })) };
  }
  const whole =
    numberAsked(text, field, fieldNames, analyzer) ??
    (field === '' || text === '' ? undefined : wholeValue(text, field, analyzer));
  return whole === undefined ? parseQuery(text, { fieldNames, field }) : { query: whole, notices: [] };
}

/**
 * "978 0 306 40615 7", "ISBN 0-306-40615-2", "isbn:978 0 306 40615 7": one number, blanks and all.
 */
function numberAsked(text: string, field: string, fieldNames: FieldNames, analyzer: Analyzer): Query | undefined {
  if (!/\d.*\s|\s.*\d/s.test(text.trim()) || text.length > longestNumber) return undefined;
  const named = /^\s*(\w+):\s*([^"'/\s].*)$/s.exec(text);
  const name = named === null ? undefined : fieldNames(named[1]!);
  const asked = name === undefined ? text.trim() : named![2]!.trim();
  const code = name ?? field;
  const searched = code === '' || code === 'global' ? analyzer.anyField : code;
  const number = analyzer.queryNumber?.(searched, asked);
  return number === undefined ? undefined : wordOf(code, number);
}

const longestNumber = 300;

function wholeValue(text: string, field: string, analyzer: Analyzer): Query | undefined {
  // Quotations, spans of them and patterns are read by the parser, which knows them.
  if (/^(["'/]).*\1$/s.test(text) || isSecondOrder(field) || builtInFields.has(field)) return undefined;
  const known = analyzer.field(field);
  if (known?.whole) return wordOf(field, text);
  const isWithoutWords = isMarcPath(field) || (known !== undefined && known.words === undefined);
  if (known?.names ? /[\s,.]/.test(text) : text.includes(',') || isWithoutWords) {
    return span(text, field) ?? leaf({ kind: 'exact', field, text });
  }
  return undefined;
}

function span(text: string, field: string): Query | undefined {
  const ends = /^(\S.*\S|\S)->(\S.*\S|\S)$/s.exec(text);
  return ends === null ? undefined : leaf({ kind: 'span', field, from: ends[1], to: ends[2], quoted: true });
}
