import type { Field } from '../../../marc/record.ts';
import { journalNameBases } from '../../../site/journal-names.ts';
import type { Site } from '../../../site/site.ts';
import { foldText } from './fold.ts';
import { isAscii, KeyHash } from './key-hash.ts';

/** Keys of articles by journal, volume and first page. */
export interface JournalKeys {
  /** Of a field with $p title, $v volume, $c pages, $y year. */
  ofRecord(field: Field, keys: number[]): void;
  /**
   * Of a reference: "Phys. Rev., D 54 (1996) 4234", "Phys.Rev. D54, 4234 (1996)",
   * "Phys.Rev.,D54,4234". False: it is none of these.
   */
  ofText(text: string, keys: number[]): boolean;
  /** Of a reference in parts: $t title, $v volume, $p page, $y year. */
  ofParts(field: Field, keys: number[]): void;
}

/**
 * Volumes up to this may be months, or be counted anew each year ("J. High Energy Phys. 05 (2000)
 * 025"): then the year is part of the key. Otherwise it is not, since the year of a reference is
 * what is most often wrong in it.
 */
const highestMonth = 12;

/**
 * Title and volume are read as one, letters and digits only, for "Nucl. Phys., B 54", "Nucl.Phys.
 * B54" and "Nucl.Phys.B 54" are one journal. Titles that the site knows under another name (the
 * query synonyms of a journal field) count as that.
 */
export function compileJournalKeys(site: Site): JournalKeys {
  const hash = new KeyHash();
  const otherNames = compileNames(site, hash);

  function push(page: string, from: number, year: string | undefined, keys: number[]): boolean {
    const start = startOfPage(page, from);
    if (hash.number < 0 || start < 0) return false;
    hash.code(0x3a);
    hash.numbered(page, start, endOfPage(page, start));
    if (year !== undefined) hash.whole(year);
    hash.pushTo(keys);
    return true;
  }

  /**
   * After title and volume, whose last part is `text` up to `to`: puts the known name of the title
   * in its place.
   */
  function rename(text: string, to: number): void {
    if (otherNames === undefined || hash.number < 0) return;
    const name = otherNames.get(hash.nameBefore);
    if (name === undefined) return;
    const at = hash.numberAt;
    hash.replaceName(name);
    hash.numbered(text, at, to);
  }

  function ofValues(title: string, volume: string, page: string, year: string | undefined, keys: number[]): void {
    if (!/\d/.test(volume)) return;
    hash.begin('j');
    hash.numbered(title);
    if (hash.length === 0) return;
    const plain = plainText(volume);
    hash.numbered(plain);
    rename(plain, plain.length);
    push(page, 0, hash.number <= highestMonth ? yearIn(year ?? '', 0) : undefined, keys);
  }

  function values(field: Field, codes: Codes, keys: number[]): boolean {
    let title: string | undefined;
    let volume: string | undefined;
    let page: string | undefined;
    let year: string | undefined;
    for (const { code, value } of field.subfields) {
      if (code === codes.title) title ??= value;
      else if (code === codes.volume) volume ??= value;
      else if (code === codes.page) page ??= value;
      else if (code === codes.year) year ??= value;
    }
    if (title === undefined || volume === undefined || page === undefined) return false;
    ofValues(title, volume, page, year, keys);
    return true;
  }

  return {
    ofRecord(field, keys) {
      if (!values(field, recordCodes, keys)) ofHostItem(field, ofValues, keys);
    },
    ofParts(field, keys) {
      values(field, referenceCodes, keys);
    },
    ofText(given, keys) {
      const text = plainText(given);
      const open = text.indexOf('(');
      const close = open === -1 ? -1 : text.indexOf(')', open);
      let nameEnd = open;
      let page = close + 1;
      if (close === -1 || startOfPage(text, page) < 0) {
        const end = open === -1 ? text.length : open;
        nameEnd = text.lastIndexOf(',', end - 1);
        page = nameEnd + 1;
        if (nameEnd <= 0 || startOfPage(text, page) < 0 || startOfPage(text, page) >= end) return false;
      }
      hash.begin('j');
      hash.numbered(text, 0, nameEnd);
      if (hash.number < 0 || hash.lengthBefore === 0) return false;
      rename(text, nameEnd);
      const year = hash.number <= highestMonth && close !== -1 ? yearIn(text, open) : undefined;
      return push(text, page, year, keys);
    },
  };
}

interface Codes {
  readonly title: string;
  readonly volume: string;
  readonly page: string;
  readonly year: string;
}

const recordCodes: Codes = { title: 'p', volume: 'v', page: 'c', year: 'y' };
const referenceCodes: Codes = { title: 't', volume: 'v', page: 'p', year: 'y' };

/** Plain MARC 21: "Vol. 12, no. 3 (2001), p. 45-50" in $g, the title in $p or $t. */
function ofHostItem(
  field: Field,
  push: (title: string, volume: string, page: string, year: string | undefined, keys: number[]) => void,
  keys: number[],
): void {
  if (field.tag !== '773') return;
  const value = (wanted: string) => field.subfields.find(({ code }) => code === wanted)?.value;
  const title = value('p') ?? value('t');
  const related = value('g') ?? '';
  const volume = value('v') ?? /\bv(?:ol)?\.?\s*(\w+)/i.exec(related)?.[1];
  const page = value('c') ?? /\bpp?\.?\s*(\w+)/i.exec(related)?.[1];
  if (title === undefined || volume === undefined || page === undefined) return;
  push(title, volume, page, value('y') ?? /\b[12]\d{3}\b/.exec(related)?.[0], keys);
}

/** ASCII stays as it is: places in it are places in what was given. */
function plainText(text: string): string {
  return isAscii(text) ? text : foldText(text);
}

/** Where the first letter or digit of a page is, after "p." or "pp.", or -1. */
function startOfPage(text: string, from: number): number {
  let at = from;
  while (at < text.length && !isAlphanumeric(text.charCodeAt(at))) at++;
  if (at >= text.length) return -1;
  let end = at;
  while (end < text.length && (text.charCodeAt(end) | 0x20) === 0x70) end++;
  if (end === at || end - at > 2 || isAlphanumeric(text.charCodeAt(end))) return at;
  return startOfPage(text, end);
}

function endOfPage(text: string, start: number): number {
  let at = start;
  while (at < text.length && isAlphanumeric(text.charCodeAt(at))) at++;
  return at;
}

/** Four digits at or after `from`. */
function yearIn(text: string, from: number): string | undefined {
  let digits = 0;
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    digits = code >= 0x30 && code <= 0x39 ? digits + 1 : 0;
    if (digits === 4) return text.slice(at - 3, at + 1);
  }
  return undefined;
}

function isAlphanumeric(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a) || code > 0x7f;
}

/**
 * Hash of a title -> the hash of the name it goes by. Undefined when the site knows no other names.
 */
function compileNames(
  site: Site,
  hash: KeyHash,
): ReadonlyMap<number, readonly [high: number, low: number]> | undefined {
  const bases = journalNameBases(site);
  if (bases.length === 0) return undefined;
  const names = new Map<number, readonly [number, number]>();
  for (const base of bases) {
    for (const [name, canonical] of Object.entries(site.knowledge[base] ?? {})) {
      hash.begin('j');
      hash.numbered(canonical);
      const to = hash.state;
      hash.begin('j');
      hash.numbered(name);
      if (hash.length > 0) names.set(hash.state[1], to);
    }
  }
  return names.size === 0 ? undefined : names;
}
