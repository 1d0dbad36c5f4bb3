import { mayEdit } from '../access/may-edit.ts';
import { changesEverything } from '../access/write-guard.ts';
import { UserError } from '../errors/errors.ts';
import { largestRecordId } from '../index/record-id.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import type { Work } from '../index/work.ts';
import { may, type Person } from '../people/person.ts';
import { cataloguingErrors } from './errors.ts';

/** So many numbers can be given, or come of one range. */
export const mostNumbers = 5_000_000;

/** Numbers of records as people write them: "1 2, 5-9", one on a line. Ascending, each once. */
export function readNumbers(text: string): readonly number[] {
  const found = new Set<number>();
  for (const word of text.split(/[\s,;]+/)) {
    if (word === '') continue;
    const [, first, last = first] = /^(\d{1,10})(?:-(\d{1,10}))?$/.exec(word) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === undefined || from < 1 || to > largestRecordId || to < from)
      throw new UserError(cataloguingErrors.selection, {
        reason: `"${word.slice(0, 40)}" is no record number or range`,
      });
    if (found.size + (to - from) >= mostNumbers)
      throw new UserError(cataloguingErrors.selection, { reason: `it has more than ${mostNumbers} numbers` });
    for (let id = from; id <= to; id++) found.add(id);
  }
  return [...found].sort((a, b) => a - b);
}

/** May they change every record there is, many at once? */
export function changesAllAtOnce(person: Person, snapshot: IndexSnapshot): boolean {
  return changesEverything(person, snapshot) && may(snapshot.site, person, 'runbibeditmulti');
}

/** Those of the numbers that they may change many at once; of others nothing is told. */
export function* editable(person: Person, snapshot: IndexSnapshot, ids: readonly number[]): Work<readonly number[]> {
  if (changesAllAtOnce(person, snapshot)) return ids;
  const mine: number[] = [];
  for (const id of ids) {
    if (mayEdit(person, snapshot, id, 'runbibeditmulti')) mine.push(id);
    yield;
  }
  return mine;
}
