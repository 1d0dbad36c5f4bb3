import { values } from '../../description/fields.ts';
import { type Contributor, contributors } from '../../description/names.ts';
import { type Reference, references } from '../../description/references.ts';
import { lineText } from '../../formats/mathematics.ts';
import type { Brief } from '../../index/brief.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { fragment, type Highlighter, opening } from '../ui/highlight.ts';

const fragmentLength = 240;
const openingLength = 180;

export interface Fragment {
  readonly text: string;
  /** A key below `hit.place`; undefined for the abstract. */
  readonly place: string | undefined;
}

/**
 * The fragment that the brief data gives: around the words in the beginning of the abstract, or its
 * first lines when title and authors hold all words already. `undefined`: the whole record must be
 * looked into.
 */
export function briefFragment(brief: Brief, highlighter: Highlighter): Fragment | 'none' | undefined {
  const text = lineText(brief.s);
  if (highlighter.words === 0) return text === '' ? 'none' : { text: opening(text, openingLength), place: undefined };
  const found = fragment(text, highlighter, fragmentLength);
  if (found !== undefined) return { text: found, place: undefined };
  if (highlighter.found(`${lineText(brief.t)} ${brief.a.join(' ')}`).size < highlighter.words) return undefined;
  return text === '' ? 'none' : { text: opening(text, openingLength), place: undefined };
}

/** Where words may be, in the order in which readers care. */
const places: readonly (readonly [place: Fragment['place'], texts: (record: MarcRecord) => readonly string[]])[] = [
  [undefined, (record) => values(record, '520', 'a')],
  ['keyword', (record) => [[...values(record, '653', 'a'), ...values(record, '695', 'a')].join('; ')]],
  ['subject', (record) => [['650', '651', '600', '610'].flatMap((tag) => values(record, tag, 'axyz')).join('; ')]],
  ['author', (record) => [contributors(record).map(withAffiliations).join('; ')]],
  ['note', (record) => ['246', '500', '502'].flatMap((tag) => values(record, tag, 'a'))],
  ['reference', (record) => references(record).map(referenceLine)],
  ['other', (record) => record.fields.map((field) => field.subfields.map((one) => one.value).join(' '))],
];

function withAffiliations({ name, affiliations }: Contributor): string {
  return affiliations.length === 0 ? name : `${name} (${affiliations.join('; ')})`;
}

function referenceLine({ text, journal, reportNumber }: Reference): string {
  return [text, journal, reportNumber].filter((part) => part !== undefined && part !== '').join(', ');
}

/**
 * Of a record with more fields only those are looked into that may hold a word: a paper by 3,000
 * authors took 15 ms, and there are pages full of them.
 */
const fieldsAtOnce = 200;

function likelyFields(record: MarcRecord, highlighter: Highlighter): MarcRecord {
  if (record.fields.length <= fieldsAtOnce) return record;
  const fields = record.fields.filter(({ subfields }) => subfields.some(({ value }) => highlighter.mayHold(value)));
  return { leader: record.leader, fields };
}

/** Where in the whole record the words are. */
export function recordFragment(record: MarcRecord, brief: Brief, highlighter: Highlighter): Fragment | 'none' {
  const likely = likelyFields(record, highlighter);
  for (const [place, texts] of places) {
    for (const text of texts(likely)) {
      const found = fragment(lineText(text), highlighter, fragmentLength);
      if (found !== undefined) return { text: found, place };
    }
  }
  return openingFragment(brief);
}

/** How the abstract begins. */
export function openingFragment(brief: Brief): Fragment | 'none' {
  return brief.s === '' ? 'none' : { text: opening(lineText(brief.s), openingLength), place: undefined };
}
