/** Shorter texts are in order at once, whatever they have. */
const shortText = 1000;
const manyMarks = /(\p{M}{30})\p{M}+/gu;

/**
 * A text that can be normalized in a time that grows with its length. Unicode puts the combining
 * marks of a letter in an order of their own, which takes the square of their number: a minute for
 * a title of a megabyte. No language has more than 30 (Unicode Standard Annex 15, 13): the others
 * are left out.
 */
export function orderable(text: string): string {
  return text.length <= shortText ? text : text.replace(manyMarks, '$1');
}
