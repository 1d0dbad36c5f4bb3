import { isbnOf } from '../identifiers/isbn.ts';
import { reportNumberOf } from '../identifiers/report-number.ts';
import type { MarcRecord } from '../marc/record.ts';
import { yearOf } from './dates.ts';
import { firstValue } from './fields.ts';
import { identifiers } from './identifiers.ts';
import { scriptsOf } from './linked.ts';
import { contributors } from './names.ts';
import { titleOf } from './work.ts';

/**
 * How much two records must say alike to be the same work: strict goes by identifiers alone.
 */
export const profiles = ['strict', 'normal', 'lazy'] as const;
export type Profile = (typeof profiles)[number];

/** What two records of the same work have in common. */
export interface MatchFacts {
  readonly title: string;
  /** As catalogued: "Doe, Jane". */
  readonly authors: readonly string[];
  readonly year: string | undefined;
  readonly abstract: string;
  /** "doi 10.1/x", "isbn 978..." */
  readonly identifiers: readonly string[];
}

/** From 0 to 1; undefined where one of both does not say it. */
export interface Similarity {
  readonly title: number;
  readonly authors: number | undefined;
  readonly date: number | undefined;
  readonly text: number | undefined;
  readonly identifiers: number | undefined;
}

/** From here on two values are the same. */
export const thresholds = { title: 0.9, authors: 0.85, text: 0.8, identifiers: 1, date: 1 } as const;

export function matchFacts(record: MarcRecord): MatchFacts {
  // Of all that `describeWork` reads only this: a library is compared as a whole.
  const { record: plain } = scriptsOf(record);
  const year = yearOf(plain);
  return {
    title: titleOf(plain),
    authors: contributors(plain)
      .filter(({ role, isMain }) => isMain || role === undefined)
      .map(({ name }) => name),
    year: year === 0 ? undefined : String(year),
    abstract: firstValue(plain, '520', 'a') ?? '',
    identifiers: identifiers(plain)
      .filter(({ kind }) => kind === 'doi' || kind === 'isbn' || kind === 'arxiv' || kind === 'report')
      .map(({ kind, value }) => `${kind} ${normalForm(kind, value)}`),
  };
}

/** An ISBN has ten digits or thirteen, with hyphens or without. */
function normalForm(kind: string, value: string): string {
  if (kind === 'isbn') return isbnOf(value) ?? value.toLowerCase();
  return kind === 'report' ? (reportNumberOf(value) ?? value.toLowerCase()) : value.toLowerCase();
}

export function similarity(one: MatchFacts, other: MatchFacts): Similarity {
  const [text, otherText] = [plainWords(one.abstract), plainWords(other.abstract)];
  return {
    title: likeness(plainWords(one.title), plainWords(other.title)),
    authors: authorLikeness(one.authors, other.authors),
    date: one.year === undefined || other.year === undefined ? undefined : Number(one.year === other.year),
    text: text === '' || otherText === '' ? undefined : likeness(text.slice(0, 600), otherText.slice(0, 600)),
    identifiers: identifierLikeness(one.identifiers, other.identifiers),
  };
}

/**
 * same: nothing that both say differs, and as much is said as the profile wants. perhaps: the title
 * is the same, and nobody can tell. strict looks at identifiers alone, so it never asks here.
 */
export function judge(found: Similarity, profile: Profile): 'same' | 'perhaps' | 'other' {
  const { title, authors, date, text, identifiers } = found;
  if (title < thresholds.title || identifiers === 0) return 'other';
  if (identifiers === 1) return 'same';
  const authorsAre = authors === undefined ? undefined : authors >= thresholds.authors;
  const dateIs = date === undefined ? undefined : date >= thresholds.date;
  const textIs = text === undefined ? undefined : text >= thresholds.text;
  const judged = [authorsAre, dateIs, textIs];
  if (authorsAre === false) return 'other';
  const yes = judged.filter((one) => one === true).length;
  const no = judged.filter((one) => one === false).length;
  if (profile === 'lazy') return yes > 0 ? 'same' : 'perhaps';
  if (no > 0) return dateIs === false && textIs !== true ? 'other' : 'perhaps';
  return authorsAre === true && (dateIs === true || textIs === true) ? 'same' : 'perhaps';
}

