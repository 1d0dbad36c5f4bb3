import { lineText } from '../../formats/mathematics.ts';
import { references } from '../../formats/work/references.ts';
import { describeWork } from '../../formats/work/work.ts';
import type { Brief } from '../../index/brief.ts';
import type { MarcRecord } from '../../marc/record.ts';
import { fragment, type Highlighter, opening } from '../highlight.ts';

const fragmentLength = 240;
const openingLength = 180;

export interface Fragment {
  readonly text: string;
  /** A key below `hit.place`; undefined for the abstract. */
  readonly place: string | undefined;
}

/**
 * The fragment that the brief data gives: around the words in the beginning of the abstract, or its first lines when title and authors hold
 * all words already. `undefined`: the whole record must be looked into.
 */
export function briefFragment(brief: Brief, highlighter: Highlighter): Fragment | 'none' | undefined {
  const text = lineText(brief.s);
  if (highlighter.words === 0) return text === '' ? 'none' : { text: opening(text, openingLength), place: undefined };
  const found = fragment(text, highlighter, fragmentLength);
  if (found !== undefined) return { text: found, place: undefined };
  if (highlighter.found(`${lineText(brief.t)} ${brief.a.join(' ')}`).size < highlighter.words) return undefined;
  return text === '' ? 'none' : { text: opening(text, openingLength), place: undefined };
}

/** Where in the whole record the words are: the abstract first, then what readers look at, then any other field. */
export function recordFragment(record: MarcRecord, brief: Brief, highlighter: Highlighter): Fragment | 'none' {
  const work = describeWork(record);
  const places: readonly (readonly [place: string | undefined, texts: () => readonly string[]])[] = [
    [undefined, () => work.abstracts],
    ['keyword', () => [work.keywords.join('; ')]],
    ['subject', () => [work.subjects.join('; ')]],
    [
      'author',
      () => [
        work.contributors
          .map((one) => (one.affiliations.length === 0 ? one.name : `${one.name} (${one.affiliations.join('; ')})`))
          .join('; '),
      ],
    ],
    ['note', () => [...work.notes, ...work.otherTitles]],
    [
      'reference',
      () =>
        references(record).map((one) =>
          [one.text, one.journal, one.reportNumber].filter((part) => part !== undefined && part !== '').join(', '),
        ),
    ],
    [
      'other',
      () =>
        record.fields
          .filter((field) => field.tag !== '999')
          .map((field) => field.subfields.map((one) => one.value).join(' ')),
    ],
  ];
  for (const [place, texts] of places) {
    for (const text of texts()) {
      const found = fragment(lineText(text), highlighter, fragmentLength);
      if (found !== undefined) return { text: found, place };
    }
  }
  return brief.s === '' ? 'none' : { text: opening(lineText(brief.s), openingLength), place: undefined };
}
