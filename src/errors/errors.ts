/**
 * Two kinds of failure. A `UserError` is somebody's mistake or a state of the world: it has a
 * stable code, an HTTP status, one sentence and a hint that says what to do; it is shown without a
 * stack. Everything else that is thrown is a bug. Each room declares its own in `errors.ts` with
 * `defineErrors`; docs/errors.md lists them all and a test holds both together.
 */

export interface ErrorKind {
  /** Stable, as "REPERIO_PORT_TAKEN". */
  readonly code: string;
  /** HTTP status when it reaches a page or the API. */
  readonly status: number;
  /** One sentence with {placeholders}. */
  readonly message: string;
  /** What to do, with {placeholders}; it may name the command to type. */
  readonly hint: string;
}

type Values = Readonly<Record<string, string | number>>;

export class UserError extends Error {
  readonly code: string;
  readonly status: number;
  readonly hint: string;
  /** What the placeholders stand for, so that pages can say it in another language. */
  readonly values: Values;
  constructor(kind: ErrorKind, values: Values = {}, cause?: unknown) {
    super(fill(kind.message, values), cause === undefined ? undefined : { cause });
    this.name = 'UserError';
    this.code = kind.code;
    this.status = kind.status;
    this.hint = fill(kind.hint, values);
    this.values = values;
  }
}

/** Puts values in the place of {placeholders}. */
export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole));
}

const catalogue = new Map<string, ErrorKind>();

/** Declares a room's errors. Throws when a code is declared twice: that is a bug. */
export function defineErrors<const T extends Readonly<Record<string, ErrorKind>>>(kinds: T): T {
  for (const kind of Object.values(kinds)) {
    if (catalogue.has(kind.code)) throw new Error(`error code ${kind.code} is declared twice`);
    catalogue.set(kind.code, kind);
  }
  return kinds;
}

/** All errors declared by the rooms that are loaded, by code. */
export function errorCatalogue(): readonly ErrorKind[] {
  return [...catalogue.values()].sort((a, b) => (a.code < b.code ? -1 : 1));
}
