import type { Field } from '../record.ts';
import { type CompiledPattern, compilePattern, type Pattern } from './pattern.ts';

/** What a field must be like. Without a code any of its values counts. */
export type Condition =
  | { readonly kind: 'value'; readonly code: string | undefined; readonly pattern: Pattern }
  | { readonly kind: 'missing'; readonly code: string }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition };

/** Throws as `compilePattern` does. */
export function compileCondition(condition: Condition): (field: Field) => boolean {
  switch (condition.kind) {
    case 'value': {
      const pattern = compilePattern(condition.pattern);
      return (field) => hasValue(field, condition.code, pattern);
    }
    case 'missing':
      return ({ subfields }) => !subfields.some(({ code }) => code === condition.code);
    case 'and': {
      const all = condition.of.map(compileCondition);
      return (field) => all.every((one) => one(field));
    }
    case 'or': {
      const all = condition.of.map(compileCondition);
      return (field) => all.some((one) => one(field));
    }
    case 'not': {
      const one = compileCondition(condition.of);
      return (field) => !one(field);
    }
  }
}

function hasValue({ value, subfields }: Field, wanted: string | undefined, pattern: CompiledPattern): boolean {
  if (value !== undefined) return wanted === undefined && pattern.test(value);
  return subfields.some(({ code, value: text }) => (wanted === undefined || code === wanted) && pattern.test(text));
}
