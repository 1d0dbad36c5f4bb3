import type { EditedText } from '../../marc/readers/text-edited.ts';
import type { Field } from '../../marc/record.ts';
import type { PageContext } from '../ui/page-context.ts';
import type { Finding } from './finding.ts';
import { type TagEntry, tagTable } from './tag-table.ts';

/** Characters of fixed fields of one length. */
const lengths: Readonly<Record<string, number>> = { '006': 18, '008': 40 };
/** Of a record of thousands of authors with the same oddity. */
const mostFound = 500;
/** What each library uses as it likes. */
const localCodes = '9';

/**
 * What is odd about fields by the table of MARC 21: remarks only, since a library may have its
 * reasons. Tags that begin with 9 are local; a blank indicator says nothing, so it is never odd.
 * None in a library of UNIMARC.
 */
export function tagFindings(
  { tr, site }: PageContext,
  text: string,
  { record, lines }: EditedText,
): readonly Finding[] {
  if (site.extends === 'unimarc') return [];
  const { tags } = tagTable('en');
  const written = text.replace(/^\ufeff/, '').split(/\r\n|\n|\r/);
  const met = new Set<string>();
  const found: Finding[] = [];
  for (const [place, field] of record.fields.entries()) {
    if (found.length >= mostFound) break;
    const isLocal = field.tag.startsWith('9');
    const entry = !isLocal && Object.hasOwn(tags, field.tag) ? tags[field.tag]! : undefined;
    if (entry === undefined) continue;
    const line = lines[place]!;
    const columns = columnsOf(written[line - 1] ?? '', field);
    const note = (column: number, key: string, values: Readonly<Record<string, string | number>> = {}): void =>
      void found.push({ line, column, refuses: false, says: tr.t(`edit.odd.${key}`, { tag: field.tag, ...values }) });
    // A second 001 is told by who reads the text.
    if (!entry.r && met.has(field.tag) && field.tag !== '001') note(columns.tag, 'repeated');
    met.add(field.tag);
    const length = lengths[field.tag];
    if (field.value !== undefined) {
      if (length !== undefined && field.value.length !== length)
        note(columns.tag, 'length', { length, is: field.value.length });
      continue;
    }
    for (const [at, sign] of [field.ind1, field.ind2].entries())
      if (sign !== ' ' && !allowed(entry, at).has(sign))
        note(columns.indicators + at, allowed(entry, at).size === 0 ? 'indicator_blank' : 'indicator', {
          ...{ which: at + 1, sign, may: [...allowed(entry, at)].join(' ') },
        });
    for (const [at, { code }] of field.subfields.entries())
      if (entry.s !== undefined && !Object.hasOwn(entry.s, code) && code !== localCodes)
        note(columns.subfields[at] ?? columns.tag, 'subfield', { code: `$${code}` });
  }
  return found;
}

interface Columns {
  readonly tag: number;
  readonly indicators: number;
  readonly subfields: readonly number[];
}

/** Where the parts of a field stand in its line, from 1. */
function columnsOf(line: string, { tag, subfields }: Field): Columns {
  const isMnemonic = line.startsWith('=');
  const start = Math.max(0, line.indexOf(tag)) + 1;
  const delimiter = isMnemonic ? '$' : '$$';
  let at = start;
  const places = subfields.map(({ code }) => {
    const place = line.indexOf(delimiter + code, at);
    if (place !== -1) at = place + delimiter.length + 1;
    return place === -1 ? start : place + 1;
  });
  return { tag: start, indicators: start + (isMnemonic ? 5 : 3), subfields: places };
}

const known = new WeakMap<TagEntry, readonly [ReadonlySet<string>, ReadonlySet<string>]>();

/**
 * The signs that the table names of an indicator: "0 forename, 1 surname", "Nonfiling characters,
 * 0-9".
 */
function allowed(entry: TagEntry, at: number): ReadonlySet<string> {
  let both = known.get(entry);
  if (both === undefined) {
    both = [signsIn(entry.i1), signsIn(entry.i2)];
    known.set(entry, both);
  }
  return both[at]!;
}

function signsIn(text: string | undefined): ReadonlySet<string> {
  const signs = new Set<string>();
  for (const part of (text ?? '').split(/[,;:]/)) {
    const [, from, to = from] = /^\s*(\d)(?:-(\d))?(?=\s|$)/.exec(part) ?? [];
    if (from === undefined) continue;
    for (let sign = Number(from); sign <= Number(to); sign++) signs.add(String(sign));
  }
  return signs;
}
