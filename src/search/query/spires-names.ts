import { chain, type Leaf, leaf, type Query, step } from './tree.ts';

const exactFields: Readonly<Record<string, string>> = { author: 'exactauthor', firstauthor: 'exactfirstauthor' };

/**
 * A person as SPIRES users wrote one: "ellis" is a word of the name, "ellis, j" or "j ellis" an
 * initial, "ellis, john" also those who are known by a shorter form of the first name, but not
 * "Ellis, Jane".
 */
export function spiresName(field: string, text: string): Query {
  const { last, first } = parseName(text);
  const [given, ...middle] = first;
  if (given === undefined) return leaf({ kind: 'word', field, text: text.trim() });
  const exact = exactFields[field] ?? field;
  const name = (where: string, names: string): Leaf => leaf({ kind: 'exact', field: where, text: `${last}, ${names}` });
  const open = (part: string) => (part.endsWith('*') ? part : `${part}*`);
  if (middle.length === 0 && given.replaceAll('*', '').length === 1) return name(field, open(given));
  const initials = middle.join(' ');
  const shorter = prefixes(given.replaceAll('*', '')).map((prefix) => name(exact, `${prefix} ${initials}`.trim()));
  const forms =
    middle.length > 0
      ? [name(field, [given, ...middle].map(open).join(' ')), ...shorter]
      : [
          name(field, open(given)),
          ...shorter,
          name(exact, given),
          name(exact, `${given[0] ?? ''} *`),
          name(field, `${given}, *`),
        ];
  return chain(forms.map((form) => step('or', form)));
}

/** "Last, First Middle" or "First Middle Last"; initials may be written together: "i.r." */
function parseName(text: string): { readonly last: string; readonly first: readonly string[] } {
  const comma = text.indexOf(',');
  const parts = (names: string) => names.split(/[\s.]+/).filter((part) => part !== '');
  if (comma !== -1) return { last: text.slice(0, comma).trim(), first: parts(text.slice(comma + 1)) };
  const words = text.trim().split(/\s+/);
  const last = words.pop() ?? '';
  return { last, first: parts(words.join(' ')) };
}

/** "john": j, jo, joh */
function prefixes(name: string): readonly string[] {
  return Array.from({ length: Math.max(0, name.length - 1) }, (_, index) => name.slice(0, index + 1));
}
