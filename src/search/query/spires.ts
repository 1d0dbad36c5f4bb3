import type { Notice } from '../notices.ts';
import { type Joins, type JoinToken, joinOfSign, joinOfWord, noJoins, skipped, withJoin } from './joins.ts';
import type { FieldNames } from './lexer.ts';
import { type Parsed, parseQuery } from './parse.ts';
import { spiresDate } from './spires-dates.ts';
import { spiresName } from './spires-names.ts';
import { chain, isSecondOrder, leaf, negation, type Query, type Step, secondOrder, step } from './tree.ts';

/** Keyword -> field (docs/search-language.md, "SPIRES"). */
const keywords: Readonly<Record<string, string>> = keywordTable(`
  author: a au author name; exactauthor: ea exactauthor exact-author; firstauthor: fa first-author firstauthor; authorcount: ac authorcount
  title: t ti title job; keyword: k kw keyword keywords; reportnumber: r rn rept report report-num eprint bb bull bb-no bulletin
  journal: j journal coden; journal: vol volume; 773__c: jp; 773__y: jy; year: d date; datecreated: da dadd date-added; datemodified: du dupd
  reference: c reference jvp citation; cited: topcite topcit cited; collaboration: cn collaboration; affiliation: aff af affil affiliation inst
  experiment: exp experiment sd se; 773__w: cnum; postalcode: cc zip postalcode; collection: ty type tc type-code scl ps
  subject: f fc field subject; 500__a: note; 695__a: tp topic dk; 037__c: arx parx; 035__%: texkey; 970__a: key irn; doi: doi
  fulltext: ft fulltext; caption: caption; recid: recid; region: region; rank: rank; cataloguer: cat cataloguer; abstract: abstract
  refersto: refersto refs; citedby: citedby
`);

function keywordTable(text: string): Readonly<Record<string, string>> {
  const entries = text.split(/[;\n]/).filter((line) => line.trim() !== '');
  return Object.fromEntries(
    entries.flatMap((line) => {
      const [field = '', names = ''] = line.split(': ').map((part) => part.trim());
      return names.split(' ').map((name) => [name, field] as const);
    }),
  );
}

/** Their values are one text, not words. */
const phraseFields = new Set([
  'affiliation',
  '773__y',
  '773__c',
  '773__w',
  '044__a',
  'subject',
  'collection',
  '035__%',
]);
const dateFields = new Set(['year', 'datecreated', 'datemodified']);
const nameFields = new Set(['author', 'firstauthor']);

/** The question after a leading "find", "fin" or "f"; undefined when there is none. */
export function spiresQuestion(text: string): string | undefined {
  return /^\s*(?:find|fin|f)\s+(?=\S)(.*)$/is.exec(text)?.[1];
}

interface Clause {
  readonly kind: 'clause';
  readonly text: string;
  readonly at: number;
}
type Piece = Clause | { readonly kind: 'open' | 'close' } | { readonly kind: 'joins'; readonly joins: Joins };

/**
 * Reads what stands after "find": keyword and value, joined by and, or, not; a value without
 * keyword goes to the keyword before it. Clauses with a colon are of our own language.
 */
