/**
 * Names of people. The fuzzy author index holds the forms in which a person may be asked for:
 * "Ellis, John R" also as "J Ellis", "Ellis, J", "Ellis, R", ... After Invenio's
 * BibIndexAuthorTokenizer.
 */

/** Words of compound surnames that are not surnames alone. */
const particles = new Set(['y', 'of', 'and', 'de']);
/** With more parts it is no person's name, and its combinations would be thousands. */
const maximumParts = 8;
const canonicalId = /\.\d+$/;
const runs = /[.\-\s]+/g;

/** "Ellis, J.-R." becomes "Ellis, J R". A canonical author id, "J.Ellis.1", stays as it is. */
export function normaliseName(name: string): string {
  return canonicalId.test(name) ? name.trim() : name.replace(runs, ' ').trim();
}

interface NameParts {
  readonly last: readonly string[];
  readonly first: readonly string[];
  readonly titles: readonly string[];
}

function splitParts(text: string): string[] {
  return text.split(/[.\s-]+/).filter((part) => part !== '');
}

/** "Last, First Middle, title" or "First Middle Last". */
export function parseName(name: string): NameParts {
  const pieces = name.split(',');
  if (pieces.length > 1) {
    const titles = pieces.slice(2, 2 + maximumParts).map((title) => title.trim());
    return { last: splitParts(pieces[0] ?? ''), first: splitParts(pieces[1] ?? ''), titles };
  }
  const words = name.trim().split(/\s+/);
  if (words.length === 1) return { last: words, first: [], titles: [] };
  return { last: splitParts(words.at(-1) ?? ''), first: splitParts(words.slice(0, -1).join(' ')), titles: [] };
}

/**
 * Each first name with each later one, whole or as initial, some left out: "a b c" -> a, a b, a c,
 * a b c, b, b c, c, ...
 */
function firstNameForms(first: readonly string[]): Set<string> {
  const forms = new Set<string>();
  for (let at = 0; at < first.length; at++) {
    const rest = first.slice(at + 1);
    for (const head of nameAndInitial(first[at] ?? '')) {
      forms.add(head);
      for (const other of rest) for (const tail of nameAndInitial(other)) forms.add(`${head} ${tail}`);
      if (rest.length > 1) forms.add(`${head} ${rest.join(' ')}`);
    }
  }
  if (first.length > 2) forms.add(first.map((name) => nameAndInitial(name).at(-1)).join(' '));
  return forms;
}

function nameAndInitial(name: string): readonly string[] {
  const initial = String.fromCodePoint(name.codePointAt(0) ?? 0x20);
  return initial === name ? [name] : [name, initial];
}

/** All forms of a name, and always the normalised name itself. */
export function nameForms(name: string): Iterable<string> {
  const { last, first, titles } = parseName(name);
  const forms = new Set([normaliseName(name)]);
  if (first.length === 0) {
    for (const part of last) forms.add(part);
    return forms;
  }
  const whole = last.join(' ');
  if (last.length === 0 || last.length > maximumParts || first.length > maximumParts) {
    const given = first.join(' ');
    return forms.add(`${whole}, ${given}`.trim()).add(`${given} ${whole}`.trim());
  }
  for (const given of firstNameForms(first)) {
    forms.add(`${whole}, ${given}`).add(`${given} ${whole}`);
    for (const title of titles) {
      if (title !== '' && !title.startsWith('('))
        forms.add(`${whole}, ${given}, ${title}`).add(`${given} ${whole}, ${title}`);
    }
    if (last.length === 1) continue;
    for (const part of last) if (!particles.has(part)) forms.add(`${part}, ${given}`).add(`${given} ${part}`);
  }
  return forms;
}
