/**
 * The text tokenizer. A block is what stands between blanks, without punctuation at its ends:
 * "(igis)", "hep-ph/0204133", "c++". It is a word; so are its parts between punctuation, "sl(2" and
 * "z)" of "sl(2,z)", and its alphanumeric groups, "sl", "2", "z". Only groups count as positions.
 * Rules and examples: Invenio's BibIndexDefaultTokenizer, whose answers the tests repeat.
 */

/** Longer words are cut, in the index and in queries. */
export const maximumWordLength = 50;

/**
 * Words of one value with their positions, reused from value to value: only the first `count`
 * entries count.
 */
export interface WordBuffer {
  /**
   * What was split; a word is text[starts[i] .. ends[i]-1], cut out only where somebody wants the
   * string.
   */
  text: string;
  readonly starts: number[];
  readonly ends: number[];
  readonly positions: number[];
  count: number;
  /** Positions used: alphanumeric groups. */
  groups: number;
}

export function createWordBuffer(): WordBuffer {
  return { text: '', starts: [], ends: [], positions: [], count: 0, groups: 0 };
}

const alphanumeric = 0;
const blank = 1;
const punctuation = 2;
const separator = 3;
const ideograph = 4;

const asciiKinds = new Uint8Array(128);
for (let code = 0; code <= 0x20; code++) asciiKinds[code] = blank;
for (const mark of '.,:;?!"') asciiKinds[mark.charCodeAt(0)] = punctuation;
for (const mark of "#$%&'()*+-/<=>@[\\]^_`{|}~") asciiKinds[mark.charCodeAt(0)] = separator;
asciiKinds[0x7f] = blank;

function kindOf(code: number): number {
  if (code < 128) return asciiKinds[code] as number;
  if (code < 0x2000) return code === 0x85 || code === 0xa0 ? blank : alphanumeric;
  if (code === 0x2028 || code === 0x2029) return blank;
  const isIdeograph =
    (code >= 0x3040 && code <= 0x30ff) ||
    (code >= 0x3400 && code <= 0x9fff) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0xd840 && code <= 0xd887);
  return isIdeograph ? ideograph : alphanumeric;
}

/** Which part of its block a word is: queries ask for blocks and groups, the index takes all. */
export type Collect = 'all' | 'blocks' | 'groups';

/** Splits folded text, replacing what was in `out`. */
export function splitWords(folded: string, out: WordBuffer, collect: Collect = 'all'): void {
  out.text = folded;
  out.count = 0;
  out.groups = 0;
  const length = folded.length;
  let at = 0;
  while (at < length) {
    while (at < length && kindOf(folded.charCodeAt(at)) === blank) at++;
    const start = at;
    let plain = true;
    while (at < length) {
      const kind = kindOf(folded.charCodeAt(at));
      if (kind === blank) break;
      if (kind !== alphanumeric) plain = false;
      at++;
    }
    if (at === start) break;
    if (plain) {
      add(out, start, at, out.groups);
      out.groups++;
    } else splitBlock(folded, start, at, out, collect);
  }
}

function splitBlock(folded: string, from: number, to: number, out: WordBuffer, collect: Collect): void {
  let start = from;
  let end = to;
  while (start < end && kindOf(folded.charCodeAt(start)) === punctuation) start++;
  while (start < end && kindOf(folded.charCodeAt(end - 1)) === punctuation) end--;
  if (start === end) return;
  const first = out.groups;
  if (collect !== 'groups') add(out, start, end, first);
  if (collect === 'blocks') {
    out.groups++;
    return;
  }
  const isArxiv = collect === 'all' && folded.startsWith('arxiv:', start) && end > start + 6;
  if (isArxiv) add(out, start + 6, end, first + 1);
  let partStart = start;
  let partGroup = first;
  for (let at = start; at <= end; ) {
    const kind = at < end ? kindOf(folded.charCodeAt(at)) : punctuation;
    if (kind === punctuation) {
      const isPart =
        at > partStart && !(partStart === start && at === end) && !(isArxiv && partStart === start + 6 && at === end);
      if (isPart && collect === 'all' && !isGroup(folded, partStart, at)) add(out, partStart, at, partGroup);
      at++;
      partStart = at;
      partGroup = out.groups;
    } else if (kind === separator) at++;
    else {
      const groupStart = at;
      if (kind === ideograph) at += isHighSurrogate(folded.charCodeAt(at)) ? 2 : 1;
      else while (at < end && kindOf(folded.charCodeAt(at)) === alphanumeric) at++;
      if (collect === 'groups' || groupStart !== start || at !== end) add(out, groupStart, at, out.groups);
      out.groups++;
    }
  }
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isGroup(folded: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (kindOf(folded.charCodeAt(at)) !== alphanumeric) return false;
  return true;
}

function add(out: WordBuffer, start: number, end: number, position: number): void {
  out.starts[out.count] = start;
  out.ends[out.count] = end - start > maximumWordLength ? start + maximumWordLength : end;
  out.positions[out.count] = position;
  out.count++;
}

/** One of its words as a string. */
export function wordAt({ text, starts, ends }: WordBuffer, at: number): string {
  return text.substring(starts[at]!, ends[at]!);
}

/** Does the word hold a character of a script that is written without blanks? */
export function hasIdeograph(word: string): boolean {
  for (let at = 0; at < word.length; at++) if (kindOf(word.charCodeAt(at)) === ideograph) return true;
  return false;
}
