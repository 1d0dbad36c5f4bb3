import { dataField, type Field, type Subfield } from '../marc/record.ts';
import { coins } from './coin.ts';
import { disciplines } from './disciplines.ts';
import { citedName, person, somebody } from './people.ts';
import {
  citableIn,
  doi,
  firstYear,
  journalPlace,
  reportNumber,
  type Slot,
  slotNumber,
  slotOf,
  slotYears,
} from './plan.ts';
import { createRandom, fraction, hash, mix } from './random.ts';

/**
 * The citation graph. A reference either goes straight to an earlier record, or copies a reference
 * of that record: copying is preferential attachment (what is cited much is cited more) that needs
 * no memory of the records made before. Works outside of the library are negative numbers.
 */
const copyShare = 0.55;
const outsideShare = 0.22;
/** One of so many references leaves its discipline. */
const leaveDiscipline = 12;
const maximumCopies = 8;
const maximumTries = 24;

/**
 * What record `index` cites, without doubles: numbers (from 0) of earlier and not younger records,
 * or works outside below 0.
 */
export function citedWorks(seed: number, index: number, slot: Slot): readonly number[] {
  const cited: number[] = [];
  for (let number = 0; cited.length < slot.references && number < slot.references * 2; number++) {
    const work = citedWork(seed, index, slot, number);
    if (!cited.includes(work)) cited.push(work);
  }
  // A small library has few works to cite; the rest are distinct outsiders.
  for (let more = 0; cited.length < slot.references; more++) cited.push(outsider(slot, 1_000_000 + index * 97 + more));
  return cited;
}

function citedWork(seed: number, index: number, slot: Slot, number: number): number {
  let from = index;
  let fromSlot = slot;
  let chance = hash(hash(seed ^ 0x5bd1e995, index), number);
  for (let copies = 0; copies < maximumCopies; copies++) {
    if (fraction(chance) < outsideShare) break;
    let found = -1;
    for (let tries = 0; tries < maximumTries && found < 0 && from > 0; tries++) {
      chance = mix(chance + 0x9e3779b9);
      const candidate = Math.floor(fraction(chance) * from);
      const place = slotNumber(seed, candidate);
      const discipline = citableIn[place]!;
      if (slotYears[place]! > fromSlot.year || discipline < 0) continue;
      if (discipline !== fromSlot.discipline && mix(chance) % leaveDiscipline !== 0) continue;
      found = candidate;
    }
    if (found < 0) break;
    const foundSlot = slotOf(seed, found);
    chance = mix(chance + 1);
    if (fraction(chance) >= copyShare || foundSlot.references === 0) return found;
    // Copy: go on as if we were that record, with the chance that made its reference.
    from = found;
    fromSlot = foundSlot;
    chance = hash(hash(seed ^ 0x5bd1e995, found), mix(chance + 2) % foundSlot.references);
  }
  // Half of the outsiders come from a small canon that everybody knows.
  const u = fraction(mix(chance + 3));
  return outsider(fromSlot, Math.min(999_999, Math.floor(120 * ((1 - u) ** -1.6 - 1))));
}

/**
 * Number of an outside work that the record could have read: work numbers hold their discipline and
 * whether they are modern.
 */
function outsider(slot: Slot, rank: number): number {
  const modern = outsideYear(rank * 2 + 1) <= slot.year ? 1 : 0;
  return -1 - ((rank * 2 + modern) * disciplines.length + slot.discipline);
}

function outsideYear(rank: number): number {
  const h = hash(7, rank);
  return rank % 2 === 0 ? 1905 + (h % (firstYear - 1905)) : firstYear + (h % 74);
}

const outsideJournals = [
  'Ann. Phys.',
  'Z. Phys.',
  'Philos. Mag.',
  'Proc. R. Soc.',
  'Nuovo Cim.',
  'C. R. Acad. Sci.',
  'Nature',
  'Science',
  'Rev. Mod. Phys.',
  'Bull. Soc. Math. Fr.',
  'Ark. Fys.',
  'Trans. Meridian Soc.',
];
const random = createRandom(0);
const coined = (kind: string): string => coins.get(kind)!(random, []);

/** The 999C5 field of the `order`th reference of record `index`. */
export function referenceField(seed: number, index: number, work: number, order: number): Field {
  const subfields: Subfield[] = [{ code: 'o', value: `[${order}]` }];
  const add = (code: string, value: string): void => {
    subfields.push({ code, value });
  };
  const look = hash(seed ^ index, order);
  if (work < 0) outside(-1 - work, look, add);
  else {
    const slot = slotOf(seed, work);
    const place = journalPlace(slot, work);
    const report = reportNumber(slot, work);
    if (look % 10 < 3) add('m', firstAuthor(seed, work, slot));
    if (report !== '' && (place === undefined || look % 3 === 0)) add('r', report);
    if (place !== undefined) {
      add('s', `${place.journal.name} ${place.volume} (${place.year}) ${place.page}`);
      if (slot.year > 1995 && (look >>> 8) % 4 === 0) add('a', doi(place));
    }
    if (subfields.length === 1) add('m', `${firstAuthor(seed, work, slot)}, book, ${slot.year}`);
  }
  return dataField('999', 'C', '5', subfields);
}

function firstAuthor(seed: number, work: number, slot: Slot): string {
  return citedName(person(leaderOf(seed, work, slot)));
}

/**
 * The first author of a record that is not a collaboration's: the same person that `authors` begins
 * with.
 */
function leaderOf(seed: number, index: number, slot: Slot): number {
  random.restart(authorSeed(seed, index));
  return somebody(random, slot.discipline);
}

/** Seed of everything about the authors of a record. */
export function authorSeed(seed: number, index: number): number {
  return hash(seed + 1, index);
}

function outside(work: number, look: number, add: (code: string, value: string) => void): void {
  const rank = Math.floor(work / disciplines.length);
  const h = hash(9, work);
  random.restart(h);
  const author = citedName(person(somebody(random, 20 + (work % disciplines.length))));
  const year = outsideYear(rank);
  if (h % 4 === 0) {
    add(
      'm',
      `${author}, The ${coined('term')} ${h % 8 === 0 ? 'method' : 'theory'} of ${coined('name')} (${1 + (h % 9)}. ed., ${year})`,
    );
    return;
  }
  if (look % 3 === 0) add('m', author);
  const name = outsideJournals[(h >>> 4) % outsideJournals.length]!;
  // A letter before the page keeps outside works apart from articles of the library.
  add('s', `${name} ${1 + ((h >>> 8) % 240)} (${year}) L${1 + ((h >>> 16) % 1900)}`);
}
