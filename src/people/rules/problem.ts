import { fill } from '../../errors/errors.ts';
import type { GrantProblemKind } from '../../site/actions.ts';

/** What can be wrong with a line of rules, in English. Pages say it in the reader's language, by these names. */
const ruleProblems = {
  too_long: 'Rules have {most} characters at most.',
  no_verb: 'A rule begins with allow or deny.',
  verb: "A rule begins with allow or deny, not with '{word}'.",
  no_subject: '{verb} whom? "any", or a field and its values.',
  after_any: 'Nothing can stand after "{verb} {word}".',
  no_field: 'A field must stand after "not".',
  precached: "'{word}' cannot be asked for.",
  field: "There is no field '{word}'; there are {fields}, external_....",
  no_value: 'A value must stand here, in quotes: "value".',
  no_comma: 'Between values there must be a comma.',
  no_quotes: 'Values stand in quotes, "value", or between slashes, /expression/; not {word}...',
  open: 'The {word} is never closed.',
  long_expression: 'Expressions have {most} characters at most.',
  expression: 'The expression /{word}/ cannot be read: {reason}.',
  network: "'{word}' is no network address; they are as 192.0.2.7, 192.0.2.0/24, 2001:db8::/32.",
  one_date: '"{side}" takes one date.',
  date: `'{word}' is no date; they are as "2030-06-30".`,
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
