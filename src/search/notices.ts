/**
 * Something the asker should know about the answer. Pages translate by `kind`; `noticeText` is the
 * English sentence.
 */
export interface Notice {
  readonly kind: NoticeKind;
  /** The part of the question that is meant. */
  readonly text: string;
  /** Where it stands in the question, counted in characters from 0. */
  readonly at?: number;
  /** How many: terms that were taken, notices that were left out. */
  readonly limit?: number;
  /** What was done instead, or why. */
  readonly detail?: string;
}

const sentences = {
  'unbalanced-quote':
    'The quotation mark at character {at} ({text}) is not closed: what follows was searched for as words.',
  'unbalanced-parenthesis': 'The parenthesis at character {at} has no match: all parentheses were ignored.',
  'empty-term': 'Nothing in {text} can be searched for: it was ignored.',
  'empty-field': '{text} was ignored: there is no value after it.',
  'operator-skipped': 'The operator {text} at character {at} has nothing to combine: it was ignored.',
  'lone-sign': 'The sign {text} at character {at} stands alone: it was read as punctuation.',
  'dash-skipped':
    'The dash at character {at} was read as punctuation. To exclude what follows, write {detail} with a hyphen.',
  'dash-as-minus': '{text} excludes records: the sign before the word was read as a minus sign.',
  'operator-as-word': 'The operator {text} at character {at} has nothing to combine: it was searched for as a word.',
  'leading-not': 'At the beginning of a query, {text} is searched for as a word. To exclude records, write {detail}.',
  'wildcard-limit': '{text} matches too many terms: only the first {limit} were used.',
  alternative: 'There is no exact match for {text}: {detail} was searched for instead.',
  'colon-as-sign': '{text} finds nothing as a field: the colon was read as punctuation.',
  'no-field': 'There is no field {text}: it was searched for as a word.',
  'beyond-last': 'There is no result {text}: the last page is shown.',
  'left-out-date': '{text} is not a date: it was ignored.',
  'bad-pattern':
    '{text} is not a valid regular expression ({detail}): nothing was searched for it. Put \\ before a sign that is meant literally.',
  'slow-pattern': 'Matching {text} took too long: only some of the terms were compared.',
  'many-patterns':
    'A query can have {limit} patterns that begin with fewer than three letters: nothing was searched for the others.',
  'wide-phrase': '{text} matches too many words within a phrase: only some of them were compared.',
  'long-phrases': '{text} was not searched for: the query has more phrases of common words than can be compared.',
  'many-citations': 'A query can have {limit} conditions about citations: nothing was searched for the others.',
  'long-values': '{text} was compared only with the beginning of very long values.',
  'any-field': 'There is no field {text}: all fields were searched.',
  'mistyped-field': 'There is no field {text}: it was searched for as a word. Did you mean {detail}?',
  'unknown-field': 'There is no field {text} that you may search: nothing was searched for it.',
  'unknown-facet': 'There is no facet {text}: the values chosen in it were ignored.',
  'many-choices': '{text} values were chosen in facets: only the first {limit} were used.',
  'unknown-collection': 'There is no collection {text}.',
  'unknown-sort': 'There is no sort order {text}: the newest records come first.',
  'unknown-rank': 'There is no ranking {text}: the newest records come first.',
  'bad-date': '{text} is not a date: nothing was searched for it.',
  'bad-number': '{text} is not a number or a range of numbers: nothing was searched for it.',
  'reversed-range': 'Nothing can be in the range {text}: it ends before it begins. Did you mean {detail}?',
  'more-notices': 'There are {limit} more notices.',
  'no-citations': 'Citations are being counted: {text} cannot be searched for yet. Try again in a minute.',
} as const;

export type NoticeKind = keyof typeof sentences;

const mostNotices = 20;

/** A page of remarks helps nobody. */
export function firstNotices(notices: readonly Notice[]): readonly Notice[] {
  if (notices.length <= mostNotices) return notices;
  const shown = notices.slice(0, mostNotices - 1);
  return [...shown, { kind: 'more-notices', text: '', limit: notices.length - shown.length }];
}

export function noticeText(notice: Notice): string {
  return sentences[notice.kind].replace(/\{(\w+)\}/g, (_, name: 'text' | 'at' | 'limit' | 'detail') =>
    name === 'at' ? String((notice.at ?? 0) + 1) : String(notice[name] ?? ''),
  );
}
