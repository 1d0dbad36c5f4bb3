import { fieldsWithTag } from '../marc/fields-by-tag.ts';
import { controlValue, type MarcRecord } from '../marc/record.ts';
import { oncePerRecord } from './once.ts';

/** Kinds of material, as readers name them. */
export const materials = [
  'book',
  'serial',
  'article',
  'preprint',
  'thesis',
  'report',
  'proceedings',
  'map',
  'score',
  'music',
  'speech',
  'video',
  'picture',
  'archive',
  'software',
  'object',
  'kit',
] as const;

export type Material = (typeof materials)[number];

/** What a cataloguer of the older local form says in 980. */
const kinds: readonly (readonly [RegExp, Material])[] = [
  [/THESIS/, 'thesis'],
  [/PROCEEDINGS/, 'proceedings'],
  [/BOOK/, 'book'],
  [/PREPRINT/, 'preprint'],
  [/REPORT|NOTE/, 'report'],
  [/PICTURE|PHOTO|IMAGE|POSTER/, 'picture'],
  [/VIDEO|MOVIE/, 'video'],
  [/PERIODICAL|SERIAL|JOURNAL/, 'serial'],
  [/ARTICLE|PAPER|PUBLISHED/, 'article'],
];

/** A library has some dozen kinds; what is no word of one is not kept. */
const knownKinds = new Map<string, Material | undefined>();

function materialOfKind(kind: string): Material | undefined {
  if (kind.length > 50) return undefined;
  if (knownKinds.has(kind)) return knownKinds.get(kind);
  const found = kinds.find(([pattern]) => pattern.test(kind.toUpperCase()))?.[1];
  if (knownKinds.size < 1000) knownKinds.set(kind, found);
  return found;
}

/**
 * The kind of material of a record: as 980 says, else by the fixed fields of MARC 21: leader/06
 * (type of record), /07 (bibliographic level), /08 (archival control), a dissertation by 502 or
 * 008/24-27. Undefined when nothing tells, as for the records of CERN's dialect without 980.
 */
export const materialOf = oncePerRecord(readMaterial);

function readMaterial(record: MarcRecord): Material | undefined {
  for (const { subfields } of fieldsWithTag(record, '980')) {
    for (const { code, value } of subfields) {
      const found = code === 'a' || code === 'b' ? materialOfKind(value) : undefined;
      if (found !== undefined) return found;
    }
  }
  const type = record.leader.charAt(6);
  const level = record.leader.charAt(7);
  if (fieldsWithTag(record, '502').length > 0) return 'thesis';
  if (type === 'p' || record.leader.charAt(8) === 'a') return 'archive';
  return byType[type] ?? (type === 'a' || type === 't' ? ofText(record, level) : undefined);
}

const byType: Readonly<Record<string, Material>> = {
  c: 'score',
  d: 'score',
  e: 'map',
  f: 'map',
  g: 'video',
  i: 'speech',
  j: 'music',
  k: 'picture',
  m: 'software',
  o: 'kit',
  r: 'object',
};

/** Language material: type a, and t for manuscripts. */
function ofText(record: MarcRecord, level: string): Material | undefined {
  if (level === 'a' || level === 'b') return 'article';
  if (level === 's' || level === 'i') return 'serial';
  if (level !== 'm' && level !== 'c' && level !== 'd') return undefined;
  // Nature of contents: m is a thesis, t a technical report; /29: a conference publication.
  const fixed = controlValue(record, '008') ?? '';
  const contents = fixed.slice(24, 28);
  if (contents.includes('m')) return 'thesis';
  if (contents.includes('t')) return 'report';
  if (fixed.charAt(29) === '1') return 'proceedings';
  if (level === 'm' && fieldsWithTag(record, '773').some(({ ind1 }) => ind1 === '0') && !hasExtent(record)) {
    return 'article';
  }
  return 'book';
}

function hasExtent(record: MarcRecord): boolean {
  return fieldsWithTag(record, '300').length > 0;
}
