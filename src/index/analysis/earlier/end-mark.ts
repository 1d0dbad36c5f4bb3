/**
 * A value without the one mark of these that ends it, and without the blanks around it: cataloguing
 * rules (ISBD) end a part of a field with what separates it from the next. By character: an
 * expression that looks for "blanks, mark, end" takes the square of the number of blanks, and a
 * title with 100,000 of them took 11 s.
 */
export function withoutEndMark(value: string, marks = '/:;,='): string {
  const text = value.trimEnd();
  return text !== '' && marks.includes(text.at(-1)!) ? text.slice(0, -1).trimEnd() : text;
}
