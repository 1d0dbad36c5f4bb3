import { fill } from '../../errors/errors.ts';
import type { GrantProblemKind } from '../../site/actions.ts';

/**
 * What can be wrong with a line of rules, in English. Pages say it in the reader's language, by
 * these names.
 */
const ruleProblems = {
  too_long: 'Rules have at most {most} characters.',
  no_verb: 'A rule begins with allow or deny.',
  verb: "A rule begins with allow or deny, not with '{word}'.",
  no_subject: '"{verb}" needs "any" or a field and its values after it.',
  after_any: 'Nothing can stand after "{verb} {word}".',
  no_field: 'A field must stand after "not".',
  precached: "'{word}' cannot be used in rules.",
  field: "There is no field '{word}'; the fields are {fields}, external_....",
  no_value: 'A value is missing here, in quotes: "value".',
  no_comma: 'A comma is missing between values.',
  no_quotes: 'Values are written in quotes, "value", or between slashes, /expression/; not {word}...',
  open: 'The {word} is not closed.',
  long_expression: 'Expressions have at most {most} characters.',
  expression: 'The expression /{word}/ cannot be read: {reason}.',
  network: "'{word}' is not a network address. Examples: 192.0.2.7, 192.0.2.0/24, 2001:db8::/32.",
  one_date: '"{side}" takes one date.',
  date: `'{word}' is not a date. Example: "2030-06-30".`,
} as const;

type Values = Readonly<Record<string, string | number>>;
type RuleProblemKind = keyof typeof ruleProblems;

/** A mistake in rules, or in what a role allows. Lines count from 1. */
export interface RuleProblem {
  readonly line: number;
  /** In English, with what was perhaps meant. */
  readonly message: string;
  readonly kind: RuleProblemKind | GrantProblemKind | 'arguments';
  readonly values: Values;
  /** What was perhaps meant. */
  readonly near: string | undefined;
}

export class RuleMistake extends Error {
  readonly kind: RuleProblemKind;
  readonly values: Values;
  readonly near: string | undefined;
  constructor(kind: RuleProblemKind, values: Values = {}, near?: string) {
    super(fill(ruleProblems[kind], values) + meant(near));
    this.kind = kind;
    this.values = values;
    this.near = near;
  }
}

/** " Did you mean 'email'?" */
export function meant(near: string | undefined): string {
  return near === undefined ? '' : ` Did you mean '${near}'?`;
}
