/**
 * Questions that the first 2,000 records of the demo library answer, for the home page and for
 * `reperio demo` to print.
 */
export const demoTryThese: readonly { readonly query: string; readonly doc: string }[] = [
  { query: 'higgs', doc: 'a word, anywhere' },
  { query: '"dark matter"', doc: 'words side by side' },
  { query: 'author:rossi year:2000->2026', doc: 'an author, and a span of years' },
  { query: 'superconduct*', doc: 'the beginning of a word' },
  { query: 'title:"black holes" or title:"trous noirs"', doc: 'either of two titles' },
  { query: 'experiment:PEGASUS', doc: 'papers of an experiment' },
];
