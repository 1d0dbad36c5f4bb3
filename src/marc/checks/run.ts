import type { MarcRecord } from '../record.ts';
import type { CompiledCheck } from './compile.ts';
import type { Finding } from './rule.ts';

/** What one of some checks found; `check` is its place in the list. */
export interface Found extends Finding {
  readonly check: number;
}

/** Of one record: one that is wrong everywhere says so often enough with these. */
export const mostFindings = 100;
const rememberedTags = 4096;

/** Checks that are run together: each field meets only those that its tag can concern. */
export function checkSet(
  checks: readonly CompiledCheck[],
  most = mostFindings,
): (record: MarcRecord) => readonly Found[] {
  const byTag = new Map<string, readonly number[]>();
  const whole = checks.flatMap(({ record }, place) => (record === undefined ? [] : [place]));
  const fieldwise = checks.flatMap(({ field }, place) => (field === undefined ? [] : [place]));
  const concerned = (tag: string): readonly number[] => {
    const known = byTag.get(tag);
    if (known !== undefined) return known;
    const found = fieldwise.filter((place) => checks[place]!.tag?.(tag) ?? true);
    if (byTag.size >= rememberedTags) byTag.clear();
    byTag.set(tag, found);
    return found;
  };
  return (record) => {
    const findings: Found[] = [];
    const counts = new Map<number, number>();
    let check = 0;
    const report = (finding: Finding): void => {
      const count = (counts.get(check) ?? 0) + 1;
      counts.set(check, count);
      if (count <= most) findings.push({ ...finding, check });
    };
    for (const place of whole) {
      check = place;
      checks[place]!.record!(record, report);
    }
    const { fields } = record;
    for (let place = 0; place < fields.length; place++) {
      const field = fields[place]!;
      for (const one of concerned(field.tag)) {
        check = one;
        checks[one]!.field!(field, place, report);
      }
    }
    return findings.length < 2 ? findings : findings.sort((a, b) => a.check - b.check);
  };
}
