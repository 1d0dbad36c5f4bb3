import { type Culture, cultures, institutes } from './names.ts';
import { hash, mix, type Random } from './random.ts';

export interface Person {
  readonly family: string;
  /** One to three given names in full. */
  readonly given: readonly string[];
  readonly affiliation: string;
}

/** Person number `id`: always the same name and home. */
export function person(id: number): Person {
  const h = hash(101, id);
  const culture = cultureByPercent[h % 100]!;
  const g = mix(h + 1);
  const count = culture.given.length;
  const first = culture.given[g % count]!;
  const given = [first];
  for (let more = (g >>> 8) % 5; more > 2; more--) {
    const next = culture.given[(g >>> (9 + more)) % count]!;
    if (!given.includes(next)) given.push(next);
  }
  return { family: family(culture, mix(h + 2)), given, affiliation: institutes[mix(h + 3) % institutes.length]! };
}

function family(culture: Culture, h: number): string {
  if (h % 100 < 35) return culture.family[(h >>> 8) % culture.family.length]!;
  const made = half(culture, h >>> 7);
  return h % 100 < 96 ? made : `${made}-${half(culture, mix(h))}`;
}

function half(culture: Culture, h: number): string {
  const head = culture.heads[h % culture.heads.length]!;
  const tail = culture.tails[(h >>> 8) % culture.tails.length]!;
  return head.endsWith(' ') ? head : head + tail;
}

/**
 * The ways catalogues write one person: 0 "Ellis, John Richard", 1 "Ellis, John", 2 "Ellis, J", 3
 * "Ellis, J R", 4 "Ellis, J.R.".
 */
export type NameForm = 0 | 1 | 2 | 3 | 4;

export function writtenName(who: Person, form: NameForm): string {
  if (form === 0) return `${who.family}, ${who.given.join(' ')}`;
  if (form === 1) return `${who.family}, ${who.given[0]!}`;
  if (form === 2) return `${who.family}, ${initial(who.given[0]!)}`;
  return `${who.family}, ${who.given.map(initial).join(form === 3 ? ' ' : '.')}${form === 4 ? '.' : ''}`;
}

/** "J. Ellis", as in a reference. */
export function citedName(who: Person): string {
  return `${initial(who.given[0]!)}. ${who.family}`;
}

/** "John Ellis", as in running text. */
export function spokenName(who: Person): string {
  return `${who.given[0]!} ${who.family}`;
}

function initial(name: string): string {
  // Not charAt: a given name may begin outside the Basic Multilingual Plane one day.
  return String.fromCodePoint(name.codePointAt(0)!);
}

const cultureByPercent: readonly Culture[] = cultures.flatMap((culture) => Array<Culture>(culture.share).fill(culture));

/** People of one discipline have numbers of their own. */
const crowd = 0x1000000;

/** Somebody who writes in this discipline: few write much, many once. */
export function somebody(random: Random, discipline: number): number {
  return discipline * crowd + (random.zipf(1.55, 300) % crowd);
}

/**
 * The authors of a paper: a leader and mostly people near the leader, so that the same names meet
 * again. No number twice.
 */
export function team(random: Random, discipline: number, size: number): readonly number[] {
  const leader = somebody(random, discipline);
  const members = [leader];
  for (let tries = 0; members.length < size && tries < size * 3; tries++) {
    const near = random.unit() < 0.75;
    const next = near ? leader + 1 + random.early(40 + size * 2) : somebody(random, discipline);
    if (!members.includes(next)) members.push(next);
  }
  return members;
}

/** The members of an experiment: a whole neighbourhood of people, of whom `size` sign a paper. */
export function collaboration(random: Random, experiment: number, size: number): readonly number[] {
  const start = crowd * 64 + experiment * 8000 + random.below(400);
  const members: number[] = [];
  for (let i = 0; i < size; i++) members.push(start + i * 2 + random.below(2));
  return members;
}
