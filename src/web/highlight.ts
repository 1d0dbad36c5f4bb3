import { lineRuns, type TextRun, textRuns } from '../formats/mathematics.ts';
import { type Html, type HtmlValue, html } from './html.ts';

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
  /** Does this other folded word mean the same (same stem)? Asked only for words that begin alike. */
  readonly same: (other: string) => boolean;
}

const folded = new Map<string, string>();
const foldedKept = 10_000;

/** Lower case without accents, character for character, so that positions in it are positions in the text. */
export function foldInPlace(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text.toLowerCase();
  return text.replace(/[A-Z]+|[^\0-\x7f]/gu, (character) =>
    character <= 'Z' ? character.toLowerCase() : foldCharacter(character),
  );
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

export function createHighlighter(words: readonly HighlightWord[]): Highlighter {
  const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
  const alternatives = words.map(({ word }) => {
    const literal = word.split('*').map(literally).join('[\\p{L}\\p{N}]*');
    if (word.includes('*') || /[^\p{L}\p{N}]/u.test(word)) return `(${literal}(?![\\p{L}\\p{N}]))`;
    // Other forms of a word share its beginning; whether they are the same word is asked then.
    return `(${literally([...word].slice(0, beginning).join(''))}[\\p{L}\\p{N}]*)`;
  });
  const pattern =
    words.length === 0 ? undefined : new RegExp(`(?<![\\p{L}\\p{N}])(?:${[...new Set(alternatives)].join('|')})`, 'gu');
  const exact = words.map(({ word }) =>
    /[*]|[^\p{L}\p{N}]/u.test(word)
      ? new RegExp(`^${word.split('*').map(literally).join('[\\p{L}\\p{N}]*')}$`, 'u')
      : undefined,
  );
  const meant = (text: string): number => {
    const same = words.findIndex(({ word }, i) => exact[i]?.test(text) ?? word === text);
    return same >= 0 ? same : words.findIndex((one, i) => exact[i] === undefined && one.same(text));
  };
  const matches = function* (text: string): Generator<readonly [number, number, number]> {
    if (pattern === undefined) return;
    const plain = foldInPlace(text);
    pattern.lastIndex = 0;
    for (const match of plain.matchAll(pattern)) {
      const word = meant(match[0]);
      if (word >= 0) yield [match.index, match.index + match[0].length, word];
    }
  };
  const beginnings = words.map(({ word }) => [...(word.split('*')[0] ?? '')].slice(0, beginning).join(''));
  return {
    words: words.length,
    mayHold: (text) => {
      const plain = foldInPlace(text);
      return beginnings.some((letters) => plain.includes(letters));
    },
    found: (text) => new Set([...matches(text)].map(([, , word]) => word)),
    spans: (text) => [...matches(text)].map(([start, end]) => [start, end]),
  };
}

export const noHighlight: Highlighter = createHighlighter([]);

/** Text with its mathematics readable and the question's words marked. */
export function richText(source: string, highlighter: Highlighter = noHighlight): Html {
  return drawn(textRuns(source), highlighter);
}

/** The same for a line whose mathematics was read before (`lineText`). */
export function richLine(line: string, highlighter: Highlighter = noHighlight): Html {
  return drawn(lineRuns(line), highlighter);
}

function drawn(runs: readonly TextRun[], highlighter: Highlighter): Html {
  const pieces = runs.map((run): HtmlValue => {
    if (run.shift === 'raised') return html`<sup>${run.text}</sup>`;
    if (run.shift === 'lowered') return html`<sub>${run.text}</sub>`;
    return marked(run.text, highlighter);
  });
  return html`${pieces}`;
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
 * The part of a text, about `length` characters and cut at blanks, that holds most of the question's different words. Undefined when it holds
 * none. The text is a line whose mathematics was read before.
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
