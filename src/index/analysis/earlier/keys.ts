import type { Field, MarcRecord, Subfield } from '../../../marc/record.ts';
import type { Site } from '../../../site/site.ts';
import type { RecordKeys } from '../../document.ts';
import { compileJournalKeys, type JournalKeys } from './journal-keys.ts';
import { KeyHash } from './key-hash.ts';

/**
 * Identifiers of a record, of the works it cites, and of its authors, as keys. A reference means
 * the records that hold one of its keys. Where they stand (Invenio's citation.cfg, and INSPIRE's
 * way to write references):
 *
 *   report number   037__a, 088__a, 909C0r              999C5r
 *   DOI             0247_a where $2 is doi, 909C4a      999C5a
 *   journal         773 and 909C4: p, v, c, y           999C5s "Phys. Rev., D 54 (1996) 4234", else $t, $v, $p, $y
 *   ISBN            020__a                              999C5i
 *   record number   of itself                           999C50
 *   authors         100__a, 700__a
 */
export function compileKeys(site: Site): (record: MarcRecord) => RecordKeys {
  const journals = compileJournalKeys(site);
  const hash = new KeyHash();
  return (record) => {
    const own: number[] = [];
    const references: number[] = [];
    const authors: number[] = [];
    for (const field of record.fields) {
      switch (field.tag) {
        case '999':
          if (field.ind1 === 'C' && field.ind2 === '5') cited(field, journals, hash, references);
          break;
        case '100':
        case '700':
          for (const { code, value } of field.subfields) if (code === 'a') author(value, hash, authors);
          break;
        case '037':
        case '088':
          for (const { code, value } of field.subfields) if (code === 'a') report(value, hash, own);
          break;
        case '024':
          if (field.ind1 === '7') standardNumber(field, hash, own);
          break;
        case '020':
          for (const { code, value } of field.subfields) if (code === 'a') isbn(value, hash, own);
          break;
        case '773':
          journals.ofRecord(field, own);
          break;
        case '909':
          if (field.ind1 !== 'C') break;
          if (field.ind2 === '0') {
            for (const { code, value } of field.subfields) if (code === 'r') report(value, hash, own);
          } else if (field.ind2 === '4') {
            for (const { code, value } of field.subfields) if (code === 'a') doi(value, hash, own);
            journals.ofRecord(field, own);
          }
          break;
        default:
      }
    }
    return { own, references, authors };
  };
}

function cited(field: Field, journals: JournalKeys, hash: KeyHash, keys: number[]): void {
  let hasJournal = false;
  let hasVolume = false;
  for (const { code, value } of field.subfields) {
    if (code === 'r') report(value, hash, keys);
    else if (code === 'a') doi(value, hash, keys);
    else if (code === 's') hasJournal = journals.ofText(value, keys) || hasJournal;
    else if (code === 'i') isbn(value, hash, keys);
    else if (code === '0') recordNumber(value, keys);
    else if (code === 'v') hasVolume = true;
  }
  if (hasVolume && !hasJournal) journals.ofParts(field, keys);
}

/**
 * "arXiv:hep-th/9611127v2 [hep-th]" and "hep-th/9611127" are one; "CERN-TH.4036" and "CERN TH 4036"
 * too.
 */
function report(value: string, hash: KeyHash, keys: number[]): void {
  let from = 0;
  while (value.charCodeAt(from) <= 0x20 || value[from] === '[') from++;
  if (isArxivPrefix(value, from)) from += arxivPrefix.length;
  const bracket = value.indexOf('[', from);
  let to = bracket === -1 ? value.length : bracket;
  while (to > from && value.charCodeAt(to - 1) <= 0x20) to--;
  hash.begin('r');
  hash.parts(value, from, withoutVersion(value, from, to));
  if (hash.length > 0) hash.pushTo(keys);
}

const arxivPrefix = 'arxiv:';

function isArxivPrefix(value: string, from: number): boolean {
  const first = value.charCodeAt(from) | 0x20;
  return first === 0x61 && value.slice(from, from + arxivPrefix.length).toLowerCase() === arxivPrefix;
}

/** The end of the text without "v2" after a number of four digits or more. */
function withoutVersion(value: string, from: number, to: number): number {
  let at = to;
  while (at > from && isDigit(value.charCodeAt(at - 1))) at--;
  if (at === to || at - from < 5 || (value.charCodeAt(at - 1) | 0x20) !== 0x76) return to;
  for (let i = 2; i <= 5; i++) if (!isDigit(value.charCodeAt(at - i))) return to;
  return at - 1;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function standardNumber(field: Field, hash: KeyHash, keys: number[]): void {
  if (!field.subfields.some(isDoiMark)) return;
  for (const { code, value } of field.subfields) if (code === 'a') doi(value, hash, keys);
}

function isDoiMark({ code, value }: Subfield): boolean {
  return code === '2' && value.length === 3 && value.toLowerCase() === 'doi';
}

/** "10.1063/1.2737136", also after "doi:" or an address. */
function doi(value: string, hash: KeyHash, keys: number[]): void {
  const from = value.indexOf('10.');
  if (from === -1 || (from > 0 && /[\w.]/.test(value[from - 1]!)) || value.indexOf('/', from) === -1) return;
  let to = value.length;
  while (to > from && (value.charCodeAt(to - 1) <= 0x20 || value[to - 1] === '.')) to--;
  hash.begin('d');
  hash.whole(value, from, to);
  hash.pushTo(keys);
}

/** ISBN-10 and ISBN-13 of the 978 range by the nine digits they share. */
function isbn(value: string, hash: KeyHash, keys: number[]): void {
  let digits = '';
  for (let at = 0; at < value.length && digits.length < 13; at++) {
    const code = value.charCodeAt(at);
    if (isDigit(code) || (code | 0x20) === 0x78) digits += value[at];
    else if (code !== 0x2d && code !== 0x20) break;
  }
  if (digits.length !== 10 && digits.length !== 13) return;
  hash.begin('b');
  const shared = digits.length === 10 ? digits.slice(0, 9) : digits.slice(digits.startsWith('978') ? 3 : 0, 12);
  hash.whole(shared);
  hash.pushTo(keys);
}

function recordNumber(value: string, keys: number[]): void {
  const id = Number(value);
  if (Number.isInteger(id) && id > 0 && id <= 0x7fffffff) keys.push(0, id);
}

/**
 * The family name and the initials of the given ones: "Ellis, John R", "Ellis, J. R." and "Ellis,
 * JR" are one; with fewer initials it may be somebody else.
 */
function author(value: string, hash: KeyHash, keys: number[]): void {
  const comma = value.indexOf(',');
  hash.begin('a');
  hash.letters(value, 0, comma === -1 ? value.length : comma);
  if (hash.length === 0) return;
  if (comma !== -1) {
    hash.code(0x2c);
    for (let at = comma + 1; at < value.length; at++) {
      if (!isLetter(value.charCodeAt(at))) continue;
      let end = at + 1;
      let capitals = isCapital(value.charCodeAt(at));
      while (end < value.length && isLetter(value.charCodeAt(end))) {
        capitals &&= isCapital(value.charCodeAt(end));
        end++;
      }
      hash.letters(value, at, capitals && end - at <= longestInitials ? end : at + 1);
      at = end;
    }
  }
  hash.pushTo(keys);
}

/** "JRW" are three initials, "JOHN" is a name. */
const longestInitials = 3;

function isCapital(code: number): boolean {
  return code >= 0x41 && code <= 0x5a;
}

function isLetter(code: number): boolean {
  return code > 0x7f || isCapital(code) || (code >= 0x61 && code <= 0x7a);
}
