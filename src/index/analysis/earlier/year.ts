import { compilePath, type MarcPath } from '../../../marc/path.ts';
import type { MarcRecord } from '../../../marc/record.ts';
import { yearsOf } from './years.ts';

/** Where standard MARC 21, and CERN's dialect of it, say when a work appeared, best first. */
const yearPaths: readonly MarcPath[] = [
  ...['909C0y', '260%%c', '264%%c', '269%%c', '773%%y', '909C4y', '008/07-10', '502%%d', '502%%a', '046%%k'],
].map(compilePath);

/** The year a record is dated by; 0 when it tells none. */
export function yearOf(record: MarcRecord): number {
  for (const path of yearPaths) {
    let found = 0;
    path.forEach(record, (value) => {
      if (found === 0) found = Number(yearsOf(value)[0] ?? 0);
    });
    if (found !== 0) return found;
  }
  return 0;
}
