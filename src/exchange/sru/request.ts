import { type CqlClause, type CqlQuery, parseCql } from './cql.ts';
import { type Diagnostic, Refused } from './diagnostics.ts';
import { findSchema, type SruSchema, sruSchemas } from './schemas.ts';

export const sruVersions = ['1.1', '1.2', '2.0'] as const;
export type SruVersion = (typeof sruVersions)[number];

export type SruRequest = ExplainRequest | SearchRetrieveRequest | ScanRequest;

interface Common {
  readonly version: SruVersion;
  /** Are records told as text? */
  readonly packing: Packing;
  /** Of what is not supported, while the rest is answered. */
  readonly warnings: readonly Diagnostic[];
}

export type Packing = 'xml' | 'string';

export interface ExplainRequest extends Common {
  readonly operation: 'explain';
}

export interface SearchRetrieveRequest extends Common {
  readonly operation: 'searchRetrieve';
  /** As sent. */
  readonly text: string;
  readonly cql: CqlQuery;
  /** From 1. */
  readonly first: number;
  readonly size: number;
  readonly schema: SruSchema;
  /** Of 1.1; '' is none. */
  readonly sortKeys: string;
}

export interface ScanRequest extends Common {
  readonly operation: 'scan';
  readonly text: string;
  readonly clause: CqlClause;
  /** Where among the terms that of the request stands, from 1; 0 is before them. */
  readonly position: number;
  readonly size: number;
}

/** A request that cannot be read: enough of it to answer in its own version. */
export interface RefusedRequest {
  readonly operation: SruRequest['operation'];
  readonly version: SruVersion;
  readonly refused: Diagnostic;
}

export const usualRecords = 10;
export const mostRecords = 200;
export const usualTerms = 20;
export const mostTerms = 100;
/** Characters of a query. */
export const longestQuery = 4000;

/** What it may have beside what is read here; `x-...` is anybody's. */
const ignored: ReadonlySet<string> = new Set([
  ...['version', 'operation', 'query', 'queryType', 'startRecord', 'maximumRecords', 'recordPacking'],
  ...['recordXMLEscaping', 'recordSchema', 'recordXPath', 'resultSetTTL', 'sortKeys', 'stylesheet', 'extraRequestData'],
  ...['scanClause', 'responsePosition', 'maximumTerms', 'httpAccept', 'responseType', 'renderedBy', 'ln', 'profile'],
]);

export function readSruRequest(args: URLSearchParams): SruRequest | RefusedRequest {
  const version = versionOf(args);
  const operation = operationOf(args);
  const say = (refused: Diagnostic): RefusedRequest => ({
    operation: operation ?? 'explain',
    version: version ?? (args.get('version')?.startsWith('1') ? '1.2' : '2.0'),
    refused,
  });
  // Its details are the newest version that there is.
  if (version === undefined) return say({ code: 5, details: sruVersions.at(-1)! });
  if (operation === undefined) return say({ code: 4, details: (args.get('operation') ?? '').slice(0, 100) });
  try {
    const repeated = [...ignored].find((name) => args.getAll(name).length > 1 && name !== 'ln' && name !== 'profile');
    if (repeated !== undefined) throw new Refused(6, `${repeated} is there twice`);
    const common = { version, packing: packingOf(args, version), warnings: warningsOf(args) };
    if (operation === 'explain') return { operation, ...common };
    if (operation === 'scan') return { operation, ...common, ...readScan(args) };
    return { operation, ...common, ...readSearch(args) };
  } catch (error) {
    if (error instanceof Refused) return say(error.diagnostic);
    throw error;
  }
}

/** Undefined: one that is not known. 2.0 has neither version nor operation. */
function versionOf(args: URLSearchParams): SruVersion | undefined {
  const given = args.get('version');
  if (given === null || given === '') return args.has('operation') ? '1.2' : '2.0';
  return sruVersions.find((one) => one === given);
}

function operationOf(args: URLSearchParams): SruRequest['operation'] | undefined {
  const given = args.get('operation');
  if (given !== null && given !== '')
    return (['explain', 'searchRetrieve', 'scan'] as const).find((one) => one === given);
  return args.has('query') ? 'searchRetrieve' : args.has('scanClause') ? 'scan' : 'explain';
}

function packingOf(args: URLSearchParams, version: SruVersion): Packing {
  const name = version === '2.0' && args.has('recordXMLEscaping') ? 'recordXMLEscaping' : 'recordPacking';
  const given = args.get(name) ?? '';
  if (given === 'xml' || given === 'string') return given;
  // In 2.0 it says how elements are arranged, which is the library's own way in any case.
  if (given === '' || (name === 'recordPacking' && version === '2.0' && /^(?:un)?packed$/.test(given))) return 'xml';
  throw new Refused(71, given);
}

function warningsOf(args: URLSearchParams): readonly Diagnostic[] {
  const warnings: Diagnostic[] = [];
  // Nobody's stylesheet is named in an answer: a browser would run it as ours.
  if ((args.get('stylesheet') ?? '') !== '') warnings.push({ code: 110, details: '' });
  if ((args.get('recordXPath') ?? '') !== '') warnings.push({ code: 72, details: '' });
  const unknown = [...new Set(args.keys())].filter((name) => !ignored.has(name) && !/^x-/i.test(name));
  for (const name of unknown.slice(0, 5)) warnings.push({ code: 8, details: name.slice(0, 100) });
  return warnings;
}

function required(args: URLSearchParams, name: string): string {
  const value = args.get(name) ?? '';
  if (value.trim() === '') throw new Refused(7, name);
  if (value.length > longestQuery) throw new Refused(12, String(longestQuery));
  return value;
}

function numberOf(args: URLSearchParams, name: string, usual: number, least: number): number {
  const text = (args.get(name) ?? '').trim();
  if (text === '') return usual;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : -1;
  if (value < least) throw new Refused(6, name);
  return value;
}

function readSearch(args: URLSearchParams) {
  const type = args.get('queryType') ?? '';
  if (type !== '' && type !== 'cql') throw new Refused(6, `queryType ${type}`);
  const text = required(args, 'query');
  const first = numberOf(args, 'startRecord', 1, 1);
  const size = Math.min(mostRecords, numberOf(args, 'maximumRecords', usualRecords, 0));
  const name = args.get('recordSchema') ?? '';
  const schema = name === '' ? sruSchemas[0]! : findSchema(name);
  if (schema === undefined) throw new Refused(66, name);
  return { text, cql: parseCql(text), first, size, schema, sortKeys: args.get('sortKeys') ?? '' };
}

function readScan(args: URLSearchParams) {
  const text = required(args, 'scanClause');
  const { query, sort } = parseCql(text);
  if (query.kind !== 'clause' || sort.length > 0) throw new Refused(10, 'a scan has one condition');
  const size = Math.min(mostTerms, numberOf(args, 'maximumTerms', usualTerms, 1));
  const given = (args.get('responsePosition') ?? '').trim();
  const position = given === '' ? 1 : /^\d{1,9}$/.test(given) ? Number(given) : -1;
  if (position < 0 || position > size + 1) throw new Refused(120, given);
  return { text, clause: query, position, size };
}
