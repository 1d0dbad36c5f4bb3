import { UserError } from '../errors/errors.ts';
import { compilePath, type MarcPath } from '../marc/path.ts';
import type { MarcRecord } from '../marc/record.ts';
import { onlyPaths } from '../marc/select-fields.ts';
import { toMarcJson } from '../marc/write-json.ts';
import { toMarcXml } from '../marc/write-marcxml.ts';
import { toTextMarc } from '../marc/write-text.ts';
import { bibtexEntry } from './bibtex.ts';
import { dublinCoreXml } from './dublin-core.ts';
import { formatErrors } from './errors.ts';
import type { ExportItem } from './item.ts';
import { jsonLine, jsonRecord } from './json-record.ts';

/** What a writer knows beside the records. */
export interface ExportContext {
  /** How many records the question found, of which these may be a part. */
  readonly total: number;
  /** "https://library.example": the record's page is /record/N below it. */
  readonly baseUrl: string;
  /** `ot`: only these MARC paths, or for recjson only these keys; empty is everything. */
  readonly only: readonly string[];
  /** `only` compiled, for the MARC formats. */
  readonly paths: readonly MarcPath[];
}

/** A format that a machine reads: records are written one after the other, so any number of them takes constant memory. */
export interface ExportFormat {
  /** The value of the URL argument `of`. */
  readonly code: string;
  /** Other names of it, as in /record/N/export/NAME. */
  readonly aliases: readonly string[];
  readonly name: string;
  readonly contentType: string;
  /** What a client may ask for with Accept, beside the content type. */
  readonly mediaTypes: readonly string[];
  readonly extension: string;
  /** Are its `ot` values MARC paths (true) or keys of its own (false)? */
  readonly marcPaths: boolean;
  readonly head: (context: ExportContext) => string;
  readonly item: (item: ExportItem, context: ExportContext) => string;
  readonly between: string;
  readonly foot: string;
}

const none = (): string => '';
const xmlHead = (context: ExportContext): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<!-- Search-Engine-Total-Number-Of-Results: ${context.total} -->\n`;

export function recordAddress(baseUrl: string, id: number): string {
  return `${baseUrl}/record/${id}`;
}

export const exportFormats: readonly ExportFormat[] = [
  {
    code: 'xm',
    aliases: ['marcxml', 'xoaimarc'],
    name: 'MARCXML',
    contentType: 'application/marcxml+xml; charset=utf-8',
    mediaTypes: ['application/marcxml+xml', 'text/xml', 'application/xml'],
    extension: 'xml',
    marcPaths: true,
    head: (context) => `${xmlHead(context)}<collection xmlns="http://www.loc.gov/MARC21/slim">\n`,
    item: (item, context) => toMarcXml(selected(item, context), { indent: 0 }),
    between: '',
    foot: '\n</collection>\n',
  },
  {
    code: 'tm',
    aliases: ['marc'],
    name: 'MARC as text',
    contentType: 'text/plain; charset=utf-8',
    mediaTypes: ['text/plain'],
    extension: 'txt',
    marcPaths: true,
    head: none,
    item: (item, context) => toTextMarc(item.record, { id: item.id, only: context.only }),
    between: '',
    foot: '',
  },
  {
    code: 'recjson',
    aliases: ['json', 'js'],
    name: 'JSON',
    contentType: 'application/json; charset=utf-8',
    mediaTypes: ['application/json'],
    extension: 'json',
    marcPaths: false,
    head: () => '[',
    item: (item, context) => jsonLine(jsonRecord(item, recordAddress(context.baseUrl, item.id), context.only)),
    between: ',',
    foot: ']\n',
  },
  {
    code: 'mj',
    aliases: ['marcjson'],
    name: 'MARC-in-JSON',
    contentType: 'application/marc+json; charset=utf-8',
    mediaTypes: ['application/marc+json', 'application/marc-in-json'],
    extension: 'json',
    marcPaths: true,
    head: () => '[',
    item: (item, context) => toMarcJson(selected(item, context)),
    between: ',\n',
    foot: ']\n',
  },
  {
    code: 'xd',
    aliases: ['dc', 'oai_dc', 'xoaidc'],
    name: 'Dublin Core',
    contentType: 'text/xml; charset=utf-8',
    mediaTypes: ['application/oai_dc+xml', 'application/dc+xml'],
    extension: 'xml',
    marcPaths: false,
    head: (context) => `${xmlHead(context)}<collection>\n`,
    item: (item, context) => dublinCoreXml(item, recordAddress(context.baseUrl, item.id)),
    between: '',
    foot: '</collection>\n',
  },
  {
    code: 'hx',
    aliases: ['bibtex', 'tex'],
    name: 'BibTeX',
    contentType: 'application/x-bibtex; charset=utf-8',
    mediaTypes: ['application/x-bibtex', 'text/x-bibtex'],
    extension: 'bib',
    marcPaths: false,
    head: none,
    item: (item, context) => bibtexEntry(item, recordAddress(context.baseUrl, item.id)),
    between: '\n',
    foot: '',
  },
];

/** With `ot` the number stays, or nobody would know whose fields these are. */
function selected({ record }: ExportItem, { paths }: ExportContext): MarcRecord {
  return paths.length === 0 ? record : onlyPaths(record, [numberPath, ...paths]);
}

const numberPath = compilePath('001');

/** Formats that are pages: the web room draws them. */
export const pageFormats = ['hb', 'hd', 'hm', 'hcs', 'hcs2'] as const;

/** Only the numbers of the hits, as a JSON list: it needs no records. */
export const idFormat = { code: 'id', contentType: 'application/json; charset=utf-8' } as const;

const byName: ReadonlyMap<string, ExportFormat> = new Map(
  exportFormats.flatMap((format) => [format.code, ...format.aliases].map((name) => [name, format] as const)),
);

/** By code or other name, in any case. Undefined: it is a page format or none. */
export function exportFormat(name: string): ExportFormat | undefined {
  return byName.get(name.toLowerCase());
}

/** The same for a name that must be one. Throws a UserError that lists them. */
export function requireExportFormat(name: string): ExportFormat {
  const format = exportFormat(name);
  if (format !== undefined) return format;
  const known = exportFormats.map((one) => [one.code, ...one.aliases].join(' or ')).join(', ');
  throw new UserError(formatErrors.unknownFormat, { format: name, known });
}
