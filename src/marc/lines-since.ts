import { fieldKey, isOfLibrary } from './content.ts';
import type { MarcRecord } from './record.ts';
import { lineOf } from './writers/text.ts';

/** A line of a record, and the oldest version since which it has been there without a break. */
export interface LineSince {
  readonly text: string;
  readonly revision: number;
}

/** Told of versions from the newest to the oldest. */
export interface LinesSince {
  /** In the order of the newest version. */
  readonly lines: readonly LineSince[];
  /** No older version can change anything. */
  readonly isSettled: boolean;
  older(record: MarcRecord, revision: number): void;
}

/**
 * Who brought each line of a record there: of identical lines the first ones are the oldest. 001
 * and 005 are the library's, and are left out.
 */
export function linesSince(newest: MarcRecord): LinesSince {
  const lines = [
    ...(newest.leader === '' ? [] : [{ key: leaderKey(newest), text: `=LDR  ${newest.leader}` }]),
    ...newest.fields
      .filter((field) => !isOfLibrary(field))
      .map((field) => ({ key: fieldKey(field), text: lineOf(field) })),
  ].map((line) => ({ ...line, revision: 0 }));
  let open = lines;
  return {
    lines,
    get isSettled() {
      return open.length === 0;
    },
    older(record, revision) {
      const there = new Map<string, number>([[leaderKey(record), 1]]);
      for (const field of record.fields) {
        const key = fieldKey(field);
        there.set(key, (there.get(key) ?? 0) + 1);
      }
      open = open.filter((line) => {
        const left = there.get(line.key) ?? 0;
        if (left === 0) return false;
        there.set(line.key, left - 1);
        line.revision = revision;
        return true;
      });
    },
  };
}

/** Positions 0-4 and 12-16 are lengths, which say nothing. */
function leaderKey({ leader }: MarcRecord): string {
  return `LDR ${leader.slice(5, 12)}${leader.slice(17)}`;
}
