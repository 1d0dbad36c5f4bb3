import type { FieldDefinition, Site } from '../../site/site.ts';
import { ruleOf } from '../../tokenizers/tokenizers.ts';

/**
 * A field of names has all their forms; one reads the names as written, which another field of the
 * same paths has.
 */
export function exactNames(site: Site, code: string): FieldDefinition | undefined {
  const paths = (field: FieldDefinition | undefined) => field?.paths.toSorted().join();
  const field = site.fields.find((one) => one.code === code);
  return site.fields.find((one) => ruleOf(one.index?.tokenizer)?.names === 'exact' && paths(one) === paths(field));
}