export function parseSpires(text: string, fieldNames: FieldNames, today: Date = new Date()): Parsed {
  const notices: Notice[] = [];
  const pieces = cut(text, notices);
  let next = 0;
  let keyword = '';

  function parseGroup(): Query {
    const steps: Step[] = [];
    let joins = noJoins;
    for (let piece = pieces[next]; piece !== undefined && piece.kind !== 'close'; piece = pieces[next]) {
      next++;
      if (piece.kind === 'joins') {
        const { by } = piece.joins;
        joins = piece.joins;
        if (steps.length === 0 && by !== undefined && by.join !== 'not') notices.push(skipped(by));
        continue;
      }
      const query = piece.kind === 'clause' ? parseClause(piece.text, piece.at) : closed(parseGroup());
      if (query.kind === 'everything') notices.push({ kind: 'empty-term', text: '()' });
      else steps.push(step(joins.by?.join ?? 'and', joins.negates ? negation(query) : query));
      joins = noJoins;
    }
    return chain(steps);
  }
  function closed(query: Query): Query {
    next++;
    return query;
  }

  function parseClause(clause: string, at: number): Query {
    if (isNative(clause)) {
      keyword = '';
      return ownLanguage(clause, at);
    }
    const [, name = '', rest = ''] = /^(\S+)\s+(.*)$/s.exec(clause) ?? [];
    const field = Object.hasOwn(keywords, name.toLowerCase()) ? keywords[name.toLowerCase()] : undefined;
    if (field === undefined) return keyword === '' ? ownLanguage(clause, at) : valueQuery(keyword, clause, today);
    if (isSecondOrder(field)) {
      const inner = /^\S+\s+\S/.test(rest) && Object.hasOwn(keywords, rest.split(/\s+/)[0]?.toLowerCase() ?? '');
      const text = unquoted(rest);
      const query = inner
        ? parseClause(rest, at)
        : text.includes(' ')
          ? leaf({ kind: 'exact', field: '', text })
          : ownLanguage(text, at);
      return secondOrder(field, query);
    }
    keyword = field;
    return valueQuery(field, rest, today);
  }
  function ownLanguage(clause: string, at: number): Query {
    const parsed = parseQuery(clause, { fieldNames });
    notices.push(...parsed.notices.map((notice) => ({ ...notice, at: (notice.at ?? 0) + at })));
    return parsed.query;
  }
  function isNative(clause: string): boolean {
    const prefix = /(?:^|\s[+|-]?)([\p{L}\p{N}_%*]+):(?=\S)/u.exec(clause.replace(/"[^"]*"|'[^']*'/g, ''))?.[1];
    return prefix !== undefined && fieldNames(prefix) !== undefined;
  }

  const query = parseGroup();
  return { query, notices };
}

/** Cuts at joins and parentheses outside quotations; several joins in a row are one piece. */
function cut(text: string, notices: Notice[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let words: string[] = [];
  let start = 0;
  const flush = () => {
    if (words.length > 0) pieces.push({ kind: 'clause', text: words.join(' '), at: start });
    words = [];
  };
  const push = (token: JoinToken) => {
    flush();
    const last = pieces.at(-1);
    if (last?.kind === 'joins') pieces.pop();
    pieces.push({ kind: 'joins', joins: withJoin(last?.kind === 'joins' ? last.joins : noJoins, token, notices) });
  };
  const tokens = [
    ...text.matchAll(/"[^"]*"(?:->"[^"]*")?|'[^']*'(?=\s|\)|$)|\((?=\S)|\)|[^\s()]+(?:\([^\s()]*\)[^\s()]*)*|\(/g),
  ];
  for (const [index, { 0: token, index: at }] of tokens.entries()) {
    const sign = index > 0 ? joinOfSign(/^[+|-](?=[^\s:]+:\S)/.exec(token)?.[0] ?? '') : undefined;
    if (sign !== undefined) {
      push({ kind: 'join', join: sign, word: undefined, at });
      start = at + 1;
      words.push(token.slice(1));
      continue;
    }
    const join = joinOfWord(token);
    const joinToken = join === undefined ? undefined : ({ kind: 'join', join, word: token, at } as const);
    const following = tokens[index + 1]?.[0] ?? ')';
    if (joinToken !== undefined && following !== ')') push(joinToken);
    // At the end there is nothing to join. After a keyword it is a value, after another operator a
    // word.
    else if (joinToken !== undefined && words.length > 0 && !isKeyword(words)) notices.push(skipped(joinToken));
    else if (token === '(' || token === ')') {
      flush();
      pieces.push({ kind: token === '(' ? 'open' : 'close' });
    } else {
      if (joinToken !== undefined && words.length === 0 && pieces.at(-1)?.kind === 'joins') {
        notices.push({ kind: 'operator-as-word', text: token, at });
      }
      if (words.length === 0) start = at;
      words.push(token);
    }
  }
  flush();
  return balanced(pieces);
}

function isKeyword([first = '', ...others]: readonly string[]): boolean {
  return others.length === 0 && Object.hasOwn(keywords, first.toLowerCase());
}

/** Parentheses without a partner are left out. */
function balanced(pieces: readonly Piece[]): readonly Piece[] {
  const wrong = new Set<Piece>();
  const open: Piece[] = [];
  for (const piece of pieces) {
    if (piece.kind === 'open') open.push(piece);
    else if (piece.kind === 'close' && open.pop() === undefined) wrong.add(piece);
  }
  for (const piece of open) wrong.add(piece);
  return pieces.filter((piece) => !wrong.has(piece));
}

function valueQuery(field: string, written: string, today: Date): Query {
  const value = written.replaceAll('#', '*').replace(/^=\s*/, '').trim();
  if (/^"[^"]*"$|^'[^']*'$/.test(value)) {
    return leaf({ kind: value.startsWith('"') ? 'exact' : 'partial', field, text: unquoted(value) });
  }
  if (dateFields.has(field)) return dateOf(field, value, today);
  if (nameFields.has(field)) return spiresName(field, value);
  if (field === 'exactauthor' || phraseFields.has(field)) {
    return leaf({ kind: /\s|,/.test(value) ? 'exact' : 'word', field, text: value });
  }
  if (field === '970__a') return leaf({ kind: 'exact', field, text: `SPIRES-${value}` });
  if (field === 'cited') return citedOf(value);
  const text = field === 'journal' ? journalOf(value) : value;
  return chain(text.split(/\s+/).map((word) => step('and', leaf({ kind: 'word', field, text: word }))));
}

function unquoted(text: string): string {
  return text.trim().replace(/^(["'])(.*)\1$/s, '$2');
}

function dateOf(field: string, value: string, today: Date): Query {
  const [, before, after, rest] = /^(?:(before\s|<)|(after\s|>))?\s*(.*)$/is.exec(value) ?? [];
  const date = spiresDate(rest ?? '', today) ?? { from: rest ?? '', to: undefined };
  if (before !== undefined) return leaf({ kind: 'span', field, from: '0', to: date.to ?? date.from, quoted: false });
  if (after !== undefined) return leaf({ kind: 'span', field, from: date.from, to: '9999', quoted: false });
  if (date.to !== undefined) return leaf({ kind: 'span', field, from: date.from, to: date.to, quoted: false });
  return leaf({ kind: 'word', field, text: date.from });
}

function citedOf(value: string): Query {
  const [, from, plus] = /^(\d+)(\+)?$/.exec(value) ?? [];
  if (plus !== undefined) return leaf({ kind: 'span', field: 'cited', from, to: undefined, quoted: false });
  const [, low, high] = /^(\d+)->(\d+)$/.exec(value) ?? [];
  if (high !== undefined) return leaf({ kind: 'span', field: 'cited', from: low, to: high, quoted: false });
  return leaf({ kind: 'word', field: 'cited', text: value });
}

/** "phys.lett. 0903 024" or "physics 1:195": title, volume and page are one text. */
function journalOf(value: string): string {
  const triple = /^(\S+)\s+(\S+)[\s:]+(\S+)$/.exec(value.replaceAll(':', ' '));
  return triple === null ? value : triple.slice(1).join(',');
}
