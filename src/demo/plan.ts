import { type Discipline, disciplines, type Journal, journals } from './disciplines.ts';
import { createRandom, hash, type Random } from './random.ts';

/**
 * What kinds of records a library has, decided once for a block of 4,096 records and repeated with
 * another order in every block. So the identity of record k (kind, year, journal, page, report
 * number) is known without making any other record, every journal page is given once, and shares
 * are exact.
 */
export const blockSize = 4096;

export type Kind = 'ARTICLE' | 'PREPRINT' | 'THESIS' | 'BOOK' | 'REPORT' | 'PICTURE' | 'NOTE' | 'INTERNALNOTE';

/** MARC language codes and the disciplines that the language's word list knows (none: all). */
export const languages: Readonly<
  Record<string, { readonly file: string; readonly disciplines: readonly Discipline[] }>
> = {
  eng: { file: 'en', disciplines: [...disciplines] },
  fre: { file: 'fr', disciplines: [...disciplines] },
  ger: { file: 'de', disciplines: [...disciplines] },
  spa: { file: 'es', disciplines: [...disciplines] },
  ita: { file: 'it', disciplines: [...disciplines] },
  rus: { file: 'ru', disciplines: ['particle', 'theory', 'astronomy', 'mathematics', 'materials'] },
  gre: { file: 'el', disciplines: ['particle', 'theory', 'astronomy', 'mathematics', 'history'] },
  chi: { file: 'zh', disciplines: ['particle', 'theory', 'astronomy', 'materials', 'computing'] },
  jpn: { file: 'ja', disciplines: ['particle', 'theory', 'astronomy', 'materials', 'life', 'computing'] },
  ara: { file: 'ar', disciplines: ['astronomy', 'mathematics', 'computing', 'history'] },
  heb: { file: 'he', disciplines: ['mathematics', 'computing', 'life', 'history'] },
};

/** One place in a block. */
export interface Slot {
  readonly kind: Kind;
  /** Index into `disciplines`. */
  readonly discipline: number;
  readonly language: string;
  readonly year: number;
  readonly journal: Journal | undefined;
  /** This is the nth of so many articles of the journal's year in a block. */
  readonly journalRank: number;
  readonly journalCount: number;
  /** Report series, "AVL-TH", or empty. */
  readonly series: string;
  readonly seriesRank: number;
  readonly seriesCount: number;
  /** Authors of a collaboration's paper, or 0. */
  readonly collaboration: number;
  readonly references: number;
  readonly hasAbstract: boolean;
}

type Weights<T> = readonly (readonly [T, number])[];

const kinds: Weights<Kind> = [
  ['ARTICLE', 30],
  ['PREPRINT', 20],
  ['THESIS', 10],
  ['BOOK', 13],
  ['REPORT', 8],
  ['PICTURE', 11],
  ['NOTE', 6],
  ['INTERNALNOTE', 2],
];
const disciplineWeights = [24, 18, 15, 12, 10, 8, 7, 6].map((weight, index) => [index, weight] as const);
/** Of the kinds that are written in other languages than English. */
const languageWeights: Weights<string> = [
  ['eng', 66],
  ['fre', 10],
  ['ger', 7],
  ['spa', 4],
  ['ita', 3.5],
  ['rus', 3.5],
  ['gre', 1.2],
  ['chi', 2],
  ['jpn', 1.5],
  ['ara', 0.8],
  ['heb', 0.7],
];
export const firstYear = 1950;
export const lastYear = 2026;
const yearWeights: Weights<number> = Array.from({ length: lastYear - firstYear + 1 }, (_, i) => [
  firstYear + i,
  1.032 ** i,
]);
/** Papers of big experiments in every block, by number of authors: there is one with 3,000. */
const collaborationSizes: readonly number[] = [3000, 1200, 500, 250, 150, 100];
/** Signed by many, so not before there were so many. */
const firstCollaborationYear = 2000;

const houses: Weights<string> = [
  ['AVL', 5],
  ['KVN', 2],
  ['SOLW', 2],
  ['TSU', 1],
  ['LPN', 1],
];
const sections: Readonly<Record<Discipline, string>> = {
  particle: 'EP',
  theory: 'TH',
  astronomy: 'AST',
  materials: 'MAT',
  life: 'BIO',
  mathematics: 'MTH',
  computing: 'IT',
  history: 'HIS',
};

function weighted<T>(random: Random, weights: Weights<T>): T {
  let rest = random.unit() * weights.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of weights) {
    rest -= weight;
    if (rest < 0) return value;
  }
  return weights.at(-1)![0];
}

function referenceCount(random: Random, kind: Kind): number {
  switch (kind) {
    case 'ARTICLE':
      return random.unit() < 0.02 ? random.between(40, 90) : 10 + random.early(7);
    case 'PREPRINT':
      return 4 + random.early(10);
    case 'THESIS':
      return 3 + random.early(10);
    case 'REPORT':
      return random.early(7);
    case 'NOTE':
    case 'INTERNALNOTE':
      return random.early(4);
    default:
      return 0;
  }
}

