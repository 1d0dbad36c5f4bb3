import type { Field, MarcRecord } from '../marc/record.ts';
import { dataFields, distinct, subfield, subfields, values, withoutFinalStop, withoutIsbd } from './fields.ts';

export interface Contributor {
  /** As catalogued, usually "Ellis, John". */
  readonly name: string;
  readonly affiliations: readonly string[];
  /** As "ed." or "supervisor"; undefined for an author. */
  readonly role: string | undefined;
  readonly kind: 'person' | 'corporate' | 'meeting';
  readonly orcid: string | undefined;
}

export function contributors(record: MarcRecord): readonly Contributor[] {
  const people = [...dataFields(record, '100'), ...dataFields(record, '700')].map((field) => named(field, 'person'));
  const bodies = [...dataFields(record, '110'), ...dataFields(record, '710')]
    .filter((field) => subfield(field, 'g') === undefined)
    .map((field) => named(field, 'corporate'));
  const meetings = [...dataFields(record, '111'), ...dataFields(record, '711')].map((field) => named(field, 'meeting'));
  return [...people, ...bodies, ...meetings].filter((one) => one.name !== '');
}

function named(field: Field, kind: Contributor['kind']): Contributor {
  const parts = kind === 'person' ? subfields(field, 'abc') : subfields(field, 'abn');
  const role = subfield(field, 'e');
  return {
    name: withoutFinalStop(withoutIsbd(parts.map(withoutIsbd).join(kind === 'person' ? ' ' : '. '))),
    affiliations: distinct(subfields(field, 'uv')),
    role: role === undefined ? undefined : withoutIsbd(role),
    kind,
    orcid: subfields(field, 'j01')
      .find((value) => /^(ORCID:|https?:\/\/orcid\.org\/)/i.test(value))
      ?.slice(-19),
  };
}

export function collaborations(record: MarcRecord): readonly string[] {
  return distinct(values(record, '710', 'g'));
}

const particles = new Set(['von', 'van', 'de', 'der', 'den', 'di', 'da', 'del', 'della', 'du', 'la', 'le', 'el', 'al']);

export interface NameParts {
  readonly family: string;
  readonly given: string;
}

/** "Ellis, John" and "John Ellis" are the same name; a particle belongs to the family name. */
export function nameParts(name: string): NameParts {
  const comma = name.indexOf(',');
  if (comma >= 0) return { family: name.slice(0, comma).trim(), given: name.slice(comma + 1).trim() };
  const words = name.trim().split(/\s+/u);
  let start = words.length - 1;
  while (start > 1 && particles.has(words[start - 1]!.toLowerCase())) start--;
  return { family: words.slice(start).join(' '), given: words.slice(0, start).join(' ') };
}

/** Given names as initials: "John R" -> "J. R.", "Jean-Pierre" -> "J.-P.", "J.R." -> "J. R.". */
export function initials(given: string): string {
  return given
    .replace(/\.(?=\S)/gu, '. ')
    .split(/\s+/u)
    .filter((word) => word !== '')
    .map((word) =>
      word
        .split('-')
        .map((part) => (/^\p{L}/u.test(part) ? `${[...part][0]}.` : part))
        .join('-'),
    )
    .join(' ');
}
