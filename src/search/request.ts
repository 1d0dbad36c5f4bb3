import { pageFormats } from '../formats/format-names.ts';
import type { ChangedBy, FoundBy } from './evaluate/changed-by.ts';
import type { Notice } from './notices.ts';
import type { Join, Query } from './query/tree.ts';

/**
 * A search as the URL states it, normalised. Everything a page or a format needs to ask is in it,
 * and `toUrl` writes it back.
 */
export interface SearchRequest {
  /** p */
  readonly text: string;
  /** f: the field of whatever names none; '' is any. */
  readonly field: string;
  /** p1..p6 of the advanced form, those with a text. */
  readonly parts: readonly RequestPart[];
  /** cc: '' is the home collection. */
  readonly collection: string;
  /** c */
  readonly collections: readonly string[];
  /**
   * When neither `sort` nor `rank` is asked: 'site' is the order of the site file, 'newest' (so=d)
   * the newest first whatever it says. Programs that leave it out have the newest first too.
   */
  readonly order?: 'site' | 'newest';
  /** sf: '' is `order`. Several codes are joined by commas. */
  readonly sort: string;
  /** so */
  readonly ascending: boolean;
  /** sp: values that begin with this text count as sort keys before others. */
  readonly sortPreference: string;
  /** rm */
  readonly rank: string;
  /** jrec: the first hit shown, from 1. */
  readonly first: number;
  /** rg: how many; Infinity for all. */
  readonly size: number;
  /** of */
  readonly format: string;
  /** No argument: the format of a page whose address names none. Undefined: the list. */
  readonly usualFormat?: string;
  /** ot */
  readonly tags: readonly string[];
  /** sc */
  readonly split: boolean;
  /** aas */
  readonly advanced: boolean;
  /** Any field code as an argument: a further condition. */
  readonly limits: readonly { readonly field: string; readonly text: string }[];
  /** d1, d2, dt */
  readonly dates: RequestDates;
  /** recid, recidb: record numbers, `below` not included. */
  readonly records: { readonly from: number; readonly below: number } | undefined;
  /** facet.CODE: what was chosen in facets; several values of one facet are alternatives. */
  readonly facets: Readonly<Record<string, readonly string[]>>;
  /** facet.not.CODE: values that no hit has. */
  readonly excluded: Readonly<Record<string, readonly string[]>>;
  /** wl */
  readonly wildcardLimit: number | undefined;
  /** ap: may something like the words be searched when they find nothing? */
  readonly alternatives: boolean;
  /** ln: '' is the site's language. */
  readonly language: string;
  /** em: the parts of the page that are wanted, by their letters; none are all. */
  readonly embed: readonly string[];
  /** No argument: what of the address was left out. */
  readonly notices?: readonly Notice[];
  /**
   * No argument: what the database knows of the people whom cataloguer: names. Undefined for those
   * who may not ask it.
   */
  readonly changedBy?: ChangedBy;
  /** The same of rules that finding: names. */
  readonly foundBy?: FoundBy;
  /** No argument: a further condition that was read in another query language. */
  readonly tree?: Query;
}

export interface RequestPart {
  readonly text: string;
  readonly field: string;
  readonly match: MatchType;
  /** How it joins what is before it. */
  readonly join: Join;
}

/**
 * m1..m3: all words, any word, exact phrase, partial phrase, regular expression; '' reads the text
 * as a question.
 */
export type MatchType = 'a' | 'o' | 'e' | 'p' | 'r' | '';

export interface RequestDates {
  readonly column: 'created' | 'modified';
  /** As written, "2012", "2012-05", "2012-05-03"; '' is open. */
  readonly from: string;
  readonly until: string;
}

export const defaultPageSize = 10;
/** For pages that people read; lists of ids and exports have no limit. */
export const maximumPageSize = 200;

export const emptyRequest: SearchRequest = {
  text: '',
  field: '',
  parts: [],
  collection: '',
  collections: [],
  sort: '',
  ascending: false,
  sortPreference: '',
  rank: '',
  first: 1,
  size: defaultPageSize,
  format: pageFormats[0].code,
  tags: [],
  split: false,
  advanced: false,
  limits: [],
  dates: { column: 'created', from: '', until: '' },
  records: undefined,
  facets: {},
  excluded: {},
  wildcardLimit: undefined,
  alternatives: true,
  language: '',
  embed: [],
};

/** Conditions of the advanced form: p1 to p6. Invenio had three. */
export const mostParts = 6;

/**
 * Characters of a question: p, p1 to p6 and further conditions. Pages repeat it in each of their
 * links.
 */
export const longestQuestion = 4000;

export function questionLength({ text, parts, limits }: SearchRequest): number {
  return [text, ...parts.map((part) => part.text), ...limits.map((limit) => limit.text)].join('').length;
}

/** Of what is asked: the collection may have its hits drawn in another way than as a list. */
export function usualFormat(request: SearchRequest): string {
  return request.usualFormat ?? emptyRequest.format;
}

/** Where and how a request searches, without what it searches for. */
export function withoutFilters(request: SearchRequest): SearchRequest {
  const { text, field, parts, advanced, limits, dates, records, facets, excluded, first } = emptyRequest;
  return { ...request, text, field, parts, advanced, limits, dates, records, facets, excluded, first };
}

/** op1..: how a condition of the advanced form joins what is before it. */
export const joinLetters: Readonly<Record<Join, 'a' | 'o' | 'n'>> = { and: 'a', or: 'o', not: 'n' };
