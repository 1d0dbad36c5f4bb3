import { createRequire } from 'node:module';
import { ownCopy } from '../../tokenizers/flat.ts';
import { stemEnglish } from './stem-english.ts';

export type Stemmer = (word: string) => string;

/** Entries of one generation of one cache: about 5 MB. */
const maximumCached = 50_000;
const stemmers = new Map<string, Stemmer>();

/** The stemmer of a Snowball language for folded words; one cache a language and process. */
export function stemmerFor(language: string): Stemmer {
  const known = stemmers.get(language);
  if (known !== undefined) return known;
  const made = cached(language === 'english' ? { stem: stemEnglish } : snowball().newStemmer(language));
  stemmers.set(language, made);
  return made;
}

/** Loaded when a site wants it: 10 ms. */
function snowball(): typeof import('snowball-stemmers') {
  return createRequire(import.meta.url)('snowball-stemmers');
}

/**
 * Two generations: when the young one is full it becomes the old one, and what is still used moves
 * over. So common words stay, rare ones go, and nothing is kept of the order of use.
 */
function cached(stemmer: { stem(word: string): string }): Stemmer {
  let young = new Map<string, string>();
  let old = young;
  return (word) => {
    const last = word.charCodeAt(word.length - 1);
    // A suffix is made of letters: numbers, formulas and "(igis)" cannot have one.
    if (last < 0x61 && last !== 0x27) return word;
    let stem = young.get(word);
    if (stem !== undefined) return stem;
    stem = old.get(word) ?? stemmer.stem(word);
    const key = ownCopy(word);
    young.set(key, stem === word ? key : stem);
    if (young.size >= maximumCached) {
      old = young;
      young = new Map();
    }
    return stem;
  };
}
