import type { Analyzer } from '../../index/analysis/analyzer.ts';
import { isLongTermKey } from '../../index/segment/term-key.ts';
import { parseQuery } from '../query/parse.ts';
import { type Leaf, leaf } from '../query/tree.ts';
import { fieldNamesOf } from '../question.ts';

/** A term of a dictionary as a question that a person may type and that finds it. */
export interface TermQuestion {
  /** What people read. */
  readonly label: string;
  readonly text: string;
  readonly leaf: Leaf;
}

/**
 * Endings that a stem may have lost: "univers" is "universe", whereas "univers" itself would be
 * stemmed to something else.
 */
const endings = ['e', 's', 'y', 'ed', 'ing', 'ion', 'ity', 'al', 'es', 'ly', 'ies', 'er', 'ic'];

/**
 * A word of a field's word space. Undefined when nothing that one could type means just this term,
 * as for "universes", which is looked for as "univers" and stands beside it where a union joins
 * both. `readable`: a word that this term stands for, if one is known.
 */
export function wordQuestion(
  analyzer: Analyzer,
  field: string,
  term: string,
  readable?: string,
): TermQuestion | undefined {
  const code = field === '' ? analyzer.anyField : field;
  // "energi" reads better as "energy".
  const words = [readable ?? term, term.replace(/(?<=..)i$/, 'y'), term, ...endings.map((ending) => term + ending)];
  for (const word of words) {
    const groups = analyzer.queryWords(code, word);
    if (groups.length !== 1 || groups[0]!.length !== 1 || groups[0]![0] !== term || word.includes('*')) continue;
    // A word that begins with a sign of the language is read as a word after a field name.
    const texts = field === '' ? [word, `${analyzer.anyField}:${word}`] : [`${field}:${word}`];
    for (const text of texts) {
      const read = parseQuery(text, { fieldNames: fieldNamesOf(analyzer) });
      if (read.notices.length > 0 || read.query.kind !== 'word' || read.query.text !== word) continue;
      return { label: word, text, leaf: read.query };
    }
  }
  return undefined;
}

/**
 * A whole value of a field or MARC path. Of a very long one only the beginning is in the
 * dictionary. `written`: a text for which the value stands.
 */
export function valueQuestion(field: string, term: string, written?: string): TermQuestion | undefined {
  if (written !== undefined && !/["*]/.test(written)) {
    return { label: written, text: `${field}:"${written}"`, leaf: leaf({ kind: 'exact', field, text: written }) };
  }
  const isCut = isLongTermKey(term);
  const value = isCut ? term.slice(0, term.lastIndexOf('\u0001')) : term;
  if (value === '') return undefined;
  // A quotation mark cannot stand inside quotation marks: any characters may be there.
  const asked = value.replaceAll('"', '*') + (isCut ? '*' : '');
  return {
    label: isCut ? `${value}…` : value,
    text: `${field}:"${asked}"`,
    leaf: leaf({ kind: 'exact', field, text: asked }),
  };
}
