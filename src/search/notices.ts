/** Something the asker should know about the answer. Pages translate by `kind`; `noticeText` is the English sentence. */
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
  'unbalanced-quote': 'The quotation that opens at character {at} ({text}) is never closed: it was read as words.',
  'unbalanced-parenthesis': 'The parenthesis at character {at} has no partner: all parentheses were read as blanks.',
  'empty-term': 'Nothing in {text} can be searched for: it was left out.',
  'empty-field': 'Nothing stands after {text}: it was left out.',
  'operator-skipped': 'The operator {text} at character {at} has nothing to join: it was passed over.',
  'operator-as-word': 'The operator {text} at character {at} has nothing to join: it was searched for as a word.',
  'leading-not': 'At the beginning, {text} was searched for as a word. To leave records out, write {detail}.',
  'wildcard-limit': '{text} stands for too many terms: only the first {limit} were taken.',
  alternative: 'No exact match for {text}: {detail} was searched for instead.',
  'bad-pattern': 'The regular expression {text} cannot be read ({detail}): nothing was searched for it.',
  'slow-pattern': 'Looking for {text} took too long: only a part of the terms was looked at.',
  'many-patterns':
    'A question may have {limit} patterns that begin with fewer than three letters: nothing was searched for the others.',
  'wide-phrase': '{text} stands for too many words within a phrase: only a part of them was looked at.',
  'long-phrases': '{text} was not looked for: the question has more phrases of common words than can be compared.',
  'many-citations': 'A question may have {limit} conditions about citations: nothing was searched for the others.',
  'long-values': '{text} was compared with the beginning of very long values only.',
  'any-field': 'There is no field {text}: all fields were searched.',
  'unknown-field': 'There is no field {text} that you may ask: nothing was searched for it.',
  'unknown-facet': 'There is no facet {text}: what was chosen in it was left out.',
  'many-choices': '{text} values were chosen in facets: only the first {limit} were taken.',
  'unknown-collection': 'There is no collection {text}.',
  'unknown-sort': 'There is no order {text}: the newest records come first.',
  'unknown-rank': 'There is no ranking {text}: the newest records come first.',
  'bad-date': '{text} is not a date: it was left out.',
  'bad-number': '{text} is not a number or a range of numbers: nothing was searched for it.',
  'more-notices': 'There are {limit} more such remarks.',
  'no-citations': 'Citations are being counted: {text} cannot be answered yet. Try again in a minute.',
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