export function plainWords(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/**
 * Characters: counting edits takes the product of both lengths, and a title may have a megabyte.
 */
const mostCompared = 1_000;

/**
 * 1 minus the edits that make one of the other, for each character of the longer one. Of long ones
 * the beginning is compared.
 */
export function likeness(whole: string, otherWhole: string): number {
  const [one, other] = [whole.slice(0, mostCompared), otherWhole.slice(0, mostCompared)];
  const longest = Math.max(one.length, other.length);
  if (longest === 0) return 0;
  const lengths = Math.min(whole.length, otherWhole.length) / Math.max(whole.length, otherWhole.length);
  // No need to count when the lengths alone say no.
  if (lengths < 0.5) return 0;
  const share = longest < mostCompared ? 1 : lengths;
  if (one === other) return share;
  let before = Uint16Array.from({ length: other.length + 1 }, (_, place) => place);
  for (let row = 1; row <= one.length; row++) {
    const next = new Uint16Array(other.length + 1);
    next[0] = row;
    for (let column = 1; column <= other.length; column++) {
      const cost = one.charCodeAt(row - 1) === other.charCodeAt(column - 1) ? 0 : 1;
      next[column] = Math.min(next[column - 1]! + 1, before[column]! + 1, before[column - 1]! + cost);
    }
    before = next;
  }
  return (1 - before[other.length]! / longest) * share;
}

const mostAuthors = 20;
/** Characters of a name. */
const longestName = 200;

/** How many of the shorter list stand in the other one: lists are cut, names abbreviated. */
function authorLikeness(one: readonly string[], other: readonly string[]): number | undefined {
  const [names, others] = [one, other].map((list) => list.slice(0, mostAuthors).map(nameParts));
  const [fewer, more] = names!.length <= others!.length ? [names!, others!] : [others!, names!];
  if (fewer.length === 0) return undefined;
  const found = fewer.filter((name) => more.some((known) => sameName(name, known)));
  return found.length / fewer.length;
}

interface NameParts {
  readonly family: string;
  readonly given: readonly string[];
}

/** "Doe, Jane M." and "Jane M. Doe". */
function nameParts(whole: string): NameParts {
  const name = whole.slice(0, longestName);
  const comma = name.indexOf(',');
  const family = comma < 0 ? (name.trim().split(/\s+/).at(-1) ?? '') : name.slice(0, comma);
  const given = comma < 0 ? name.trim().split(/\s+/).slice(0, -1).join(' ') : name.slice(comma + 1);
  return {
    family: plainWords(family),
    given: plainWords(given)
      .split(' ')
      .filter((part) => part !== ''),
  };
}

function sameName(one: NameParts, other: NameParts): boolean {
  if (likeness(one.family, other.family) < thresholds.authors) return false;
  const count = Math.min(one.given.length, other.given.length);
  for (let place = 0; place < count; place++) {
    const [a, b] = [one.given[place]!, other.given[place]!];
    const isInitial = a.length === 1 || b.length === 1;
    if (isInitial ? a[0] !== b[0] : likeness(a, b) < thresholds.authors) return false;
  }
  return true;
}

/** 1: one of the same kind is the same; 0: both have some of a kind, and none is the same. */
function identifierLikeness(one: readonly string[], other: readonly string[]): number | undefined {
  if (one.some((known) => other.includes(known))) return 1;
  const kinds = new Set(one.map((known) => known.split(' ')[0]));
  // A book has an ISBN for each binding, and a report a number of each institute: others say
  // nothing.
  const differ = other.some((known) => kinds.has(known.split(' ')[0]) && !/^(?:isbn|report) /.test(known));
  return differ ? 0 : undefined;
}

/** What speaks for it, in shares of all that both say: from 0 to 1. */
export function scoreOf({ title, authors, date, text, identifiers }: Similarity): number {
  const parts = [
    [title, 4],
    [authors, 3],
    [date, 1],
    [text, 1],
    [identifiers, 3],
  ] as const;
  const said = parts.filter((part): part is readonly [number, 1 | 3 | 4] => part[0] !== undefined);
  return said.reduce((sum, [value, weight]) => sum + value * weight, 0) / said.reduce((sum, [, one]) => sum + one, 0);
}
