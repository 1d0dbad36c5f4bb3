import { indexedParts } from './digest.ts';
import type { Site } from './site.ts';

type Parts = ReturnType<typeof indexedParts>;
type Coded = readonly (readonly [code: string, ...unknown[]])[];

/** Why records that were indexed by one site file are indexed again for another: what differs. */
export function indexingReasons(before: Site, after: Site): readonly string[] {
  const [was, is] = [indexedParts(before), indexedParts(after)];
  return [
    ...codedReasons('field', was.fields, is.fields),
    ...codedReasons('sort', was.sorts, is.sorts),
    ...codedReasons('facet', was.facets, is.facets),
    ...otherReasons(was, is),
  ];
}

function otherReasons(was: Parts, is: Parts): readonly string[] {
  const differs = (one: unknown, other: unknown): boolean => JSON.stringify(one) !== JSON.stringify(other);
  return [
    ...(differs(was.articles, is.articles)
      ? [`a sort drops leading articles, and its languages were ${listed(was.articles)} and are ${listed(is.articles)}`]
      : []),
    ...(differs(was.hidden, is.hidden) ? ['the hidden paths change'] : []),
    ...(differs(was.naming, is.naming) ? ['the paths of owners or viewers change'] : []),
    ...(differs(was.journals, is.journals) ? ['the names of journals change'] : []),
    ...(was.analysisVersion === is.analysisVersion ? [] : ['records are analysed in another way']),
  ];
}

function codedReasons(what: string, was: Coded, is: Coded): readonly string[] {
  const [old, now] = [new Map(was.map((one) => [one[0], one])), new Map(is.map((one) => [one[0], one]))];
  const reason = (codes: readonly string[], verbs: readonly [one: string, many: string]): readonly string[] => {
    if (codes.length === 0) return [];
    const [noun, verb] = codes.length === 1 ? [what, verbs[0]] : [`${what}s`, verbs[1]];
    return [`the ${noun} ${listed(codes)} ${verb}`];
  };
  const kept = [...now.keys()].filter((code) => old.has(code));
  const changed = kept.filter((code) => JSON.stringify(old.get(code)) !== JSON.stringify(now.get(code)));
  const moved = kept.join() !== [...old.keys()].filter((code) => now.has(code)).join();
  return [
    ...reason(
      [...now.keys()].filter((code) => !old.has(code)),
      ['comes', 'come'],
    ),
    ...reason(
      [...old.keys()].filter((code) => !now.has(code)),
      ['goes', 'go'],
    ),
    ...reason(changed, ['is read in another way', 'are read in another way']),
    ...(moved ? [`the ${what}s stand in another order`] : []),
  ];
}

const mostListed = 6;

function listed(words: readonly string[]): string {
  if (words.length === 0) return 'none';
  const more = words.length > mostListed ? ` and ${words.length - mostListed} more` : '';
  return `${words.slice(0, mostListed).join(', ')}${more}`;
}
