import { createHash } from 'node:crypto';
import { bareDoi } from '../identifiers/doi.ts';
import { oclcOf } from '../identifiers/oclc.ts';
import { largestRecordId } from '../index/record-id.ts';
import { controlValue, type Field, type MarcRecord } from '../marc/record.ts';
import { isWellFormed } from '../marc/well-formed.ts';
import { asksDeletion } from './deletion.ts';
import { isPartial, type WriteMode } from './modes.ts';

/**
 * By what a record is known. An identifier is written as one string, its *key*: the kind, a blank,
 * the normalised value.
 *
 *   control  field 001 with 003 as "(003)001" (bare "001" when there is no 003), and every 035__a without a source
 *   oclc     the number of OCLC in one of these, and in a 001 that says it is one: "17" of "(OCoLC)ocm00000017"
 *   system   970__a
 *   oai      909COo; and 035__a with a source in 035__9, as "source:value"
 *   doi      0247_a with $2 doi, lower case
 *   harvest  the identifier of the OAI-PMH answer that the record came in. It stands beside the record and not in it, so a
 *            record keeps it when a version comes from elsewhere
 *   home     "(003)number" with our own number, of a record that has a 003 but no 001 of that source: so it is known again
 *            when it comes back from an export, whoever's code stands in 003
 */
export type IdentifierKind = 'control' | 'oclc' | 'system' | 'oai' | 'doi' | 'harvest' | 'home';

export interface Identity {
  /** Field 001, trimmed; "" when there is none. */
  readonly control: string;
  /** There are two of it or more: nobody could say which is meant. */
  readonly repeated: boolean;
  /** Field 003, trimmed (or the source that the load assumes); "" when there is none. */
  readonly source: string;
  /** 001 read as a record number, 0 when it cannot be one. */
  readonly number: number;
  /** The other keys, in matching order and without repetition. */
  readonly keys: readonly string[];
  /** The record only says that the one it matches is deleted. */
  readonly deletes: boolean;
  /** It has nothing but 001, 003 and 005. */
  readonly onlyControl?: true;
}

/** What a library knows when records are matched. */
export interface Holdings {
  /** The record that holds a key, or 0. */
  holder(key: string): number;
  /** Whether a number is that of one of our records, deleted ones included. */
  exists(id: number): boolean;
}

export interface Match {
  /** Our record, or 0 when the library does not know it. */
  readonly id: number;
  /** By what it was found, for people: "001 17", "DOI 10.1/x"; "" when it was not. */
  readonly by: string;
  /** True when field 001 is our number, and so not to be kept as 035__a. */
  readonly ours: boolean;
}

const longestValue = 500;

/** `source` stands in for a missing 003; `harvested` is the OAI identifier beside the record. */
export function identify(record: MarcRecord, source = '', harvested = ''): Identity {
  const control = wellFormed(controlValue(record, '001') ?? '').trim();
  const oclc = oclcKeys(control);
  const system: string[] = [];
  const oai: string[] = [];
  const doi: string[] = [];
  const other: string[] = [];
  for (const field of record.fields) {
    if (field.value !== undefined) continue;
    if (field.tag === '035') {
      if (!blank(field)) continue;
      const provenance = first(field, '9');
      each(field, 'a', (value) => {
        if (provenance !== '') oai.push(key('oai', `${provenance}:${value}`));
        else {
          other.push(key('control', value));
          oclc.push(...oclcKeys(value));
        }
      });
    } else if (field.tag === '970') {
      if (blank(field)) each(field, 'a', (value) => system.push(key('system', value)));
    } else if (field.tag === '909') {
      if (field.ind1 === 'C' && field.ind2 === 'O') each(field, 'o', (value) => oai.push(key('oai', value)));
    } else if (field.tag === '024') {
      if (field.ind1 === '7' && field.ind2 === ' ' && first(field, '2').toLowerCase() === 'doi') {
        each(field, 'a', (value) => doi.push(key('doi', normaliseDoi(value))));
      }
    }
  }
  const harvest = harvested === '' || !isWellFormed(harvested) ? [] : [key('harvest', harvested)];
  const own = wellFormed(controlValue(record, '003') ?? '').trim();
  // Of a server that says no 003: one of ours that is the same is so by chance.
  const isTheirs = harvest.length > 0 && own === '' && source !== '';
  const isNumber = /^0*[1-9]\d{0,9}$/.test(control) && Number(control) <= largestRecordId;
  const number = isNumber && !isTheirs ? Number(control) : 0;
  return {
    control,
    repeated: record.fields.filter(({ tag, value }) => tag === '001' && value !== undefined).length > 1,
    source: own || source,
    number,
    keys: [...new Set([...other, ...oclc, ...system, ...oai, ...doi, ...harvest])],
    deletes: asksDeletion(record),
    ...(record.fields.every(({ tag }) => tag === '001' || tag === '003' || tag === '005') && { onlyControl: true }),
  };
}

/** The key of a 001 that is somebody else's; undefined without 001. */
export function foreignKey(identity: Identity): string | undefined {
  return identity.control === '' ? undefined : key('control', foreignControl(identity));
}

/** The same of OCLC, whose 003 says what the digits of 001 are. */
function foreignOclc(identity: Identity): readonly string[] {
  return identity.control === '' ? [] : oclcKeys(foreignControl(identity));
}

/** Zeros alone stand where there is no number. */
function oclcKeys(value: string): string[] {
  const number = oclcOf(value);
  return number === undefined || number === '0' ? [] : [key('oclc', number)];
}

/** How a 001 that is somebody else's is kept in 035__a. */
export function foreignControl(identity: Identity): string {
  return identity.source === '' ? identity.control : `(${identity.source})${identity.control}`;
}

