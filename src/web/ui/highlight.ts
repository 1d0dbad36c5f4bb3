import { lineRuns, type PageRun, pageRuns, textRuns } from '../../formats/mathematics.ts';
import { type Html, type HtmlValue, html, raw } from '../../html/html.ts';
import { mathMl } from './mathml.ts';

/** Finds a question's words in texts. Made once for a page. */
export interface Highlighter {
  /** Which of the words occur in the text, as numbers from 0. */
  found(text: string): ReadonlySet<number>;
  readonly words: number;
  /** False when none of the words can be in the text: a cheap look before a dear one. */
  mayHold(text: string): boolean;
  /** Where they occur: [start, end) pairs in ascending order. */
  spans(text: string): readonly (readonly [number, number])[];
}

export interface HighlightWord {
  /** Folded, may hold "*". */
  readonly word: string;
  /**
   * Does this other folded word mean the same (same stem)? Asked only for words that begin alike.
   */
  readonly same: (other: string) => boolean;
}

const folded = new Map<string, string>();
const foldedKept = 10_000;

/**
 * Lower case without accents, character for character, so that positions in it are positions in the
 * text.
 */
export function foldInPlace(text: string): string {
  // A capital that becomes two letters, or another one at the end of a word, is folded before.
  return text.replace(/[^\0-\x7f]/gu, foldCharacter).toLowerCase();
}

function foldCharacter(character: string): string {
  let fold = folded.get(character);
  if (fold === undefined) {
    const base = character.normalize('NFD')[0]!.toLowerCase();
    fold = base.length === character.length ? base : character;
    if (folded.size < foldedKept) folded.set(character, fold);
  }
  return fold;
}

const beginning = 3;
/**
 * Words with signs or "*" that are marked: each is tried at each place of a text, and 50 of them
 * took a page a quarter of a second.
 */
const mostOdd = 12;

export function createHighlighter(words: readonly HighlightWord[]): Highlighter {
  const plain = words.map(({ word }) => !/[^\p{L}\p{N}]/u.test(word));
  const oddNumbers = words.flatMap((_, i) => (plain[i] ? [] : [i])).slice(0, mostOdd);
  const odd = oddPattern(oddNumbers.map((i) => words[i]!));
  const beginnings = words.map(({ word }) => [...(word.split('*')[0] ?? '')].slice(0, beginning).join(''));
  const firstLetters = new Set(beginnings.map((letters) => letters.charCodeAt(0)));
  const meant = (folded: string, start: number, end: number): number => {
    if (!firstLetters.has(folded.charCodeAt(start))) return -1;
    // Other forms of a word share its beginning; whether they are the same word is asked then.
    if (!beginnings.some((letters, i) => plain[i] && folded.startsWith(letters, start))) return -1;
    const text = folded.slice(start, end);
    const same = words.findIndex(({ word }) => word === text);
    if (same >= 0) return same;
    return words.findIndex((one, i) => plain[i] && text.startsWith(beginnings[i]!) && one.same(text));
  };
  const matches = (text: string): readonly Match[] => {
    if (words.length === 0) return [];
    const folded = foldInPlace(text);
    const found: Match[] = [];
    for (let start = nextLetter(folded, 0); start < folded.length; ) {
      const end = endOfLetters(folded, start);
      const word = meant(folded, start, end);
      if (word >= 0) found.push([start, end, word]);
      start = nextLetter(folded, end);
    }
    if (odd === undefined) return found;
    for (const match of folded.matchAll(odd)) {
      const number = match.slice(1).findIndex((group) => group !== undefined);
      found.push([match.index, match.index + match[0].length, oddNumbers[number]!]);
    }
    return withoutOverlaps(found);
  };
  return {
    words: words.length,
    mayHold: (text) => {
      const folded = foldInPlace(text);
      return beginnings.some((letters) => folded.includes(letters));
    },
    found: (text) => new Set(matches(text).map(([, , word]) => word)),
    spans: (text) => matches(text).map(([start, end]) => [start, end]),
  };
}

type Match = readonly [start: number, end: number, word: number];

