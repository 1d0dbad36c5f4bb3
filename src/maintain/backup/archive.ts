import type { Manifest } from './manifest.ts';
import type { Place } from './place.ts';

/**
 * The archived log of a server: files of 16 MB, numbered without gaps, in a folder for each system.
 * A library that was restored from a dump has a new system, which counts from 1 again.
 */

/**
 * With a time in its name, in milliseconds: at, when the server had archived it and it was still to
 * be sent; until, when it was received before it was full.
 */
const walFile = /^wal\/(\d+)\/([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})(?:\.(at|until)-(\d+))?\.gz$/;
export const segmentBytes = 16 * 1024 * 1024;
/** Of 16 MB each, in one number of the middle part. */
const perMiddle = 256;

export interface WalFile {
  readonly name: string;
  /** Below the place. */
  readonly path: string;
  readonly system: string;
  readonly timeline: number;
  /** Its number on its timeline. */
  readonly number: number;
  readonly bytes: number;
  /** What was committed before is in it, or in those before. */
  readonly archived: Date;
  /** The beginning of a file that was not full yet. */
  readonly isPart: boolean;
}

/** By timeline and number. */
export async function walFiles(place: Place): Promise<readonly WalFile[]> {
  const files: WalFile[] = [];
  for await (const { path, bytes, written } of place.walk('wal')) {
    const [, system = '', timeline = '', middle = '', last = '', kind, time] = walFile.exec(path) ?? [];
    if (timeline === '') continue;
    const number = Number.parseInt(middle, 16) * perMiddle + Number.parseInt(last, 16);
    const name = `${timeline}${middle}${last}`;
    const archived = time === undefined ? written : new Date(Number(time));
    const common = { name, path, system, number, bytes, archived, isPart: kind === 'until' };
    files.push({ ...common, timeline: Number.parseInt(timeline, 16) });
  }
  return files.sort((a, b) => a.timeline - b.timeline || a.number - b.number);
}

/** The log from a base on, as far as it is whole. */
export interface LogAfter {
  /** How many files. */
  readonly files: number;
  /** Up to here any point in time can be restored; undefined: only the base itself. */
  readonly until: Date | undefined;
  /** The first and the last file that are missing, where some come after them. */
  readonly gap: readonly [first: string, last: string] | undefined;
}

export function logAfter(files: readonly WalFile[], { base }: Manifest): LogAfter {
  if (base === undefined) return { files: 0, until: undefined, gap: undefined };
  const first = numberOf(base.segment);
  const own = files.filter(
    ({ system, timeline, number }) => system === base.system && timeline === base.timeline && number >= first,
  );
  let next = first;
  let until: Date | undefined;
  // What is received is whole up to the time of its last part, whenever its files were written.
  const received = own.filter(({ isPart }) => isPart).map(({ archived }) => archived.getTime());
  for (const { number, archived } of own) {
    if (number > next) {
      const missing = [nameOf(base.timeline, next), nameOf(base.timeline, number - 1)] as const;
      return { files: next - first, until, gap: missing };
    }
    next = number + 1;
    until = until === undefined || archived > until ? archived : until;
  }
  if (received.length > 0) until = new Date(Math.max(...received));
  return { files: next - first, until, gap: undefined };
}

export function gapText([first, last]: readonly [string, string]): string {
  return first === last ? first : `${first}..${last.slice(8)}`;
}

function numberOf(segment: string): number {
  return Number.parseInt(segment.slice(8, 16), 16) * perMiddle + Number.parseInt(segment.slice(16, 24), 16);
}

export function nameOf(timeline: number, number: number): string {
  const hex = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0');
  return hex(timeline) + hex(Math.floor(number / perMiddle)) + hex(number % perMiddle);
}

/** A time span in which every point can be restored. */
export interface Window {
  readonly base: string;
  readonly from: Date;
  readonly until: Date;
  readonly gap: LogAfter['gap'];
}

/** Of each base, the oldest first. */
export async function windowsOf(place: Place, manifests: readonly Manifest[]): Promise<readonly Window[]> {
  const bases = manifests.filter(({ base }) => base !== undefined);
  if (bases.length === 0) return [];
  const files = await walFiles(place);
  return bases
    .map((manifest) => {
      const { until, gap } = logAfter(files, manifest);
      const from = new Date(manifest.base!.stopped);
      return { base: manifest.set, from, until: until !== undefined && until > from ? until : from, gap };
    })
    .sort((a, b) => a.from.getTime() - b.from.getTime());
}

/** A system without a base may be about to have its first one. Milliseconds. */
const firstBaseWithin = 86_400_000;

/** Removes files that only bases needed which are gone. Resolves to how many. */
export async function pruneLog(place: Place, bases: readonly Manifest[], now: number): Promise<number> {
  const oldest = new Map<string, number>();
  for (const { base } of bases) {
    if (base === undefined) continue;
    const first = numberOf(base.segment);
    oldest.set(base.system, Math.min(first, oldest.get(base.system) ?? first));
  }
  const gone = (await walFiles(place)).filter(({ system, number, archived }) => {
    const first = oldest.get(system);
    return first === undefined ? now - archived.getTime() > firstBaseWithin : number < first;
  });
  for (const { path } of gone) await place.remove(path);
  return gone.length;
}
