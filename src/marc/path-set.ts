import type { MarcPath } from './path.ts';
import type { Field, MarcRecord, Subfield } from './record.ts';

/**
 * Called with the number of the path (its place in the list the set was made of), in record order,
 * then in the order of the list.
 */
export type SetVisitor = (path: number, value: string, field: Field, subfield?: Subfield) => void;

/**
 * Many paths asked of one record at a time: each field meets only the paths that its tag can fit.
 */
export interface PathSet {
  readonly paths: readonly MarcPath[];
  /** Numbers of the paths that a field with this tag can fit, ascending. */
  candidates(tag: string): readonly number[];
  forEach(record: MarcRecord, visit: SetVisitor): void;
}

/** Real libraries have some hundred tags; an input made to exhaust memory has 238,328. */
const rememberedTags = 4096;

export function compilePathSet(paths: readonly MarcPath[]): PathSet {
  const byTag = new Map<string, readonly number[]>();
  const ofLeader = numbersWhere(paths, (path) => path.text.slice(0, 3).toUpperCase() === 'LDR');

  const candidates = (tag: string): readonly number[] => {
    const known = byTag.get(tag);
    if (known !== undefined) return known;
    const found = numbersWhere(paths, (path) => path.matchesTag(tag));
    if (byTag.size >= rememberedTags) byTag.clear();
    byTag.set(tag, found);
    return found;
  };
  const forEach = (record: MarcRecord, visit: SetVisitor): void => {
    for (const number of ofLeader) paths[number]!.forEach(record, (value, field) => visit(number, value, field));
    for (const field of record.fields) {
      for (const number of candidates(field.tag)) {
        paths[number]!.forEachIn(field, (value, of, subfield) => visit(number, value, of, subfield));
      }
    }
  };
  return Object.freeze({ paths, candidates, forEach });
}

function numbersWhere(paths: readonly MarcPath[], fits: (path: MarcPath) => boolean): readonly number[] {
  const numbers: number[] = [];
  paths.forEach((path, number) => {
    if (fits(path)) numbers.push(number);
  });
  return numbers;
}
