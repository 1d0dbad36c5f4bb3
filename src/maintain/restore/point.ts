import { UserError } from '../../errors/errors.ts';
import { gapText, type LogAfter, logAfter, type WalFile, walFiles } from '../backup/archive.ts';
import type { Manifest } from '../backup/manifest.ts';
import type { Place } from '../backup/place.ts';
import { restoreErrors } from './errors.ts';

/** What leads to a point in time. */
export interface Point {
  readonly manifest: Manifest;
  /** Undefined: as far as the log goes. */
  readonly time: Date | undefined;
  readonly log: LogAfter;
}

/**
 * A time as people write it, with its zone: "2026-11-29 11:43:34+00", "2026-11-29T11:43:34Z".
 * Without one it would be two times in the night when clocks go back.
 */
export function parseTime(text: string): Date {
  const shape = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?\s*(Z|UTC|[+-]\d\d(:?\d\d)?)$/i;
  const iso = text
    .trim()
    .replace(' ', 'T')
    .replace(/\s+/g, '')
    .replace(/\s*UTC$/i, 'Z')
    .replace(/([+-]\d\d)$/, '$1:00');
  const time = new Date(iso.replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  if (shape.test(text.trim()) && !Number.isNaN(time.getTime()) && isDay(text.trim().slice(0, 10))) return time;
  const isZoneless = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text.trim());
  throw new UserError(restoreErrors.outside, {
    time: text,
    problem: isZoneless ? 'it does not say in which time zone' : 'it is not a time',
    window: 'Write it as 2026-11-29 11:43:34+00, or with Z at the end for UTC.',
  });
}

/** A change is archived in this time, usually in a minute. Milliseconds. */
const archivedWithin = 180_000;

/** "2026-02-30" would be taken for the second of March. */
function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/**
 * The newest base that was complete before the time, and the log from there. Throws `outside` with
 * the times that can be restored, `logGap` with the last one before the gap.
 */
export async function pointAt(place: Place, manifests: readonly Manifest[], time: Date, now: Date): Promise<Point> {
  const bases = manifests
    .filter(({ base }) => base !== undefined)
    .sort((a, b) => (a.base!.stopped < b.base!.stopped ? 1 : -1));
  const refuse = (problem: string, window: string): never => {
    throw new UserError(restoreErrors.outside, { time: time.toISOString(), problem, window });
  };
  if (bases.length === 0)
    return refuse(
      'there is no base',
      'Points in time need `reperio backup continuous on`, or at least `backup --base`.',
    );
  const files = await walFiles(place);
  const manifest = bases.find(({ base }) => Date.parse(base!.stopped) <= time.getTime());
  const earliest = bases.at(-1)!.base!.stopped;
  const newest = new Date(bases[0]!.base!.stopped);
  // The log of the newest base may not go as far yet as the base itself.
  const until = logAfter(files, bases[0]!).until ?? newest;
  const latest = until < newest ? newest : until;
  const window = `Possible are times from ${earliest} to ${latest.toISOString()}.`;
  if (time > now) return refuse('it is in the future', window);
  if (manifest === undefined) return refuse('the first base is later', window);
  const log = logAfter(files, manifest);
  if (log.until === undefined || log.until < time) {
    if (log.gap !== undefined) throw gapError(manifest, log);
    const soon = now.getTime() - time.getTime() < archivedWithin ? ' Try again in a minute.' : '';
    return refuse('the log is not archived up to it', `${window}${soon}`);
  }
  return { manifest, time, log };
}

/** The base itself and, with an archive, as far as that goes. Throws `logGap`. */
export async function pointOf(place: Place, manifest: Manifest): Promise<Point> {
  const files: readonly WalFile[] = await walFiles(place);
  const log = logAfter(files, manifest);
  if (log.gap !== undefined) throw gapError(manifest, log);
  return { manifest, time: undefined, log };
}

/**
 * A file of the log cannot be read, as the server has found out. Throws `logGap`, unless all that
 * is wanted was committed before it.
 */
export async function requireBefore(place: Place, { manifest, time }: Point, name: string): Promise<void> {
  const log = logAfter(
    (await walFiles(place)).filter((file) => file.name !== name),
    manifest,
  );
  if (time === undefined || log.until === undefined || log.until < time)
    throw gapError(manifest, { ...log, gap: [name, name] }, 'is damaged');
}

function gapError({ set, base }: Manifest, { gap, until }: LogAfter, problem = 'is missing'): UserError {
  const last = until === undefined || until.getTime() < Date.parse(base!.stopped) ? undefined : until.toISOString();
  const instead =
    last === undefined
      ? 'Restore a dump, or another base: `reperio backup list`.'
      : `The last possible time before the gap is ${last}: reperio restore --at ${last}`;
  return new UserError(restoreErrors.logGap, { set, files: gapText(gap!), problem, instead });
}
