/** Diagnostics of SRU, list 1 of the Library of Congress: those that this server gives. */
const texts = {
  1: 'General system error',
  2: 'System temporarily unavailable',
  4: 'Unsupported operation',
  5: 'Unsupported version',
  6: 'Unsupported parameter value',
  7: 'Mandatory parameter not supplied',
  8: 'Unsupported parameter',
  10: 'Query syntax error',
  12: 'Too many characters in query',
  15: 'Unsupported context set',
  16: 'Unsupported index',
  19: 'Unsupported relation',
  20: 'Unsupported relation modifier',
  22: 'Unsupported combination of relation and index',
  24: 'Unsupported combination of relation and term',
  27: 'Empty term unsupported',
  30: 'Too many masking characters in term',
  31: 'Anchoring character not supported',
  32: 'Anchoring character in unsupported position',
  36: 'Term in invalid format for index or relation',
  37: 'Unsupported boolean operator',
  38: 'Too many boolean operators in query',
  39: 'Proximity not supported',
  46: 'Unsupported boolean modifier',
  47: 'Cannot process query; reason unknown',
  50: 'Result sets not supported',
  59: 'Result set created with valid partial results available',
  61: 'First record position out of range',
  64: 'Record temporarily unavailable',
  65: 'Record does not exist',
  66: 'Unknown schema for retrieval',
  70: 'Record too large to send',
  71: 'Unsupported record packing',
  72: 'XPath retrieval unsupported',
  82: 'Unsupported sort sequence',
  84: 'Too many sort keys to sort',
  87: 'Unsupported schema for sort',
  88: 'Unsupported path for sort',
  91: 'Unsupported case',
  92: 'Unsupported missing value action',
  94: 'Sort spec included both in query and protocol: query prevails',
  110: 'Stylesheets not supported',
  120: 'Response position out of range',
} as const;

export type DiagnosticCode = keyof typeof texts;

export interface Diagnostic {
  readonly code: DiagnosticCode;
  /** What of the request is meant: a name, a value, a place. */
  readonly details: string;
}

export function messageOf({ code }: Diagnostic): string {
  return texts[code];
}

export function uriOf({ code }: Diagnostic): string {
  return `info:srw/diagnostic/1/${code}`;
}

/** A request that cannot be answered: thrown while it is read, and told as a diagnostic. */
export class Refused extends Error {
  readonly diagnostic: Diagnostic;
  constructor(code: DiagnosticCode, details: string) {
    super(`${texts[code]}: ${details}`);
    this.name = 'Refused';
    // As much as somebody needs to see what is meant.
    this.diagnostic = { code, details: details.slice(0, longestDetails) };
  }
}

const longestDetails = 200;
