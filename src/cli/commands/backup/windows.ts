import { gapText, type Window } from '../../../maintain/backup/archive.ts';

/** Points in time that can be restored, for people. */
export function* windowLines(windows: readonly Window[]): Generator<string> {
  for (const { base, from, until, gap } of windows) {
    yield `Points in time from ${from.toISOString()} to ${until.toISOString()} (base ${base}): restore --at TIME`;
    if (gap !== undefined)
      yield `  then ${gapText(gap)} of the log is missing: make a new base with reperio backup --base`;
  }
}
