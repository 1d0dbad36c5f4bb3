/**
 * What the text of `of` asks for, as far as one need not know how formats are written: a question
 * is read without loading any.
 */

/**
 * A format that is a page for readers: the web room draws it, and the translations name it under
 * `format.CODE`.
 */
export interface PageFormat {
  readonly code: string;
  /**
   * What it shows of the hits: a line each, a thumbnail each, what each says, its MARC, or how
   * often they are cited.
   */
  readonly draws: 'brief' | 'gallery' | 'detailed' | 'marc' | 'citations';
  /** Of the citations: are those counted as well that are not by the authors themselves? */
  readonly withoutSelf: boolean;
}

/** Pages, in the order of the menus; the first is what is shown when nothing else is asked for. */
export const pageFormats: readonly [PageFormat, ...PageFormat[]] = [
  { code: 'hb', draws: 'brief', withoutSelf: false },
  { code: 'hp', draws: 'gallery', withoutSelf: false },
  { code: 'hd', draws: 'detailed', withoutSelf: false },
  { code: 'hm', draws: 'marc', withoutSelf: false },
  { code: 'hcs', draws: 'citations', withoutSelf: false },
  { code: 'hcs2', draws: 'citations', withoutSelf: true },
];

/**
 * Only the numbers of the hits, all of them unless fewer are asked for, as a JSON list: it needs no
 * records.
 */
export const idFormat = {
  code: 'id',
  aliases: ['intbitset'],
  contentType: 'application/json; charset=utf-8',
} as const;

/** How a collection may have its hits drawn, by the word of the site file. */
export const views = { list: 'hb', gallery: 'hp' } as const;

/** Is the answer all hits unless fewer are asked for? */
export function isIdFormat(of: string): boolean {
  return of === idFormat.code || idFormat.aliases.some((alias) => alias === of);
}
