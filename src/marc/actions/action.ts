import type { Check } from '../checks/rule.ts';
import type { Condition } from './condition.ts';
import type { Pattern } from './pattern.ts';

/**
 * What is to be done to fields of many records, as plain data. Each action is done to all fields
 * that it is `on`, in the order of the list; the next one sees what the one before made.
 */
export interface Action {
  /** Tag and indicators, as the beginning of a MARC path: "700", "24510", "700%_". */
  readonly on: string;
  /** Of the field; undefined: all of them. */
  readonly where: Condition | undefined;
  readonly do: Deed;
}

export type Deed =
  /**
   * Behind the last field of its tag, unless there is an identical one; `on` says tag and
   * indicators.
   */
  | { readonly kind: 'add-field'; readonly value: string | undefined; readonly subfields: readonly Part[] }
  | { readonly kind: 'delete-field' }
  /** A field that is left without subfields goes. */
  | { readonly kind: 'delete-subfield'; readonly code: string; readonly only: Pattern | undefined }
  /** At the end of the field, unless it is there identically. */
  | { readonly kind: 'add-subfield'; readonly code: string; readonly value: string; readonly first: boolean }
  /** Another value for each subfield of this code. */
  | {
      readonly kind: 'replace-subfield';
      readonly code: string;
      readonly value: string;
      readonly only: Pattern | undefined;
    }
  | { readonly kind: 'rename-subfield'; readonly code: string; readonly to: string; readonly only: Pattern | undefined }
  /** To another tag, behind its last field; three characters keep the indicators. */
  | { readonly kind: 'move-field'; readonly to: string }
  | { readonly kind: 'copy-field'; readonly to: string }
  /** Without a code in all subfields, and in the value of a control field. */
  | { readonly kind: 'replace-text'; readonly code: string | undefined; readonly find: Pattern; readonly with: string }
  /** Two characters; "%" keeps the one that is there. */
  | { readonly kind: 'set-indicators'; readonly to: string }
  /** One subfield becomes several, where its text has the separator. */
  | { readonly kind: 'split-subfield'; readonly code: string; readonly at: string }
  /** A field for each subfield of this code; each has all others. */
  | { readonly kind: 'split-field'; readonly code: string }
  /** A whole value that a knowledge base has as a key becomes the value that it has for it. */
  | { readonly kind: 'map-by-knowledge'; readonly code: string; readonly base: string; readonly ignoreCase: boolean }
  /** Subfields of this code become one, where the first of them is. */
  | { readonly kind: 'join-subfields'; readonly code: string; readonly with: string }
  /** What a check finds is mended, where it knows how; it says itself on which fields. */
  | { readonly kind: 'fix'; readonly check: Check };

export interface Part {
  readonly code: string;
  readonly value: string;
}

export const deeds = [
  'add-field',
  'delete-field',
  'delete-subfield',
  'add-subfield',
  'replace-subfield',
  'rename-subfield',
  'move-field',
  'copy-field',
  'replace-text',
  'set-indicators',
  'split-subfield',
  'split-field',
  'join-subfields',
  'fix',
  'map-by-knowledge',
] as const satisfies readonly Deed['kind'][];

/** One thing that an action changes in a record: what is told of it, and can be left out. */
export interface Change {
  /** Its place in the list of actions. */
  readonly action: number;
  readonly tag: string;
  /** "$$uCERN", or the whole field: "700__ $$aEllis"; empty: it was not there. */
  readonly before: string;
  readonly after: string;
}

/** Equal for changes that are told together: the same action makes the same of the same. */
export function changeKey({ action, tag, before, after }: Change): string {
  return JSON.stringify([action, tag, before, after]);
}