/** Words with signs or "*" in them, a group for each; undefined when there are none. */
function oddPattern(words: readonly HighlightWord[]): RegExp | undefined {
  if (words.length === 0) return undefined;
  const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const alternatives = words.map(({ word }) => `(${word.split('*').map(literally).join('[\\p{L}\\p{N}]*')})`);
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${alternatives.join('|')})(?![\\p{L}\\p{N}])`, 'gu');
}

function withoutOverlaps(matches: readonly Match[]): readonly Match[] {
  const kept: Match[] = [];
  for (const match of matches.toSorted((a, b) => a[0] - b[0] || b[1] - a[1]))
    if (match[0] >= (kept.at(-1)?.[1] ?? 0)) kept.push(match);
  return kept;
}

/** 1 for letters and digits, 2 for others, 0 where nobody has asked yet. */
const letterKinds = new Uint8Array(65536);

function isLetterAt(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  let kind = letterKinds[code]!;
  if (kind === 0) {
    // Half of a pair is looked at as the whole, which is not kept.
    const surrogate = code >= 0xd800 && code < 0xe000;
    const whole = surrogate ? text.slice(code < 0xdc00 ? at : at - 1).slice(0, 2) : text[at]!;
    kind = /[\p{L}\p{N}]/u.test(whole) ? 1 : 2;
    if (!surrogate) letterKinds[code] = kind;
  }
  return kind === 1;
}

function nextLetter(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isLetterAt(text, at)) at += 1;
  return at;
}

function endOfLetters(text: string, from: number): number {
  let at = from;
  while (at < text.length && isLetterAt(text, at)) at += 1;
  return at;
}

export const noHighlight: Highlighter = createHighlighter([]);

/** Text with its mathematics readable and the question's words marked. */
export function richText(source: string, highlighter: Highlighter = noHighlight): Html {
  return drawn(pageRuns(source), highlighter);
}

/** The same for a line whose mathematics was read before (`lineText`). */
export function richLine(line: string, highlighter: Highlighter = noHighlight): Html {
  return drawn(lineRuns(line), highlighter);
}

function drawn(runs: readonly PageRun[], highlighter: Highlighter): Html {
  const pieces = runs.map((run): HtmlValue => {
    if (run.formula !== undefined) return formula(run.formula, highlighter);
    if (run.shift === 'raised') return html`<sup>${run.text}</sup>`;
    if (run.shift === 'lowered') return html`<sub>${run.text}</sub>`;
    const text = marked(run.text, highlighter);
    return run.italic === true ? html`<i>${text}</i>` : text;
  });
  return html`${pieces}`;
}

/**
 * What text with raised and lowered letters shows as well is text: it is found, marked and light.
 */
const plainFormula =
  /^(?:[A-Za-z0-9\s.,:;/|()+=<>*'-]|\\(?:to|rightarrow|sim|pm|times|alpha|beta|gamma|[Dd]elta|mu|nu|pi|tau|phi|psi|sigma|rho|eta|chi|lambda|Lambda|Omega|omega|rm|mathrm|text)(?![A-Za-z])|\\[,; ]|\{[A-Za-z0-9]*\}|\\sqrt\{[a-z]\}|[_^](?:[A-Za-z0-9+-]|\{[A-Za-z0-9+-]*\}))*$/;

function formula(tex: string, highlighter: Highlighter): HtmlValue {
  const made = plainFormula.test(tex) ? undefined : mathMl(tex);
  return made === undefined ? drawn(textRuns(`$${tex}$`), highlighter) : raw(made);
}

function marked(text: string, highlighter: Highlighter): HtmlValue {
  if (highlighter.words === 0) return text;
  const pieces: HtmlValue[] = [];
  let end = 0;
  for (const [from, to] of highlighter.spans(text)) {
    pieces.push(text.slice(end, from), html`<mark>${text.slice(from, to)}</mark>`);
    end = to;
  }
  return end === 0 ? text : [...pieces, text.slice(end)];
}

/**
 * The part of a text, about `length` characters and cut at blanks, that holds most of the
 * question's different words. Undefined when it holds none. The text is a line whose mathematics
 * was read before.
 */
export function fragment(text: string, highlighter: Highlighter, length: number): string | undefined {
  const spans = highlighter.spans(text);
  if (spans.length === 0) return undefined;
  if (text.length <= length) return text;
  let best = spans[0]![0];
  let most = 0;
  for (const [start] of spans) {
    const inside = new Set(
      spans
        .filter(([from, to]) => from >= start && to <= start + length * 0.7)
        .map(([from, to]) => text.slice(from, to).toLowerCase()),
    );
    if (inside.size > most) [most, best] = [inside.size, start];
  }
  return cut(text, Math.max(0, best - Math.round(length * 0.25)), length);
}

/** The first `length` characters, cut at a blank. */
export function opening(text: string, length: number): string {
  return text.length <= length ? text : cut(text, 0, length);
}

function cut(text: string, from: number, length: number): string {
  let start = from;
  if (start > 0) {
    const blank = text.indexOf(' ', start);
    if (blank >= 0 && blank < start + 40) start = blank + 1;
  }
  let end = Math.min(text.length, start + length);
  if (end < text.length) {
    const blank = text.lastIndexOf(' ', end);
    if (blank > end - 40) end = blank;
  }
  return `${start > 0 ? '… ' : ''}${text.slice(start, end)}${end < text.length ? ' …' : ''}`;
}
