import type { Field, MarcRecord } from '../marc/record.ts';
import { dataFields, firstValue, subfield, withoutFinalStop, withoutIsbd } from './fields.ts';

export interface Publication {
  readonly journal: string;
  readonly volume: string | undefined;
  readonly issue: string | undefined;
  readonly year: string | undefined;
  /** First page, page range or article number, as catalogued. */
  readonly pages: string | undefined;
}

/**
 * Where it was published: 773 (MARC 21 host item, $p abbreviated or $t in full) or 909C4 (the older
 * local form).
 */
export function publications(record: MarcRecord): readonly Publication[] {
  const list = [...dataFields(record, '773'), ...dataFields(record, '909', 'C4')]
    .map(publication)
    .filter((one) => one !== undefined);
  return [...new Map(list.map((one) => [publicationLine(one), one])).values()];
}

function publication(field: Field): Publication | undefined {
  const inFull = subfield(field, 't');
  // An abbreviation keeps its full stop.
  const title = subfield(field, 'p') ?? (inFull === undefined ? undefined : withoutFinalStop(withoutIsbd(inFull)));
  if (title === undefined) return undefined;
  // Plain MARC 21 keeps "Vol. 12, no. 3 (2001), p. 45-50" in one subfield $g.
  const related = subfield(field, 'g') ?? '';
  const part = (pattern: RegExp): string | undefined => pattern.exec(related)?.[1];
  return {
    journal: withoutIsbd(title),
    volume: subfield(field, 'v') ?? part(/\bv(?:ol)?\.?\s*([\w-]+)/i),
    issue: subfield(field, 'n') ?? part(/\b(?:no|iss|nr)\.?\s*([\w/-]+)/i),
    year: subfield(field, 'y') ?? part(/\b((?:1\d|20)\d\d)\b/),
    pages: subfield(field, 'c') ?? part(/\bpp?\.?\s*([\w-]+)/i),
  };
}

/** "Nucl. Phys. B: 656 (2003) pp. 23-36", as much of it as there is. */
export function publicationLine(one: Publication): string {
  const volume = one.volume === undefined ? '' : ` ${one.volume}${one.issue === undefined ? '' : `, ${one.issue}`}`;
  const issue = one.volume === undefined && one.issue !== undefined ? `, ${one.issue}` : '';
  const year = one.year === undefined ? '' : ` (${one.year})`;
  const pages =
    one.pages === undefined ? '' : /^\d+\s*[-–]\s*\d+$/.test(one.pages) ? ` pp. ${one.pages}` : ` ${one.pages}`;
  return `${one.journal}${volume}${issue}${year}${pages}`;
}

export interface Imprint {
  readonly place: string | undefined;
  readonly publisher: string | undefined;
}

export function imprint(record: MarcRecord): Imprint {
  const first = (code: string): string | undefined => {
    for (const tag of ['260', '264', '269']) {
      const value = firstValue(record, tag, code);
      if (value !== undefined) return withoutIsbd(value);
    }
    return undefined;
  };
  return { place: first('a'), publisher: first('b') };
}

export interface ThesisNote {
  readonly degree: string | undefined;
  readonly institution: string | undefined;
}

/**
 * 502 as MARC 21 divides it ($b degree, $c institution) or as one line "Ph.D. : Univ. Central
 * Florida : 1999".
 */
export function thesisNote(record: MarcRecord): ThesisNote | undefined {
  const field = dataFields(record, '502')[0];
  if (field === undefined) return undefined;
  const line = (subfield(field, 'a') ?? '').split(/(?<=\s):(?=\s)/, 3).map((part) => part.trim());
  return {
    degree: subfield(field, 'b') ?? (line.length > 1 ? line[0] : undefined),
    institution: subfield(field, 'c') ?? line[1],
  };
}
