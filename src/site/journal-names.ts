import { ruleOf } from '../tokenizers/tokenizers.ts';
import type { Site } from './site.ts';

/**
 * Names of the knowledge bases that say which names of journals mean one: those of the fields with
 * journals.
 */
export function journalNameBases(site: Pick<Site, 'fields'>): readonly string[] {
  const rules = site.fields
    .filter(({ index }) => ruleOf(index?.tokenizer)?.ofField !== undefined)
    .flatMap(({ index }) => [index?.synonyms, index?.querySynonyms]);
  return [...new Set(rules.flatMap((rule) => (rule === undefined ? [] : [rule.base])))];
}
