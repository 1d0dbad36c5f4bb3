import { controlField, dataField, type Field, type MarcRecord } from '../../marc/record.ts';
import { parseSite } from '../../site/parse.ts';
import type { Site } from '../../site/site.ts';
import type { TermSink } from '../term-sink.ts';

/** Short ways to write records and sites, for the tests of this room. */

/** `field('245__', 'a', 'Title', 'b', 'Rest')`; `field('001', '7')`. */
export function field(place: string, ...parts: readonly string[]): Field {
  if (place.length === 3) return controlField(place, parts[0] ?? '');
  const subfields = [];
  for (let at = 0; at + 1 < parts.length; at += 2)
    subfields.push({ code: parts[at] ?? '', value: parts[at + 1] ?? '' });
  const [ind1 = ' ', ind2 = ' '] = place.slice(3).replaceAll('_', ' ');
  return dataField(place.slice(0, 3), ind1, ind2, subfields);
}

export function record(...fields: readonly Field[]): MarcRecord {
  return { leader: '', fields };
}

/** A site of these fields (YAML, as under "fields:") and whatever else. */
export function siteOf(fields: string, rest = ''): Site {
  const text = `site: {name: Test}\nfields:\n${fields}\ncollections: [{name: All, query: "-zz"}]\n${rest}`;
  const { site, problems } = parseSite(text);
  if (site === undefined) throw new Error(JSON.stringify(problems));
  return site;
}

export interface CollectedTerms {
  readonly sink: TermSink;
  /** "word@position" of a word space, in order; "value" of others. */
  in(space: string): readonly string[];
  readonly spaces: readonly string[];
}

export function collectTerms(): CollectedTerms {
  const spaces: string[] = [];
  const terms: string[][] = [];
  const words: string[] = [];
  return {
    spaces,
    in: (space) => terms[spaces.indexOf(space)] ?? [],
    sink: {
      space(name) {
        if (!spaces.includes(name)) terms[spaces.push(name) - 1] = [];
        return spaces.indexOf(name);
      },
      term(text) {
        if (!words.includes(text)) words.push(text);
        return words.indexOf(text);
      },
      word: (space, term, position) => terms[space]?.push(`${words[term]}@${position}`),
      value: (space, term) => terms[space]?.push(term),
    },
  };
}
