import type { Pattern } from '../actions/pattern.ts';
import type { Field } from '../record.ts';

/**
 * What a record must be like, as plain data. A kind looks at a record and says what it finds; what
 * it would change is a patch. No kind runs code of people, and expressions take time as the length
 * of values.
 */
export type Check =
  /** Each path has a value somewhere in the record; with `any` one of them. */
  | { readonly kind: 'mandatory'; readonly paths: readonly string[]; readonly any: boolean }
  /** YYYY, YYYY-MM or YYYY-MM-DD; with `past` none that is still to come. */
  | { readonly kind: 'date'; readonly paths: readonly string[]; readonly past: boolean }
  | { readonly kind: 'doi'; readonly paths: readonly string[] }
  /** Keys of a knowledge base, or these values. */
  | {
      readonly kind: 'enum';
      readonly paths: readonly string[];
      readonly base: string | undefined;
      readonly values: readonly string[];
    }
  /** Every value is like the pattern. */
  | { readonly kind: 'regexp'; readonly paths: readonly string[]; readonly pattern: Pattern }
  /** Where the pattern is found, this stands in its place. */
  | {
      readonly kind: 'regexp-replace';
      readonly paths: readonly string[];
      readonly pattern: Pattern;
      readonly with: string;
    }
  | {
      readonly kind: 'rename-subfield';
      readonly paths: readonly string[];
      readonly subfield: string;
      readonly to: string;
    }
  /** To another tag; its indicators stay. */
  | { readonly kind: 'rename-tag'; readonly paths: readonly string[]; readonly to: string }
  /** No blank before or behind a value. */
  | { readonly kind: 'trailing-space'; readonly paths: readonly string[] }
  /** Its form alone: nothing is asked for. */
  | { readonly kind: 'url'; readonly paths: readonly string[] }
  /** What was read in the wrong encoding. */
  | { readonly kind: 'utf8'; readonly paths: readonly string[] }
  /** Letters with their marks are one character where there is one. */
  | { readonly kind: 'nfc'; readonly paths: readonly string[] }
  /** Letters written as TeX does. */
  | { readonly kind: 'latex'; readonly paths: readonly string[] }
  /** No two identical fields; with `once` only one field of each path. */
  | { readonly kind: 'repeated'; readonly paths: readonly string[]; readonly once: boolean }
  /** Tags ascend. */
  | { readonly kind: 'order' }
  /** So many characters, and at some positions what the expressions say. */
  | {
      readonly kind: 'fixed-field';
      readonly paths: readonly string[];
      readonly length: number | undefined;
      readonly positions: readonly { readonly at: number; readonly length: number; readonly pattern: Pattern }[];
    }
  /** $0 names an authority: "(SOURCE)number", an address, or the number of a record of ours. */
  | { readonly kind: 'link'; readonly paths: readonly string[]; readonly required: boolean };

export type CheckKind = Check['kind'];

export const checkKinds = [
  'mandatory',
  'date',
  'doi',
  'enum',
  'regexp',
  'regexp-replace',
  'rename-subfield',
  'rename-tag',
  'trailing-space',
  'url',
  'utf8',
  'nfc',
  'latex',
  'repeated',
  'order',
  'fixed-field',
  'link',
] as const satisfies readonly CheckKind[];

/** Kinds that know what should stand there, for some of what they find at least. */
export const fixingKinds: ReadonlySet<CheckKind> = new Set<CheckKind>([
  'date',
  'doi',
  'regexp-replace',
  'rename-subfield',
  'rename-tag',
  'trailing-space',
  'url',
  'utf8',
  'nfc',
  'latex',
  'repeated',
  'order',
]);

/** Where a kind looks that is not told. Undefined: it has to be told. */
export const usualPaths: Readonly<Partial<Record<CheckKind, readonly string[]>>> = {
  doi: ['0247_a'],
  url: ['8564_u'],
  'trailing-space': ['%%%'],
  utf8: ['%%%'],
  nfc: ['%%%'],
  latex: ['245', '246', '520', '100', '700'],
  repeated: ['%%%'],
  link: ['100', '700', '110', '710'],
};

export const faults = [
  'missing',
  'date',
  'future',
  'doi',
  'unknown',
  'pattern',
  'replace',
  'subfield',
  'tag',
  'blanks',
  'url',
  'encoding',
  'nfc',
  'latex',
  'identical',
  'repeated',
  'order',
  'length',
  'position',
  'link-missing',
  'link-form',
  'link-dead',
] as const;
export type Fault = (typeof faults)[number];

export interface Finding {
  readonly fault: Fault;
  /**
   * "245__a", of the field where it was found; "245__" of a whole field; of what is missing, as the
   * rule says.
   */
  readonly path: string;
  /** Place in the fields of the record; -1: the leader, or no field. */
  readonly field: number;
  /** Place among the subfields of the field; -1: the field as a whole. */
  readonly subfield: number;
  /** What stands there, shortened. */
  readonly text: string;
  /** What is expected, or would stand there. */
  readonly to: string;
  readonly patch: Patch | undefined;
}

export type Patch =
  | { readonly kind: 'value'; readonly value: string }
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'remove' }
  /** All fields, in another order. */
  | { readonly kind: 'fields'; readonly fields: readonly Field[] };
