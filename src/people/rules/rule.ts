import type { BlockList } from 'node:net';
import type { RE2JS } from 're2js';

/**
 * One line of the rules of a role. Lines are asked from the top; the first that fits decides, and
 * when none does the answer is no.
 */
export type Rule = EverybodyRule | DateRule | FieldRule;

interface RuleLine {
  readonly allow: boolean;
  /** From 1. */
  readonly line: number;
  /** As written. */
  readonly text: string;
}

/** `allow any`, `deny all`: what comes after is never reached. */
export interface EverybodyRule extends RuleLine {
  readonly kind: 'everybody';
}

/**
 * A gate: `allow until "2030-06-30"` goes on to the next line until the end of that day (UTC) and
 * denies afterwards; `deny from "..."` goes on until that day begins.
 */
export interface DateRule extends RuleLine {
  readonly kind: 'date';
  readonly side: 'from' | 'until';
  /** The moment the gate turns, in ms since 1970. */
  readonly at: number;
}

export interface FieldRule extends RuleLine {
  readonly kind: 'field';
  /** The rule fits when no value does. */
  readonly not: boolean;
  /** A name of `Facts`. */
  readonly field: string;
  readonly values: readonly RuleValue[];
}

export type RuleValue =
  /** By `identityOf`: without capitals. */
  | { readonly kind: 'text'; readonly text: string }
  /** Must fit from the first character, not to the last. */
  | { readonly kind: 'pattern'; readonly pattern: RE2JS }
  | { readonly kind: 'network'; readonly network: BlockList };

/**
 * What rules are asked about: fields of the person and of the request. A rule about a field that is
 * not there is passed over, whether it says "not" or not.
 */
export interface Facts {
  readonly now: number;
  readonly fields: Readonly<Record<string, string | readonly string[] | undefined>>;
}
