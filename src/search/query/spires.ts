import type { Notice } from '../notices.ts';
import type { FieldNames } from './lexer.ts';
import { type Parsed, parseQuery } from './parse.ts';
import { spiresDate } from './spires-dates.ts';
import { spiresName } from './spires-names.ts';
import { chain, isSecondOrder, type Join, leaf, type Query, type Step, secondOrder, step } from './tree.ts';

/** Keyword -> field (search-language.md, section 8). */
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
}
type Piece = Clause | { readonly kind: 'open' | 'close' } | { readonly kind: 'join'; readonly join: Join };

/**
 * Reads what stands after "find": keyword and value, joined by and, or, not; a value without keyword goes to the keyword before it. Clauses
 * with a colon are of our own language.
 */
export function parseSpires(text: string, fieldNames: FieldNames, today: Date = new Date()): Parsed {
  const pieces = cut(text);
  const notices: Notice[] = [];
  let next = 0;
  let keyword = '';

  function parseGroup(): Query {
    const steps: Step[] = [];
    let join: Join = 'and';
    for (let piece = pieces[next]; piece !== undefined && piece.kind !== 'close'; piece = pieces[next]) {
      next++;
      if (piece.kind === 'join') {
        join = piece.join;
        continue;
      }
      const query = piece.kind === 'open' ? closed(parseGroup()) : parseClause((piece as Clause).text);
      if (query !== undefined) steps.push(step(join, query));
      join = 'and';
    }
    return chain(steps);
  }
  function closed(query: Query): Query {
    next++;
    return query;
  }

  function parseClause(clause: string): Query {
    if (isNative(clause)) {
      keyword = '';
      const parsed = parseQuery(clause, { fieldNames });
      notices.push(...parsed.notices);
      return parsed.query;
    }
    const [, name = '', rest = ''] = /^(\S+)\s+(.*)$/s.exec(clause) ?? [];
    const field = Object.hasOwn(keywords, name.toLowerCase()) ? keywords[name.toLowerCase()] : undefined;
    if (field === undefined) return keyword === '' ? ownLanguage(clause) : valueQuery(keyword, clause, today);
    if (isSecondOrder(field)) {
      const inner = /^\S+\s+\S/.test(rest) && Object.hasOwn(keywords, rest.split(/\s+/)[0]?.toLowerCase() ?? '');
      const text = unquoted(rest);
      const query = inner
        ? parseClause(rest)
        : text.includes(' ')
          ? leaf({ kind: 'exact', field: '', text })
          : ownLanguage(text);
      return secondOrder(field, query);
    }
    keyword = field;
    return valueQuery(field, rest, today);
  }
  function ownLanguage(clause: string): Query {
    return parseQuery(clause, { fieldNames }).query;
  }
  function isNative(clause: string): boolean {
    const prefix = /(?:^|\s[+|-]?)([\p{L}\p{N}_%*]+):(?=\S)/u.exec(clause.replace(/"[^"]*"|'[^']*'/g, ''))?.[1];
    return prefix !== undefined && fieldNames(prefix) !== undefined;
  }

  const query = parseGroup();
  return { query, notices };
}

/** Cuts at joins and parentheses outside quotations; "and not" is one join. */
function cut(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let words: string[] = [];
  const flush = () => {
    const clause = words.join(' ').trim();
    if (clause !== '') pieces.push({ kind: 'clause', text: clause });
    words = [];
  };
  const tokens =
    text.match(/"[^"]*"(?:->"[^"]*")?|'[^']*'(?=\s|\)|$)|\((?=\S)|\)|[^\s()]+(?:\([^\s()]*\)[^\s()]*)*|\(/g) ?? [];
  for (const [at, token] of tokens.entries()) {
    const sign = at > 0 ? /^[+|-](?=[^\s:]+:\S)/.exec(token)?.[0] : undefined;
    if (sign !== undefined) {
      flush();
      pieces.push({ kind: 'join', join: ({ '+': 'and', '|': 'or', '-': 'not' } as const)[sign as '+'] });
      words.push(token.slice(1));
      continue;
    }
    const join = (['and', 'or', 'not'] as const).find((word) => word === token.toLowerCase());
    // At the end there is nothing to join: it is a word.
    if (join !== undefined && at < tokens.length - 1) {
      flush();
      const last = pieces.at(-1);
      if (last?.kind === 'join') pieces.pop();
      pieces.push({ kind: 'join', join });
    } else if (token === '(' || token === ')') {
      flush();
      pieces.push({ kind: token === '(' ? 'open' : 'close' });
    } else words.push(token);
  }
  flush();
  return balanced(pieces);
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
