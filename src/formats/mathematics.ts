import { texAccents, texSymbols, texTypefaces } from './tex-symbols.ts';

/** A run of text, raised or lowered or neither. */
export interface TextRun {
  readonly text: string;
  readonly shift: 'none' | 'raised' | 'lowered';
  readonly italic?: boolean;
}

/** A run as a page draws it. */
export interface PageRun extends TextRun {
  /** TeX of which `text` is what can be read of it. */
  readonly formula?: string;
}

/**
 * Titles and abstracts carry TeX ("$\sqrt{s}$ = 189 GeV", "B{\"a}cker") and a little HTML
 * ("CO<sub>2</sub>"). This reads both into runs of plain text that a page can show with <sup> and
 * <sub>. What it does not know it leaves readable: an unknown command keeps its name.
 */
export function textRuns(source: string): readonly TextRun[] {
  return runsOf(source, false);
}

/**
 * The same for a page, which may draw formulas itself: each is one run. Italics, as of the names of
 * species, are kept.
 */
export function pageRuns(source: string): readonly PageRun[] {
  return runsOf(source, true);
}

function runsOf(source: string, forPage: boolean): readonly PageRun[] {
  if (!/[$\\<&]/.test(source)) return [{ text: source, shift: 'none' }];
  const runs: PageRun[] = [];
  let italic = false;
  const add = (text: string, shift: TextRun['shift']): void => {
    const last = runs.at(-1);
    if (text === '') return;
    const joins =
      last !== undefined && last.shift === shift && (last.italic ?? false) === italic && last.formula === undefined;
    const run = { text: joins ? last.text + text : text, shift, ...(italic ? { italic } : {}) };
    if (joins) runs[runs.length - 1] = run;
    else runs.push(run);
  };
  const formula = (tex: string): void => {
    runs.push({ text: plainText(`$${tex}$`), shift: 'none', formula: tex });
  };
  for (const piece of htmlPieces(source)) {
    italic = forPage && piece.italic === true;
    if (piece.shift !== 'none') add(inText(piece.text), piece.shift);
    else readText(piece.text, add, forPage ? formula : undefined);
  }
  return runs;
}

// Of Unicode's private use area, so that no text of a catalogue has them for a reason.
const endMark = '\uE000';
const startMarks = { raised: '\uE001', lowered: '\uE002' } as const;

/**
 * The same as one line of text that can be searched, cut and read by `lineRuns`: raised and lowered
 * text for which Unicode has no characters stands between marks of our own.
 */
export function lineText(source: string): string {
  return textRuns(source)
    .map((run) => (run.shift === 'none' ? run.text : (inUnicode(run) ?? startMarks[run.shift] + run.text + endMark)))
    .join('');
}

/** The runs of a line that `lineText` made; it may have been cut between its marks. */
export function lineRuns(line: string): readonly TextRun[] {
  // Most have none.
  if (!/[\uE000-\uE002]/.test(line)) return line === '' ? [] : [{ text: line, shift: 'none' }];
  const runs: TextRun[] = [];
  for (const piece of line.matchAll(
    /(?<mark>[\uE001\uE002])(?<shifted>[^\uE000-\uE002]*)\uE000?|(?<plain>[^\uE000-\uE002]+)/gu,
  )) {
    const { mark, shifted = '', plain } = piece.groups!;
    if (plain !== undefined) runs.push({ text: plain, shift: 'none' });
    else runs.push({ text: shifted, shift: mark === startMarks.raised ? 'raised' : 'lowered' });
  }
  return runs;
}

/** The same as one line of plain text, with the raised and lowered characters that Unicode has. */
export function plainText(source: string): string {
  return textRuns(source)
    .map((run) => (run.shift === 'none' ? run.text : shifted(run)))
    .join('');
}

const raised: Readonly<Record<string, string>> = pairs(
  '0123456789+-−=()nijabcdefghklmoprstuvwxyzTABDEGHIJKLMNOPRUVW′*',
  '⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱʲᵃᵇᶜᵈᵉᶠᵍʰᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵁⱽᵂ′*',
);
const lowered: Readonly<Record<string, string>> = pairs(
  '0123456789+-−=()aehijklmnoprstuvxβγρφχ',
  '₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ',
);

function pairs(from: string, to: string): Readonly<Record<string, string>> {
  const targets = [...to];
  return Object.fromEntries([...from].map((character, i) => [character, targets[i]!]));
}

function inUnicode(run: TextRun): string | undefined {
  const table = run.shift === 'raised' ? raised : lowered;
  const characters = [...run.text].map((character) => table[character]);
  return characters.every((character) => character !== undefined) ? characters.join('') : undefined;
}

function shifted(run: TextRun): string {
  const mark = run.shift === 'raised' ? '^' : '_';
  return inUnicode(run) ?? (/^[\p{L}\p{N}]+$/u.test(run.text) ? mark + run.text : `${mark}(${run.text})`);
}

function htmlPieces(source: string): readonly TextRun[] {
  if (!/<\/?(su[bp]|i|b|em|strong|p|br|tt|span)\b|&/i.test(source)) return [{ text: source, shift: 'none' }];
  const pieces: TextRun[] = [];
  let end = 0;
  for (const match of source.matchAll(/<(su[bp]|i|em)>([^<]*)<\/\1>/gi)) {
    pieces.push({ text: withoutMarkup(source.slice(end, match.index)), shift: 'none' });
    const text = withoutMarkup(match[2]!);
    const tag = match[1]!.toLowerCase();
    pieces.push(tag.startsWith('su') ? { text, shift: tag === 'sup' ? 'raised' : 'lowered' } : italicPiece(text));
    end = match.index + match[0].length;
  }
  pieces.push({ text: withoutMarkup(source.slice(end)), shift: 'none' });
  return pieces;
}

