import type { FieldNames } from '../query/lexer.ts';
import { plainSigns } from '../query/plain-signs.ts';

export interface WithoutColons {
  readonly text: string;
  /** What was taken for fields: "Language:". */
  readonly names: readonly string[];
}

/**
 * A text with colons that name fields as blanks: in "Language: its nature" the word is the
 * beginning of a title. A blank after the colon is a strong sign of one; colons without it count
 * only with `all`. Undefined when there are none. Quotations stay what they are.
 */
export function withoutColons(written: string, fieldNames: FieldNames, all: boolean): WithoutColons | undefined {
  const names: string[] = [];
  const pieces = /("[^"]*"|(?<=[\s:(]|^)(?:'[^']*'|\/[^/]*\/))|((?<=[\s(]|^)[\p{L}\p{N}_]+):(?=(\s?))/gu;
  const text = plainSigns(written).replace(pieces, (piece, quoted?: string, name?: string, blank?: string) => {
    if (quoted !== undefined || name === undefined || fieldNames(name) === undefined) return piece;
    if (blank === '' && !all) return piece;
    names.push(piece);
    return blank === '' ? `${name} ` : name;
  });
  return names.length === 0 ? undefined : { text, names };
}
