import { withoutIsbd } from '../marc/isbd.ts';
import type { Field, MarcRecord } from '../marc/record.ts';
import { subfield, subfields } from './fields.ts';
import { inSentences, nameKind, nameOf } from './names.ts';

/** Another work that the record names. */
export interface RelatedWork {
  readonly relation: Relation;
  /** In the catalogue's own words ($i), without its colon. */
  readonly label: string | undefined;
  /** With its author: "Dickins, Carl. Tale of three ponds". */
  readonly text: string;
  /** The title alone, to look for; undefined when there is none. */
  readonly title: string | undefined;
}

export type Relation =
  | 'contains'
  | 'related'
  | 'translation-of'
  | 'translated-as'
  | 'supplement'
  | 'supplement-to'
  | 'other-edition'
  | 'other-form'
  | 'issued-with'
  | 'continues'
  | 'continued-by'
  | 'series';

/** Linking entries of MARC 21; 773 is the host item and 776 the same in another form. */
const linking: Readonly<Record<string, Relation>> = {
  '760': 'series',
  '765': 'translation-of',
  '767': 'translated-as',
  '770': 'supplement',
  '772': 'supplement-to',
  '774': 'contains',
  '775': 'other-edition',
  '776': 'other-form',
  '777': 'issued-with',
  '780': 'continues',
  '785': 'continued-by',
  '787': 'related',
};

export function relatedWorks(record: MarcRecord): readonly RelatedWork[] {
  return record.fields.flatMap((field) => (field.value === undefined ? (relatedWork(field) ?? []) : []));
}

function relatedWork(field: Field): RelatedWork | undefined {
  // No other tags name works, and most fields of a record have one of those.
  if (!field.tag.startsWith('7')) return undefined;
  const label = subfields(field, 'i').map(withoutIsbd)[0];
  const relation = linking[field.tag];
  if (relation !== undefined) {
    const title = subfield(field, 't') ?? subfield(field, 's');
    const text = [subfield(field, 'a'), title, subfield(field, 'g')].filter((one) => one !== undefined);
    const issn = subfield(field, 'x');
    if (text.length === 0 && issn === undefined) return undefined;
    return made(relation, label, text.length === 0 ? [`ISSN ${issn}`] : text, title);
  }
  const added = /^(?:7[0-3]0|710|711)$/.test(field.tag) ? relationOfAdded(field) : undefined;
  if (added === undefined) return undefined;
  const title = [...subfields(field, field.tag === '730' ? 'anp' : 'tnp')].map(withoutIsbd).join('. ');
  const kind = nameKind(field.tag);
  return made(added, label, kind === undefined ? [title] : [nameOf(field, kind), title], title);
}

/** 700, 710, 711 with a title, and 730: contained in the work when the second indicator is 2. */
function relationOfAdded(field: Field): Relation | undefined {
  if (field.tag !== '730' && subfield(field, 't') === undefined) return undefined;
  if (field.tag === '720') return undefined;
  return field.ind2 === '2' ? 'contains' : 'related';
}

function made(
  relation: Relation,
  label: string | undefined,
  parts: readonly string[],
  title: string | undefined,
): RelatedWork {
  const text = inSentences(parts.map(withoutIsbd));
  return { relation, label, text, title: title === undefined || title === '' ? undefined : withoutIsbd(title) };
}
