import { setSpec } from '../../site/parse-oai.ts';
import type { Bounds } from './dates.ts';

/** What a list is of, and where it goes on. A token holds all of it, so none is kept. */
export interface ListState extends Bounds {
  readonly prefix: string;
  readonly set: string | undefined;
  /** The last entry that was given. */
  readonly after: Place;
  /** How many came before, and how many there were at the first page; undefined: very many. */
  readonly cursor: number;
  readonly size: number | undefined;
}

/** Of an entry in its list: seconds, and its number. */
export interface Place {
  readonly stamp: number;
  readonly seq: number;
}

export const beginning: Place = { stamp: 0, seq: 0 };

const version = 1;

/** Letters, digits, - and _. It is good as long as the library is on this timeline. */
export function writeToken(state: ListState, timeline: number): string {
  const { prefix, set, from, until, after, cursor, size } = state;
  const parts = [version, timeline, prefix, set, from, until, after.stamp, after.seq, cursor, size];
  return Buffer.from(JSON.stringify(parts.map((part) => part ?? null))).toString('base64url');
}

/** What a token says, and its timeline; undefined: it is none of ours. */
export function readToken(text: string): { readonly state: ListState; readonly timeline: number } | undefined {
  if (!/^[\w-]{10,2000}$/.test(text)) return undefined;
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return undefined;
  }
  if (!Array.isArray(parts) || parts.length !== 10 || parts[0] !== version) return undefined;
  const [, timeline, prefix, set, from, until, stamp, seq, cursor, size] = parts as readonly unknown[];
  const isText = (part: unknown): part is string => typeof part === 'string';
  // Anybody can make one: what no set is called does not reach the database.
  if (!isText(prefix) || !(set === null || (isText(set) && setSpec.test(set)))) return undefined;
  if (!isCount(timeline) || !isCount(stamp) || !isCount(seq) || !isCount(cursor)) return undefined;
  if (![from, until].every((part) => part === null || isSecond(part)) || !(size === null || isCount(size)))
    return undefined;
  if (stamp > latest) return undefined;
  const optional = (part: unknown): number | undefined => (part === null ? undefined : (part as number));
  return {
    state: {
      ...{ prefix, set: set ?? undefined, from: optional(from), until: optional(until) },
      ...{ after: { stamp, seq }, cursor, size: optional(size) },
    },
    timeline,
  };
}

/** The last second that a date of four digits can have; the first is that of the year 0. */
const latest = 253_402_300_799;
const earliest = -62_167_219_200;

function isCount(part: unknown): part is number {
  return Number.isSafeInteger(part) && (part as number) >= 0;
}

function isSecond(part: unknown): boolean {
  return Number.isSafeInteger(part) && (part as number) >= earliest && (part as number) <= latest;
}
