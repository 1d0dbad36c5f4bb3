import sql, { type Sql } from 'sql-template-tag';
import { foldValue } from '../tokenizers/fold.ts';
import { foldedLength, type KnowledgeEntry } from './base.ts';

/** As scripts of Invenio say it: anywhere in it, at its beginning, all of it. */
export const searchTypes = ['s', 'sw', 'e'] as const;
export type SearchType = (typeof searchTypes)[number];

export interface EntryWish {
  /** Empty: any. Case and accents do not count. */
  readonly key?: string;
  readonly value?: string;
  /** In the key or in the value. */
  readonly either?: string;
  readonly type: SearchType;
}

/** Those entries that fit all that is wished. */
export function matching<T extends KnowledgeEntry>(entries: readonly T[], wish: EntryWish): readonly T[] {
  const { key = '', value = '', either = '', type } = wish;
  if (key === '' && value === '' && either === '') return entries;
  const [inKey, inValue, inEither] = [key, value, either].map((text) => textTest(text, type));
  return entries.filter(
    (entry) => inKey!(entry.key) && inValue!(entry.value) && (inEither!(entry.key) || inEither!(entry.value)),
  );
}

/** Does a text fit? An empty wish fits all. */
export function textTest(wanted: string, type: SearchType): (text: string) => boolean {
  if (wanted === '') return () => true;
  const folded = foldValue(wanted);
  switch (type) {
    case 'e':
      return (text) => foldValue(text) === folded;
    case 'sw':
      return (text) => foldValue(text).startsWith(folded);
    case 's':
      return (text) => foldValue(text).includes(folded);
  }
}

/** The same as a condition on rows of knowledge_entry. */
export function entryCondition({ key = '', value = '', either = '', type }: EntryWish): Sql {
  return sql`(${key} = '' OR folded LIKE ${pattern(key, type)})
    AND (${value} = '' OR folded_value LIKE ${pattern(value, type)})
    AND (${either} = '' OR folded LIKE ${pattern(either, type)} OR folded_value LIKE ${pattern(either, type)})`;
}

function pattern(wanted: string, type: SearchType): string {
  const text = foldValue(wanted)
    .slice(0, foldedLength)
    .toWellFormed()
    .replace(/[\\%_]/g, '\\$&');
  return type === 'e' ? text : type === 'sw' ? `${text}%` : `%${text}%`;
}
