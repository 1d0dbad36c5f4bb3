/**
 * Answers of SRU as text: the schemas of 1.1 and 1.2, and of 2.0 (OASIS searchRetrieve 1.0). Pure.
 */
import { xmlDeclaration } from '../../formats/export-format.ts';
import { element, escapeXml } from '../../formats/xml.ts';
import { type Diagnostic, messageOf, uriOf } from './diagnostics.ts';
import type { Packing, ScanRequest, SearchRetrieveRequest, SruRequest, SruVersion } from './request.ts';

const old = 'http://www.loc.gov/zing/srw/';
const oasis = 'http://docs.oasis-open.org/ns/search-ws/';

interface Namespaces {
  readonly response: string;
  readonly scan: string;
  readonly diagnostic: string;
  /** Schema of a record that is a diagnostic. */
  readonly surrogate: string;
}

const v1: Namespaces = {
  response: old,
  scan: old,
  diagnostic: `${old}diagnostic/`,
  surrogate: 'info:srw/schema/1/diagnostics-v1.1',
};
const v2: Namespaces = {
  response: `${oasis}sruResponse`,
  scan: `${oasis}scan`,
  diagnostic: `${oasis}diagnostic`,
  surrogate: 'info:srw/schema/1/diagnostics-v1.2',
};

function namespacesOf(version: SruVersion): Namespaces {
  return version === '2.0' ? v2 : v1;
}

function open(root: string, version: SruVersion, isScan = false): string {
  const { response, scan } = namespacesOf(version);
  const namespace = isScan ? scan : response;
  // 2.0 has no version any more.
  const told = version === '2.0' ? '' : `<version>${version}</version>\n`;
  return `${xmlDeclaration}<${root} xmlns="${namespace}">\n${told}`;
}

function diagnosticText(diagnostic: Diagnostic, version: SruVersion): string {
  return (
    `<diagnostic xmlns="${namespacesOf(version).diagnostic}">${element('uri', uriOf(diagnostic))}` +
    `${element('details', diagnostic.details)}${element('message', messageOf(diagnostic))}</diagnostic>`
  );
}

function diagnosticsText(diagnostics: readonly Diagnostic[], version: SruVersion): string {
  if (diagnostics.length === 0) return '';
  return `<diagnostics>\n${diagnostics.map((one) => `${diagnosticText(one, version)}\n`).join('')}</diagnostics>\n`;
}

export interface ShownRecord {
  /** In the list of all hits, from 1. */
  readonly position: number;
  readonly schema: string;
  /** An element, or why there is none. */
  readonly data: string | Diagnostic;
}

export function recordText(
  { position, schema, data }: ShownRecord,
  { version, packing }: Pick<SruRequest, 'version' | 'packing'>,
): string {
  const isText = typeof data === 'string';
  const xml = isText ? data : diagnosticText(data, version);
  const told = packing === 'string' ? escapeXml(xml) : xml;
  return (
    `<record>${element('recordSchema', isText ? schema : namespacesOf(version).surrogate)}${packingText(packing, version)}` +
    `<recordData>${told}</recordData><recordPosition>${position}</recordPosition></record>\n`
  );
}

function packingText(packing: Packing, version: SruVersion): string {
  return element(version === '2.0' ? 'recordXMLEscaping' : 'recordPacking', packing);
}

export interface Found {
  readonly total: number;
  /** As `recordText` writes them. */
  readonly records: readonly string[];
  /** Position of the first that is not in this answer; undefined: it has the last. */
  readonly next: number | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

export function searchText(request: SearchRetrieveRequest, { total, records, next, diagnostics }: Found): string {
  const { version } = request;
  return (
    `${open('searchRetrieveResponse', version)}<numberOfRecords>${total}</numberOfRecords>\n` +
    (records.length === 0 ? '' : `<records>\n${records.join('')}</records>\n`) +
    (next === undefined ? '' : `<nextRecordPosition>${next}</nextRecordPosition>\n`) +
    echo(request) +
    diagnosticsText(diagnostics, version) +
    (version === '2.0'
      ? '<resultCountPrecision>info:srw/vocabulary/resultCountPrecision/1/exact</resultCountPrecision>\n'
      : '') +
    '</searchRetrieveResponse>\n'
  );
}

/** What 1.1 demands of it beside is of use to nobody, so it has none. */
function echo({ version, text, first, size, packing, schema, sortKeys }: SearchRetrieveRequest): string {
  if (version === '1.1') return '';
  const isNew = version === '2.0';
  return (
    `<echoedSearchRetrieveRequest>${isNew ? '' : `<version>${version}</version>`}${element('query', text)}` +
    `<startRecord>${first}</startRecord><maximumRecords>${size}</maximumRecords>${packingText(packing, version)}` +
    `${element('recordSchema', schema.identifier)}${element('sortKeys', sortKeys)}</echoedSearchRetrieveRequest>\n`
  );
}

export interface ScannedTerm {
  readonly value: string;
  readonly count: number;
  readonly whereInList: 'first' | 'last' | 'only' | 'inner';
}

export function scanText(request: ScanRequest, terms: readonly ScannedTerm[]): string {
  const { version, text, position, size, warnings } = request;
  const one = ({ value, count, whereInList }: ScannedTerm): string =>
    `<term>${element('value', value)}<numberOfRecords>${count}</numberOfRecords>${element('displayTerm', value)}` +
    `<whereInList>${whereInList}</whereInList></term>`;
  const told = version === '2.0' ? '' : `<version>${version}</version>`;
  const asked =
    version === '1.1'
      ? ''
      : `<echoedScanRequest>${told}${element('scanClause', text)}<responsePosition>${position}</responsePosition><maximumTerms>${size}</maximumTerms></echoedScanRequest>\n`;
  return (
    open('scanResponse', version, true) +
    // Nothing between terms: YAZ 5.34 counts blanks as terms, and crashes.
    (terms.length === 0 ? '' : `<terms>${terms.map(one).join('')}</terms>\n`) +
    `${asked}${diagnosticsText(warnings, version)}</scanResponse>\n`
  );
}

export const zeerexNamespace = 'http://explain.z3950.org/dtd/2.0/';

/** `zeerex`: its element. Diagnostics stand here, too, when an operation is none. */
export function explainText(
  { version, packing = 'xml' }: { readonly version: SruVersion; readonly packing?: Packing },
  zeerex: string,
  diagnostics: readonly Diagnostic[],
): string {
  return (
    `${open('explainResponse', version)}<record>${element('recordSchema', zeerexNamespace)}${packingText(packing, version)}` +
    `<recordData>${packing === 'string' ? escapeXml(zeerex) : zeerex}</recordData></record>\n` +
    `${diagnosticsText(diagnostics, version)}</explainResponse>\n`
  );
}

/** A request that could not be answered, in its own version. */
export function refusedText(
  { operation, version }: { readonly operation: 'searchRetrieve' | 'scan'; readonly version: SruVersion },
  diagnostics: readonly Diagnostic[],
): string {
  const isScan = operation === 'scan';
  return (
    open(isScan ? 'scanResponse' : 'searchRetrieveResponse', version, isScan) +
    (isScan ? '' : '<numberOfRecords>0</numberOfRecords>\n') +
    `${diagnosticsText(diagnostics, version)}</${isScan ? 'scanResponse' : 'searchRetrieveResponse'}>\n`
  );
}
