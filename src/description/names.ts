import { withoutIsbd } from '../marc/isbd.ts';
import type { Field, MarcRecord } from '../marc/record.ts';
import { isUnimarc } from '../marc/unimarc.ts';
import { distinct, subfield, subfields, values } from './fields.ts';
import { type Relator, rolesOf } from './roles.ts';

export interface Contributor {
  /** As catalogued, usually "Ellis, John". */
  readonly name: string;
  readonly affiliations: readonly string[];
  /** As "ed." or "supervisor"; undefined for an author. */
  readonly role: string | undefined;
  /** What the role is in MARC's list of relators, all of them. */
  readonly relators: readonly Relator[];
  readonly kind: NameKind;
  /** Of a main entry (1XX). */
  readonly isMain: boolean;
  readonly orcid: string | undefined;
}

export type NameKind = 'person' | 'corporate' | 'meeting';

const kinds: ReadonlyMap<string, NameKind> = new Map(
  [...'1678'].flatMap((block) => [
    [`${block}00`, 'person' as const],
    [`${block}10`, 'corporate' as const],
    [`${block}11`, 'meeting' as const],
  ]),
);

/** Of 100, 710, 611 and their like; undefined for other tags. */
export function nameKind(tag: string): NameKind | undefined {
  return kinds.get(tag);
}

/**
 * The name of a heading (X00, X10, X11) as one line, without its dates: "John Paul II, Pope", "Pond
 * Institute. Water Department", "Conference on ponds (3rd : 1999 : Geneva)". Pages, links, facets
 * and the index have it from here.
 */
export function nameOf(field: Field, kind: NameKind): string {
  const part = (codes: string): readonly string[] => subfields(field, codes).map(withoutIsbd);
  const own = part('a')[0];
  if (own === undefined) return '';
  if (kind === 'corporate') return inSentences([own, ...part('b')]);
  if (kind === 'meeting') {
    const units = inSentences([own, ...part('e')]);
    const when = part('ndc').map((one) => one.replace(/^\(|\)$/g, ''));
    return `${units}${when.length === 0 ? '' : ` (${when.join(' : ')})`}`;
  }
  const numbered = [own, ...part('b')].join(' ');
  return [numbered, ...part('c')].map(withoutComma).join(', ');
}

/** "Pond Institute. Water Department", "Sill, Cathryn P. About series". */
export function inSentences(parts: readonly string[]): string {
  const told: string[] = [];
  for (const part of parts) {
    if (part === '') continue;
    const last = told.at(-1);
    if (last !== undefined) told.push('.!?'.includes(last.at(-1)!) ? ' ' : '. ');
    told.push(part);
  }
  return told.join('');
}

/** Subfields of a name beside its $a, as `nameOf` reads them. */
const furtherParts: Readonly<Record<NameKind, string>> = { person: 'bc', corporate: 'b', meeting: 'endc' };

/** Does its $a say the whole name, as for most people? Then that without its mark is `nameOf`. */
export function isPlainName({ subfields }: Field, kind: NameKind): boolean {
  const further = furtherParts[kind];
  for (const { code } of subfields) if (further.includes(code)) return false;
  return true;
}

function withoutComma(text: string): string {
  return text.replace(/,$/, '');
}

/**
 * Who made the work. An added entry with a title ($t) is another work, see related.ts, and a group
 * of authors (710 $g) a collaboration.
 */
export function contributors(record: MarcRecord): readonly Contributor[] {
  const found = { person: [] as Contributor[], corporate: [] as Contributor[], meeting: [] as Contributor[] };
  // In UNIMARC 1XX is coded data.
  const hasMain = !isUnimarc(record);
  for (const field of record.fields) {
    if (!hasMain && field.tag[0] === '1') continue;
    const kind = field.tag[0] === '1' || field.tag[0] === '7' ? nameKind(field.tag) : undefined;
    if (kind === undefined || field.value !== undefined || subfield(field, 't') !== undefined) continue;
    if (kind === 'corporate' && subfield(field, 'g') !== undefined) continue;
    const one = contributor(field, kind);
    if (one.name !== '') found[kind].push(one);
  }
  const mainFirst = (list: readonly Contributor[]): readonly Contributor[] =>
    list.some(({ isMain }) => isMain)
      ? [...list.filter(({ isMain }) => isMain), ...list.filter(({ isMain }) => !isMain)]
      : list;
  return [...mainFirst(found.person), ...mainFirst(found.corporate), ...mainFirst(found.meeting)];
}

/** Of one field; none when it is an added entry with a title, or a group of authors. */
export function contributorsOf(field: Field): readonly Contributor[] {
  return contributors({ leader: '', fields: [field] });
}

function contributor(field: Field, kind: NameKind): Contributor {
  const roles = rolesOf(field, kind === 'meeting' ? 'j' : 'e');
  return {
    name: nameOf(field, kind),
    affiliations: distinct(subfields(field, kind === 'person' ? 'uv' : 'u')),
    role: roles.length === 0 ? undefined : roles.map(({ term }) => term).join(', '),
    relators: roles.flatMap(({ code }) => code ?? []),
    kind,
    isMain: field.tag[0] === '1',
    orcid: subfields(field, 'j01')
      .find((value) => /^(ORCID:|\(orcid\)|https?:\/\/orcid\.org\/)/i.test(value))
      ?.slice(-19),
  };
}

export function collaborations(record: MarcRecord): readonly string[] {
  return distinct(values(record, '710', 'g'));
}
export interface Makers {
  readonly authors: readonly Contributor[];
  readonly editors: readonly Contributor[];
  /** Translators, illustrators, supervisors, issuing bodies and others with a role of their own. */
  readonly others: readonly Contributor[];
}

const makesWork: ReadonlySet<Relator> = new Set(['aut', 'cre', 'cmp', 'art', 'pht', 'ctg', 'lyr', 'lbt', 'ive']);
const edits: ReadonlySet<Relator> = new Set(['edt', 'com']);

/**
 * Who is cited as author, and who as editor. Whoever has no role is an author, as in catalogues
 * that give none; a body beside people is one only as main entry.
 */
export function makersOf(list: readonly Contributor[]): Makers {
  const isAuthor = ({ role, relators, kind, isMain }: Contributor): boolean =>
    relators.some((one) => makesWork.has(one)) || (role === undefined && (kind === 'person' || isMain));
  const authors = list.filter(isAuthor);
  const rest = list.filter((one) => !isAuthor(one));
  const editors = rest.filter((one) => one.relators.some((relator) => edits.has(relator)));
  const others = rest.filter((one) => !editors.includes(one));
  if (authors.length > 0 || editors.length > 0) return { authors, editors, others };
  // Nobody else is there to be cited.
  const bodies = others.filter(({ role }) => role === undefined);
  return { authors: bodies, editors, others: others.filter((one) => !bodies.includes(one)) };
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