/**
 * Which record of ours this is. A 001 is our number when another identifier of the record says the
 * same; else when nobody's "(003)001" is known by it, and we have a record of this number with this
 * 003 (any record, when there is no 003). After 001: 035__a, OCLC, 970__a, OAI, DOI.
 */
export function matchRecord(identity: Identity, holdings: Holdings): Match {
  const { number } = identity;
  const byNumber: Match = { id: number, by: `001 ${identity.control}`, ours: true };
  if (number > 0 && identity.keys.some((held) => holdings.holder(held) === number)) return byNumber;
  const control = foreignKey(identity);
  const holder = control === undefined ? 0 : holdings.holder(control);
  if (control !== undefined && holder > 0) return { id: holder, by: nameKey(control), ours: holder === number };
  if (number > 0 && isHome(identity, holdings)) return byNumber;
  for (const held of [...foreignOclc(identity), ...identity.keys]) {
    const id = holdings.holder(held);
    if (id > 0) return { id, by: nameKey(held), ours: false };
  }
  return { id: 0, by: '', ours: false };
}

/** The keys a record brings before it has a number of ours. */
export function broughtKeys(identity: Identity, ours: boolean): readonly string[] {
  const control = ours ? undefined : foreignKey(identity);
  return control === undefined ? identity.keys : [...new Set([control, ...foreignOclc(identity), ...identity.keys])];
}

/** All keys under which a record is known once it has its number. */
export function keysOf(identity: Identity, id: number, ours: boolean): readonly string[] {
  const keys = broughtKeys(identity, ours);
  const { source } = identity;
  const numberedThere = keys.some((known) => known.startsWith(`control (${source})`));
  return source === '' || numberedThere ? keys : [...keys, homeKey(source, id)];
}

/** The keys of a record that was known by `before` and takes this version. */
export function keysAfter(identity: Identity, id: number, ours: boolean, before: readonly string[]): readonly string[] {
  if (identity.deletes) return before;
  const keys = keysOf(identity, id, ours);
  const kept = before.filter((known) => outlastsVersions(known) && !keys.includes(known));
  return kept.length === 0 ? keys : [...keys, ...kept];
}

/**
 * The keys of a record whose newest version is not what came, but made of it and of the one before.
 * `given`: those that came beside it.
 */
export function keysOfContent(
  record: MarcRecord,
  id: number,
  before: readonly string[],
  given: readonly string[],
): readonly string[] {
  const kept = before.filter((known) => outlastsVersions(known) || known.startsWith('home '));
  return [...new Set([...keysOf(identify(record), id, true), ...given, ...kept])];
}

/**
 * By what a record will be known, as far as it can be told before its newest version is read: see
 * `Surprise` of the load.
 */
export function expectedKeys(
  mode: WriteMode,
  identity: Identity,
  { id, ours }: { readonly id: number; readonly ours: boolean },
  before: readonly string[],
): readonly string[] {
  if (mode === 'delete' || mode === 'hold') return before;
  if (isPartial(mode)) return [...new Set([...before, ...broughtKeys(identity, true)])];
  return keysAfter(identity, id, ours, before);
}

/** The keys whose holders decide what the record is. */
export function keysToLookUp(identity: Identity): readonly string[] {
  const keys = broughtKeys(identity, false);
  return identity.source === '' || identity.number === 0 ? keys : [...keys, homeKey(identity.source, identity.number)];
}

/** Does a record keep this key whatever its next version holds? */
function outlastsVersions(known: string): boolean {
  return known.startsWith('harvest ');
}

export function splitKey(text: string): { readonly kind: IdentifierKind; readonly value: string } {
  const space = text.indexOf(' ');
  return { kind: text.slice(0, space) as IdentifierKind, value: text.slice(space + 1) };
}

const kindNames: Readonly<Record<IdentifierKind, string>> = {
  control: 'control number',
  oclc: 'OCLC number',
  system: '970__a',
  oai: 'OAI identifier',
  doi: 'DOI',
  harvest: 'OAI identifier',
  home: '001',
};

/** A key as people call it. */
export function nameKey(text: string): string {
  const { kind, value } = splitKey(text);
  return `${kindNames[kind]} ${value}`;
}

/** By what people may find a record in the input; undefined: it has no identifier. */
export function knownBy({ keys }: Pick<Identity, 'keys'>): string | undefined {
  return keys[0] === undefined ? undefined : nameKey(keys[0]);
}

function isHome({ source, number }: Identity, holdings: Holdings): boolean {
  return source === '' ? holdings.exists(number) : holdings.holder(homeKey(source, number)) === number;
}

function homeKey(source: string, id: number): string {
  return key('home', `(${source})${id}`);
}

// A B-tree entry holds at most 2,700 bytes; values that long are no identifiers but occur, and must
// not stop a load.
function key(kind: IdentifierKind, value: string): string {
  if (value.length <= longestValue) return `${kind} ${value}`;
  return `${kind} ${value.slice(0, 200)}…${createHash('sha256').update(value).digest('hex')}`;
}

function wellFormed(text: string): string {
  return isWellFormed(text) ? text : '';
}

function normaliseDoi(value: string): string {
  return (bareDoi(value) ?? value).toLowerCase();
}

function blank(field: Field): boolean {
  return field.ind1 === ' ' && field.ind2 === ' ';
}

function first(field: Field, code: string): string {
  for (const subfield of field.subfields) if (subfield.code === code) return subfield.value.trim();
  return '';
}

function each(field: Field, code: string, take: (value: string) => void): void {
  for (const subfield of field.subfields) {
    if (subfield.code !== code) continue;
    const value = subfield.value.trim();
    // What no database can hold identifies nothing.
    if (value !== '' && isWellFormed(value)) take(value);
  }
}