function series(random: Random, kind: Kind, discipline: Discipline): string {
  const house = weighted(random, houses);
  if (kind === 'PREPRINT') return `${house}-${sections[discipline]}`;
  if (kind === 'THESIS') return `${house}-THESIS`;
  if (kind === 'REPORT') return `${house}-${sections[discipline]}-REPORT`;
  if (kind === 'NOTE' || kind === 'INTERNALNOTE')
    return `AVL-${sections[discipline]}-${kind === 'NOTE' ? 'NOTE' : 'INT'}`;
  if (kind === 'PICTURE') return 'AVL-PHOTO';
  return kind === 'ARTICLE' && random.unit() < 0.4 ? `${house}-${sections[discipline]}` : '';
}

/** The places of a block. The same for every library. */
export function planBlock(): readonly Slot[] {
  const random = createRandom(20260101);
  const inJournal = new Map<string, number>();
  const inSeries = new Map<string, number>();
  const next = (counts: Map<string, number>, key: string): number => {
    const rank = counts.get(key) ?? 0;
    counts.set(key, rank + 1);
    return rank;
  };
  const sizes = [...collaborationSizes];
  const drafts = Array.from({ length: blockSize }, () => {
    const kind = weighted(random, kinds);
    const discipline = kind === 'PICTURE' ? 0 : weighted(random, disciplineWeights);
    const field = disciplines[discipline]!;
    const foreign = ['ARTICLE', 'THESIS', 'BOOK', 'REPORT'].includes(kind) ? weighted(random, languageWeights) : 'eng';
    const language = languages[foreign]!.disciplines.includes(field) ? foreign : 'eng';
    const year = weighted(random, yearWeights);
    const choices = journals[field];
    const published = kind === 'ARTICLE' ? choices[random.early(choices.length)]! : undefined;
    const named = series(random, kind, field);
    const isBig = field === 'particle' && kind === 'ARTICLE' && language === 'eng' && year >= firstCollaborationYear;
    return {
      kind,
      discipline,
      language,
      year,
      journal: published,
      journalRank: published === undefined ? 0 : next(inJournal, `${published.name} ${year}`),
      series: named,
      seriesRank: named === '' ? 0 : next(inSeries, `${named} ${year}`),
      collaboration: (isBig ? sizes.shift() : undefined) ?? 0,
      references: referenceCount(random, kind),
      hasAbstract: random.unit() < 0.82,
    };
  });
  return drafts.map((draft) => ({
    ...draft,
    journalCount: inJournal.get(`${draft.journal?.name} ${draft.year}`) ?? 0,
    seriesCount: inSeries.get(`${draft.series} ${draft.year}`) ?? 0,
  }));
}

const slots = planBlock();

/** Number of the place of record `index` (from 0) in its block: every place is taken once. */
export function slotNumber(seed: number, index: number): number {
  const order = hash(seed, Math.floor(index / blockSize));
  // Multiplying by an odd number permutes the numbers below a power of two.
  return (Math.imul(index, order | 1) + (order >>> 13)) & (blockSize - 1);
}

export function slotOf(seed: number, index: number): Slot {
  return slots[slotNumber(seed, index)]!;
}

/**
 * What a search for something to cite asks of every place, side by side: the years, and the
 * disciplines (-1: is never cited).
 */
export const slotYears = Int16Array.from(slots, ({ year }) => year);
export const citableIn = Int8Array.from(slots, ({ kind, discipline }) =>
  kind === 'PICTURE' || kind === 'INTERNALNOTE' ? -1 : discipline,
);

export interface JournalPlace {
  readonly journal: Journal;
  readonly volume: number;
  readonly year: number;
  readonly page: number;
}

/** Where the article was published; no two records share a place. */
export function journalPlace(slot: Slot, index: number): JournalPlace | undefined {
  if (slot.journal === undefined) return undefined;
  const block = Math.floor(index / blockSize);
  const nth = block * slot.journalCount + slot.journalRank;
  return {
    journal: slot.journal,
    volume: slot.year - slot.journal.before,
    year: slot.year,
    page: 1 + nth * 9 + (hash(5, index) % 9),
  };
}

export function doi(place: JournalPlace): string {
  // 10.5555 is the prefix kept for examples.
  return `10.5555/${place.journal.code}.${place.year}.${place.page}`;
}

export function reportNumber(slot: Slot, index: number): string {
  if (slot.series === '') return '';
  const serial = Math.floor(index / blockSize) * slot.seriesCount + slot.seriesRank + 1;
  return `${slot.series}-${slot.year}-${String(serial).padStart(3, '0')}`;
}
