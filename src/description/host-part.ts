import type { Field } from '../marc/record.ts';
import { beginningOf, subfield, subfields } from './fields.ts';

/** Which part of a host item the work is. */
export interface HostPart {
  readonly volume: string | undefined;
  readonly issue: string | undefined;
  readonly year: string | undefined;
  /** First page, page range or article number, as catalogued. */
  readonly pages: string | undefined;
}

/**
 * Of a 773 or 909C4: $v, $n, $y, $c as CERN and INSPIRE divide it, else what $g says. MARC 21 has
 * no fixed words for $g: "Vol. 12, no. 3 (2001), p. 45-50", "Bd. 12 (2001), H. 3, S. 45-50",
 * "volume:118", "118(2022), 2, Seite 1-12"; $q has "118:2<1".
 */
export function hostPart(field: Field): HostPart {
  const related = beginningOf(subfields(field, 'g').slice(0, 50).join('; '));
  const enumeration = subfield(field, 'q');
  const said =
    related === '' && enumeration === undefined ? nothing : relatedPart(related, beginningOf(enumeration ?? ''));
  return {
    volume: subfield(field, 'v') ?? said.volume,
    issue: subfield(field, 'n') ?? said.issue,
    year: subfield(field, 'y') ?? said.year,
    pages: subfield(field, 'c') ?? said.pages,
  };
}

const nothing: HostPart = { volume: undefined, issue: undefined, year: undefined, pages: undefined };

/**
 * Before a number, in the languages of catalogues: English, German, French, Spanish, Italian, ...
 */
const before = (words: string, number: string): RegExp =>
  new RegExp(`(?<![\\p{L}])(?:${words})\\.?\\s*:?\\s*(${number})`, 'iu');

const volumeWords = before(
  'volumes?|vol|v|bände?|bd|jahrgang|jg|tome|t|tomo|annata|årg|årgang|band|roč|т|том',
  '[\\p{L}\\d][\\w/.-]*?(?=[\\s,;:()]|$)',
);
const issueWords = before(
  'number|numéro|no|nr|n°|nº|n|issue|iss|heft|h|hft|fasc|fascicolo|fasz|ausg|häfte|č|№',
  '[\\d][\\w/.-]*?(?=[\\s,;:()]|$)',
);
const pageWords = before(
  'pages?|pp?|seiten?|s|pag|págs?|str|с',
  '[\\p{L}]?\\d[\\w.]*(?:\\s*[-–]\\s*[\\p{L}]?\\d[\\w.]*)?',
);
const year = /(?<!\d)((?:1[5-9]|20)\d\d)(?!\d)/;

function relatedPart(related: string, enumeration: string): HostPart {
  // 118:2<1
  const [, ofVolume, ofIssue, ofPage] = /^([^:<]*)(?::([^<]*))?(?:<(.*))?$/.exec(enumeration) ?? [];
  // "118(2022), 2, Seite 1-12": numbers without words, in this order.
  const [, bareVolume, , bareIssue] =
    /^\s*(\d[\w/-]*)\s*(\(\d{4}\)|(?=,))(?:\s*,\s*(\d[\w/-]*)(?=\s*(?:,|$)))?/.exec(related) ?? [];
  const inWords = /year\s*:\s*(\d{4})/i.exec(related)?.[1] ?? /\((\d{4})/.exec(related)?.[1];
  return {
    volume: volumeWords.exec(related)?.[1] ?? bareVolume ?? filled(ofVolume),
    issue: issueWords.exec(related)?.[1] ?? bareIssue ?? filled(ofIssue),
    year: inWords ?? year.exec(related.replace(pageWords, ''))?.[1],
    pages: pageWords.exec(related)?.[1]?.trim() ?? filled(ofPage),
  };
}

function filled(text: string | undefined): string | undefined {
  return text === undefined || text.trim() === '' ? undefined : text.trim();
}
