import { readFileSync } from 'node:fs';

/**
 * What tags of MARC 21 mean, in one language, from tags/marc21.txt and tags/fixed.txt: plain data,
 * for the editor in the browser and for checks here.
 */
export interface TagTable {
  readonly tags: Readonly<Record<string, TagEntry>>;
  /** Of fixed fields, and of kinds of material. */
  readonly fixed: Readonly<Record<string, FixedEntry>>;
}

export interface TagEntry {
  /** Its name. */
  readonly n: string;
  /** May it repeat? */
  readonly r: boolean;
  /** What the indicators mean; without: nothing. */
  readonly i1?: string;
  readonly i2?: string;
  /** Subfields by code; without: a control field. */
  readonly s?: Readonly<Record<string, string>>;
}

export interface FixedEntry {
  readonly name: string;
  readonly positions: readonly FixedPosition[];
}

export interface FixedPosition {
  readonly at: number;
  readonly length: number;
  readonly name: string;
  /** Without: any text of this length. */
  readonly codes?: Readonly<Record<string, string>>;
}

const read = (name: string): readonly string[] =>
  readFileSync(new URL(`./tags/${name}.txt`, import.meta.url), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'));

const known = new Map<string, TagTable>();

/** Of a language that it is not written in, English. */
export function tagTable(language: string): TagTable {
  const side = language === 'fr' ? 1 : 0;
  const before = known.get(String(side));
  if (before !== undefined) return before;
  const made = { tags: readTags(side), fixed: readFixed(side) };
  known.set(String(side), made);
  return made;
}

/** "English = French", by side. */
function said(text: string, side: number): string {
  const parts = text.split(' = ');
  return (parts[side] ?? parts[0] ?? '').trim();
}

function readTags(side: number): Readonly<Record<string, TagEntry>> {
  const groups = new Map<string, readonly (readonly [code: string, name: string])[]>();
  const tags: Record<string, { n: string; r: boolean; i1?: string; i2?: string; s?: Record<string, string> }> = {};
  const codesOf = (text: string): readonly (readonly [code: string, name: string])[] =>
    text.split(' | ').flatMap((part) => {
      const one = part.trim();
      return one.startsWith('@') ? (groups.get(one) ?? []) : [[one.charAt(0), said(one.slice(2), side)] as const];
    });
  let current: (typeof tags)[string] | undefined;
  for (const line of read('marc21')) {
    const head = /^(\w{3}) ([-+]) (.+)$/.exec(line);
    if (line.startsWith('@')) {
      const [name = '', rest = ''] = /^(@\w+) (.*)$/.exec(line)?.slice(1) ?? [];
      groups.set(name, codesOf(rest));
    } else if (head !== null) {
      current = { n: said(head[3]!, side), r: head[2] === '+' };
      tags[head[1]!] = current;
    } else if (current !== undefined && line.startsWith('$ ')) {
      // Of a code that a group has too, the first name counts.
      current.s = Object.fromEntries(codesOf(line.slice(2)).toReversed());
    } else if (current !== undefined && line.startsWith('1 ')) current.i1 = said(line.slice(2), side);
    else if (current !== undefined && line.startsWith('2 ')) current.i2 = said(line.slice(2), side);
  }
  return tags;
}

function readFixed(side: number): Readonly<Record<string, FixedEntry>> {
  const fixed: Record<string, { name: string; positions: FixedPosition[] }> = {};
  let current: { name: string; positions: FixedPosition[] } | undefined;
  for (const line of read('fixed')) {
    const head = /^\[(\w+)\] (.+)$/.exec(line);
    const position = /^(\d+) (\d+) (.+)$/.exec(line);
    if (head !== null) {
      current = { name: said(head[2]!, side), positions: [] };
      fixed[head[1]!] = current;
    } else if (position !== null) {
      const [at, length, name] = position.slice(1);
      current?.positions.push({ at: Number(at), length: Number(length), name: said(name!, side) });
    } else {
      const last = current?.positions.pop();
      if (last === undefined) continue;
      const codes = line
        .trim()
        .split(/ \| (?=\S )/)
        .map((one): [string, string] => [one.charAt(0) === '_' ? ' ' : one.charAt(0), said(one.slice(2), side)]);
      current?.positions.push({ ...last, codes: Object.fromEntries(codes) });
    }
  }
  return fixed;
}
