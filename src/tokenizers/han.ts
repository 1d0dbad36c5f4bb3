import { createRequire } from 'node:module';

/**
 * Han characters in one form: 華東 and 华东, 広島 and 廣島 are the same words. Traditional forms are
 * several for one simplified one, so all are folded to the simplified one, by the tables of OpenCC
 * and character by character.
 */
export function oneHanForm(character: string): string {
  forms ??= compileForms();
  return forms.get(character) ?? character;
}

let forms: ReadonlyMap<string, string> | undefined;

function compileForms(): ReadonlyMap<string, string> {
  const plain = read(simplified().default);
  const found = new Map(plain);
  // The forms of Japan's reform by way of what they were before.
  for (const [now, before] of read(reformed().default)) found.set(now, plain.get(before) ?? before);
  for (const [from, to] of found) found.set(from, last(to, found));
  return found;
}

/** Until a form stands for itself. */
function last(from: string, forms: ReadonlyMap<string, string>): string {
  const seen = [from];
  for (let to = forms.get(from); to !== undefined && !seen.includes(to); to = forms.get(to)) seen.push(to);
  return seen.at(-1) ?? from;
}

/** Read when the first such character comes: most libraries never need it. */
function simplified(): typeof import('opencc-js/dict/TSCharacters') {
  return createRequire(import.meta.url)('opencc-js/dict/TSCharacters');
}

function reformed(): typeof import('opencc-js/dict/JPShinjitaiCharacters') {
  return createRequire(import.meta.url)('opencc-js/dict/JPShinjitaiCharacters');
}

/** "FROM TO|FROM TO": of several forms the first is the usual one. */
function read(lines: string): Map<string, string> {
  return new Map(
    lines.split('|').map((line) => {
      const [from = '', to = from] = line.split(' ');
      return [from, to];
    }),
  );
}