function italicPiece(text: string): TextRun {
  return { text, shift: 'none', italic: true };
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: '\u00a0', apos: "'" };

function withoutMarkup(text: string): string {
  return text
    .replace(/<\/?(?:i|b|em|strong|tt|span)>/gi, '')
    .replace(/<\/?(?:p|br)\s*\/?>/gi, ' ')
    .replace(/&(amp|lt|gt|quot|nbsp|apos);/g, (_, name: string) => entities[name]!);
}

type Add = (text: string, shift: TextRun['shift']) => void;

/** `formula`: takes mathematics as it is written. */
function readText(source: string, add: Add, formula?: (tex: string) => void): void {
  const parts = source.split(/(?<!\\)\$\$?/);
  // An odd number of dollars is a price, not mathematics.
  if (parts.length % 2 === 0) {
    add(inText(source), 'none');
    return;
  }
  parts.forEach((part, i) => {
    if (i % 2 === 0) add(inText(part), 'none');
    // "from $5 to $6" are two prices.
    else if (/^\d[^\\^_{}]*$/.test(part) && /^\d/.test(parts[i + 1] ?? '')) add(`$${part}$`, 'none');
    else if (formula !== undefined && part.trim() !== '') formula(part);
    else readMath(part, 'none', add, 0);
  });
}

function inText(source: string): string {
  if (!source.includes('\\')) return source;
  let text = '';
  readMath(source, 'none', (piece) => (text += piece), 0, true);
  return text;
}

const maximumDepth = 20;

/** Reads TeX. With `words` on (outside of dollars) blanks, "^" and "_" are themselves. */
function readMath(source: string, shift: TextRun['shift'], add: Add, depth: number, words = false): void {
  let at = 0;
  /** The argument that begins here: a group, a command or one character. */
  const argument = (): string => {
    while (source[at] === ' ') at++;
    if (source[at] === '{') {
      const close = closingBrace(source, at);
      const inner = source.slice(at + 1, close);
      at = close + 1;
      return inner;
    }
    const command = /^\\(?:[A-Za-z]+|.)/.exec(source.slice(at))?.[0] ?? source.slice(at, at + 1);
    at += command.length;
    return command;
  };
  const inside = (text: string, as: TextRun['shift'] = shift, into: Add = add): void => {
    if (depth >= maximumDepth) into(text, as);
    else readMath(text, as, into, depth + 1, words);
  };
  while (at < source.length) {
    const character = source[at]!;
    if (character === '\\') {
      const command = /^\\([A-Za-z]+|[\s\S]?)/.exec(source.slice(at))![1]!;
      at += 1 + command.length;
      readCommand(command);
    } else if ((character === '^' || character === '_') && !words) {
      at++;
      inside(argument(), character === '^' ? 'raised' : 'lowered');
    } else if (character === '{') {
      inside(argument());
    } else if (character === '}') {
      at++;
    } else if (character === '~') {
      at++;
      add('\u00a0', shift);
    } else {
      const plain = /^[^\\^_{}~]+/.exec(source.slice(at))?.[0] ?? character;
      at += plain.length;
      add(!words ? plain.replaceAll('-', shift === 'none' ? '-' : '−').replaceAll("'", '′') : plain, shift);
    }
  }

  /** Of a fraction: several things stand in parentheses. */
  function part(text: string): void {
    const isOne = words || !/[-+\s\\].*\S/.test(text.trim().slice(1));
    inside(isOne ? text : `(${text})`);
  }

  function readCommand(command: string): void {
    const accent = texAccents.get(command);
    const symbol = texSymbols.get(command);
    if (accent !== undefined) {
      let base = '';
      inside(argument(), shift, (piece) => (base += piece));
      const [first = '', ...rest] = [...base];
      add(((first === 'ı' ? 'i' : first) + accent).normalize('NFC') + rest.join(''), shift);
    } else if (command === 'frac' || command === 'tfrac' || command === 'dfrac') {
      part(argument());
      add('/', shift);
      part(argument());
    } else if (command === 'sqrt') {
      const index = /^\s*\[([^\]]{0,20})\]/.exec(source.slice(at));
      if (index !== null) {
        at += index[0].length;
        if (shift === 'none') inside(index[1]!, 'raised');
      }
      const radicand = argument();
      add('√', shift);
      inside([...radicand].length > 1 && !radicand.startsWith('\\') ? `(${radicand})` : radicand);
    } else if (command === 'begin' || command === 'end') {
      argument();
    } else if (command === '\\' || command === 'cr') {
      if (!words) add('; ', shift);
    } else if (command === '|') {
      add('‖', shift);
    } else if (symbol !== undefined) {
      add(symbol, shift);
      if (words && source[at] === ' ') at++;
    } else if (texTypefaces.has(command)) {
      while (source[at] === ' ') at++;
    } else if (/^[,;: >]$/.test(command)) {
      add(' ', shift);
    } else if (
      command === '!' ||
      command === '' ||
      command === '(' ||
      command === ')' ||
      command === '[' ||
      command === ']'
    ) {
      return;
    } else {
      // "\log" and "\%" read as "log" and "%"; a backslash before a blank line or an unknown
      // command is dropped with it.
      add(command, shift);
    }
  }
}

function closingBrace(source: string, open: number): number {
  let depth = 0;
  for (let i = open; i < source.length; i++) {
    if (source[i] === '\\') i++;
    else if (source[i] === '{') depth++;
    else if (source[i] === '}' && --depth === 0) return i;
  }
  return source.length;
}
