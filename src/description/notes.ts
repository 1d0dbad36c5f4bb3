import type { MarcRecord } from '../marc/record.ts';
import { dataFields, distinct, subfield, subfields, values } from './fields.ts';

/** Notes of one kind, as a reader looks for them. */
export interface NoteGroup {
  readonly kind: NoteKind;
  readonly texts: readonly string[];
}

/** By tag, in the order in which a page shows them. */
const tags = {
  contents: '505',
  bibliography: '504',
  general: '500 501 503 515 518 550 580 585',
  language: '546',
  translation: '534 533',
  performers: '508 511',
  system: '538 516 753',
  access: '506 355 357',
  source: '541 561 562',
  awards: '586',
  audience: '521',
  scale: '255 507',
  issues: '362',
  history: '545',
  arrangement: '351',
} as const satisfies Readonly<Record<string, string>>;

export type NoteKind = keyof typeof tags;

export const noteKinds = Object.keys(tags) as readonly NoteKind[];

/** Private by their first indicator: 541 and 561 "0". */
const maybePrivate = new Set(['541', '561']);

const lists = noteKinds.map((kind) => ({ kind, list: tags[kind].split(' ') }));
const noteTags: ReadonlySet<string> = new Set(lists.flatMap(({ list }) => list));

export function noteGroups(record: MarcRecord): readonly NoteGroup[] {
  const there = new Set<string>();
  for (const { tag } of record.fields) if (noteTags.has(tag)) there.add(tag);
  // Most records have none, or one.
  if (there.size === 0) return [];
  return lists.flatMap(({ kind, list }) => {
    const texts = distinct(list.filter((tag) => there.has(tag)).flatMap((tag) => notesOf(record, tag)));
    return texts.length === 0 ? [] : [{ kind, texts }];
  });
}

function notesOf(record: MarcRecord, tag: string): readonly string[] {
  if (tag === '505') return contentsOf(record);
  return dataFields(record, tag)
    .filter((field) => !(maybePrivate.has(tag) && field.ind1 === '0'))
    .map((field) =>
      [subfield(field, '3'), subfields(field, 'abcdefgnpt').join(' ')].filter((one) => one !== undefined).join(': '),
    )
    .filter((text) => text !== '');
}

/** The contents of a volume, a line for each part of it: "Marsh -- Pond -- Lake". */
function contentsOf(record: MarcRecord): readonly string[] {
  return values(record, '505', 'agrt').length === 0
    ? []
    : dataFields(record, '505').flatMap((field) =>
        subfields(field, 'agrtu')
          .join(' ')
          .split(/(?<=\s)--(?=\s|$)|(?<=\.)--/)
          .map((line) => line.trim())
          .filter((line) => line !== ''),
      );
}

/** All of them in one list, for formats that have no kinds. */
export function noteTexts(groups: readonly NoteGroup[]): readonly string[] {
  return groups.flatMap(({ texts }) => texts);
}
