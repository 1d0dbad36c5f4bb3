import { UserError } from '../errors/errors.ts';
import { bibtexFormat } from './bibtex.ts';
import { citationFormats } from './citation.ts';
import { cslJsonFormat } from './csl-json.ts';
import { csvFormat } from './csv.ts';
import { dataCiteFormat } from './datacite.ts';
import { dublinCoreFormat } from './dublin-core.ts';
import { endNoteTaggedFormat, endNoteXmlFormat } from './endnote.ts';
import { formatErrors } from './errors.ts';
import type { ExportFormat } from './export-format.ts';
import { jatsFormat } from './jats.ts';
import { jsonFormat } from './json-record.ts';
import { fieldValuesFormat, marcJsonFormat, marcXmlFormat, textMarcFormat } from './marc-formats.ts';
import { modsFormat } from './mods.ts';
import { recjsonFormat } from './recjson.ts';
import { refWorksFormat } from './refworks.ts';
import { risFormat } from './ris.ts';
import { rssFormat } from './rss.ts';

/** THE table: each format is declared in its own file and listed here, in the order of the menus. */
export const exportFormats: readonly ExportFormat[] = [
  bibtexFormat,
  risFormat,
  endNoteXmlFormat,
  endNoteTaggedFormat,
  cslJsonFormat,
  refWorksFormat,
  marcXmlFormat,
  textMarcFormat,
  marcJsonFormat,
  modsFormat,
  dublinCoreFormat,
  dataCiteFormat,
  jatsFormat,
  jsonFormat,
  recjsonFormat,
  csvFormat,
  ...citationFormats,
  rssFormat,
];

/** Formats that are pages: the web room draws them. */
export const pageFormats = ['hb', 'hd', 'hm', 'hcs', 'hcs2'] as const;

/** Only the numbers of the hits, as a JSON list: it needs no records. */
export const idFormat = { code: 'id', contentType: 'application/json; charset=utf-8' } as const;

const byName: ReadonlyMap<string, ExportFormat> = new Map(
  exportFormats.flatMap((format) => [format.code, ...format.aliases].map((name) => [name, format] as const)),
);

/** By code or other name, in any case, or the six characters of a MARC path, as 245__a. Undefined: it is a page format or none. */
export function exportFormat(name: string): ExportFormat | undefined {
  return byName.get(name.toLowerCase()) ?? fieldValuesFormat(name);
}

/** The same for a name that must be one. Throws a UserError that lists them. */
export function requireExportFormat(name: string): ExportFormat {
  const format = exportFormat(name);
  if (format !== undefined) return format;
  const known = exportFormats.map((one) => [one.code, ...one.aliases].join(' or ')).join(', ');
  throw new UserError(formatErrors.unknownFormat, { format: name, known });
}
