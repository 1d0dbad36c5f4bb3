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

/**
 * THE table: each format is declared in its own file and listed here, in the order of the menus.
 */
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

/**
 * A format that is a page for readers: the web room draws it, and the translations name it under
 * `format.CODE`.
 */
export interface PageFormat {
  readonly code: string;
  /**
   * What it shows of the hits: a line each, a thumbnail each, what each says, its MARC, or how
   * often they are cited.
   */
  readonly draws: 'brief' | 'gallery' | 'detailed' | 'marc' | 'citations';
  /** Of the citations: are those counted as well that are not by the authors themselves? */
  readonly withoutSelf: boolean;
}

/** Pages, in the order of the menus; the first is what is shown when nothing else is asked for. */
export const pageFormats: readonly [PageFormat, ...PageFormat[]] = [
  { code: 'hb', draws: 'brief', withoutSelf: false },
  { code: 'hp', draws: 'gallery', withoutSelf: false },
  { code: 'hd', draws: 'detailed', withoutSelf: false },
  { code: 'hm', draws: 'marc', withoutSelf: false },
  { code: 'hcs', draws: 'citations', withoutSelf: false },
  { code: 'hcs2', draws: 'citations', withoutSelf: true },
];

/**
 * Only the numbers of the hits, all of them unless fewer are asked for, as a JSON list: it needs no
 * records.
 */
export const idFormat = {
  code: 'id',
  aliases: ['intbitset'],
  contentType: 'application/json; charset=utf-8',
} as const;

/** How a collection may have its hits drawn, by the word of the site file. */
export const views = { list: 'hb', gallery: 'hp' } as const;

const byName: ReadonlyMap<string, ExportFormat> = new Map(
  exportFormats.flatMap((format) => [format.code, ...format.aliases].map((name) => [name, format] as const)),
);

/**
 * By code or other name, in any case, or the six characters of a MARC path, as 245__a. Undefined:
 * it is a page format or none.
 */
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

/**
 * What `of` asks for. An export of a name that there is not is one for programs all the same: they
 * are told in their way.
 */
export type AskedFormat =
  | { readonly kind: 'page'; readonly page: PageFormat }
  | { readonly kind: 'ids' }
  | { readonly kind: 'export'; readonly format: ExportFormat | undefined };

/**
 * Codes of pages begin with h, as in Invenio; some formats of programs do too. Digits that are no
 * MARC path of six characters ask for the usual page. As a pattern that HAProxy understands too
 * (POSIX extended, letters of either case), for one place that says it.
 */
export const programFormatPattern = `^([^h0-9]|[0-9]{3}[a-z0-9_ ]{2}[a-z0-9_]$|(${[...byName.keys()]
  .filter((name) => name.startsWith('h'))
  .toSorted()
  .join('|')})$)`;
const programFormat = new RegExp(programFormatPattern, 'i');

/**
 * Does a person read what `of` asks for? Then it is short, may be cut, and errors are pages.
 * Otherwise a program reads it, and it may be long.
 */
export function isPage(of: string): boolean {
  return !programFormat.test(of.trim());
}

export function askedFormat(of: string): AskedFormat {
  const code = of.toLowerCase();
  if (isPage(code)) return { kind: 'page', page: pageFormats.find((page) => page.code === code) ?? pageFormats[0] };
  return isIdFormat(code) ? { kind: 'ids' } : { kind: 'export', format: exportFormat(code) };
}

/** Is the answer all hits unless fewer are asked for? */
export function isIdFormat(of: string): boolean {
  return of === idFormat.code || idFormat.aliases.some((alias) => alias === of);
}
