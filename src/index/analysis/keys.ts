import { doiIn } from '../../identifiers/doi.ts';
import { isbnsIn, sharedDigits } from '../../identifiers/isbn.ts';
import { reportNumberText } from '../../identifiers/report-number.ts';
import type { Field, MarcRecord, Subfield } from '../../marc/record.ts';
import type { Site } from '../../site/site.ts';
import type { RecordKeys } from '../document.ts';
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
  hash.begin('r');
  hash.parts(reportNumberText(value));
  if (hash.length > 0) hash.pushTo(keys);
}

function standardNumber(field: Field, hash: KeyHash, keys: number[]): void {
  if (!field.subfields.some(isDoiMark)) return;
  for (const { code, value } of field.subfields) if (code === 'a') doi(value, hash, keys);
}

function isDoiMark({ code, value }: Subfield): boolean {
  return code === '2' && value.length === 3 && value.toLowerCase() === 'doi';
}

/** "10.1063/1.2737136", also after "doi:", as an address and within a text. */
function doi(value: string, hash: KeyHash, keys: number[]): void {
  const found = doiIn(value);
  if (found === undefined) return;
  hash.begin('d');
  hash.whole(found);
  hash.pushTo(keys);
}

/** ISBN-10 and ISBN-13 of the 978 range by the nine digits they share. */
function isbn(value: string, hash: KeyHash, keys: number[]): void {
  const [found] = isbnsIn(value);
  if (found === undefined) return;
  hash.begin('b');
  hash.whole(sharedDigits(found));
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
