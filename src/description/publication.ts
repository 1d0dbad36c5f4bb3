import { withoutIsbd, withoutMark } from '../marc/isbd.ts';
import type { Field, MarcRecord } from '../marc/record.ts';
import { dataFields, firstValue, subfield } from './fields.ts';
import { type HostPart, hostPart } from './host-part.ts';

export interface Publication extends HostPart {
  readonly journal: string;
}

/**
 * Where it was published: 773 (MARC 21 host item, $p abbreviated or $t in full) or 909C4 (the older
 * local form).
 */
export function publications(record: MarcRecord): readonly Publication[] {
  const fields = [...dataFields(record, '773'), ...dataFields(record, '909', 'C4')];
  // Union catalogues give volume and pages in a 773 of their own, without a title.
  const bare = fields.find((field) => field.tag === '773' && publicationOf(field) === undefined);
  const missing = bare === undefined ? undefined : hostPart(bare);
  const list = fields
    .map((field) => {
      const one = publicationOf(field);
      return one === undefined || missing === undefined || field.tag !== '773' ? one : completed(one, missing);
    })
    .filter((one) => one !== undefined);
  return [...new Map(list.map((one) => [publicationLine(one), one])).values()];
}

/** Of one 773 or 909C4; undefined when it names no host item. */
export function publicationOf(field: Field): Publication | undefined {
  const inFull = subfield(field, 't') ?? subfield(field, 's');
  // An abbreviation keeps its full stop.
  const abbreviated = subfield(field, 'p');
  if (abbreviated === undefined && inFull === undefined) return undefined;
  return { journal: abbreviated === undefined ? withoutIsbd(inFull!) : withoutMark(abbreviated), ...hostPart(field) };
}

function completed(one: Publication, { volume, issue, year, pages }: HostPart): Publication {
  return {
    journal: one.journal,
    volume: one.volume ?? volume,
    issue: one.issue ?? issue,
    year: one.year ?? year,
    pages: one.pages ?? pages,
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
  readonly year: string | undefined;
}

/**
 * 502 as MARC 21 divides it ($b degree, $c institution, $d year) or as one line: "Ph.D. : Univ.
 * Central Florida : 1999", "Thesis (Ph. D.)--University of Ponds, 1987."
 */
export function thesisNote(record: MarcRecord): ThesisNote | undefined {
  const field = dataFields(record, '502')[0];
  return field === undefined ? undefined : thesisOf(field);
}

/** Of one 502. */
export function thesisOf(field: Field): ThesisNote {
  const line = thesisLine(subfield(field, 'a') ?? '');
  const part = (code: string): string | undefined => {
    const value = subfield(field, code);
    return value === undefined ? undefined : withoutIsbd(value);
  };
  return {
    degree: part('b') ?? line.degree,
    institution: part('c') ?? line.institution,
    year: part('d') ?? line.year,
  };
}

function thesisLine(text: string): ThesisNote {
  const year = /(?<!\d)((?:1[5-9]|20)\d\d)(?!\d)/.exec(text)?.[1];
  const colons = text.split(/(?<=\s):(?=\s)/, 3).map((part) => part.trim());
  if (colons.length > 1) return { degree: colons[0], institution: colons[1], year };
  const dashes = /--|—/.exec(text);
  if (dashes === null) return { degree: text === '' ? undefined : withoutIsbd(text), institution: undefined, year };
  const before = text.slice(0, dashes.index).trimEnd();
  const after = text.slice(dashes.index + dashes[0].length).trimStart();
  // As far as brackets end: each of many that do not would be followed to the end.
  const degree = /\(([^)]+)\)/.exec(before.slice(0, before.lastIndexOf(')') + 1))?.[1] ?? before;
  const institution = withoutIsbd(after.replace(/,?\s{0,9}\[?(?:1[5-9]|20)\d\d\]?\.?$/, ''));
  return { degree: withoutIsbd(degree), institution: institution === '' ? undefined : institution, year };
}

/** "Ph.D., University of Ponds, 1987": what a page, a hit and a citation say of a thesis. */
export function thesisText({ degree, institution, year }: ThesisNote): string {
  return [degree, institution, year].filter((part) => part !== undefined && part !== '').join(', ');
}
