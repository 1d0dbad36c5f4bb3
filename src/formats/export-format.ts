import type { MarcPath } from '../marc/path.ts';
import type { ExportItem } from './item.ts';

/** What a writer knows beside the records. */
export interface ExportContext {
  /** How many records the question found, of which these may be a part. */
  readonly total: number;
  /** "https://library.example": the record's page is /record/N below it. */
  readonly baseUrl: string;
  /** The library's name. */
  readonly library: string;
  /** Path and query of the page with the same hits, as "/search?p=higgs". */
  readonly page: string;
  /**
   * Is this one record by its address, and not the answer to a question? Some formats then need
   * nothing around it.
   */
  readonly single: boolean;
  /** `ot`: only these MARC paths, or for JSON only these keys; empty is everything. */
  readonly only: readonly string[];
  /** `only` compiled, for formats whose `ot` are MARC paths. */
  readonly paths: readonly MarcPath[];
}

/** Who mostly wants it: menus are grouped by this. */
export type FormatGroup = 'manager' | 'catalogue' | 'data' | 'citation' | 'feed';

/**
 * A format that a machine reads: records are written one after the other, so any number of them
 * takes constant memory.
 */
export interface ExportFormat {
  /** The value of the URL argument `of`. */
  readonly code: string;
  /** Other names of it, as in /record/N/export/NAME. */
  readonly aliases: readonly string[];
  /** Its proper name. What is a word of a language stands in the texts, below `format.named`. */
  readonly name: string;
  /** What the manual says of it, where that is more than its name. */
  readonly doc?: string;
  readonly group: FormatGroup;
  readonly contentType: string;
  /** What a client may ask for with Accept, beside the content type. */
  readonly mediaTypes: readonly string[];
  readonly extension: string;
  /** Does it name the PDF files of a record (`ExportItem.pdfs`)? */
  readonly namesPdfs?: true;
  /** Is it a text that people paste somewhere? A record's page has a button then that copies it. */
  readonly pasted?: true;
  /** Are its `ot` values MARC paths (true) or keys of its own (false)? */
  readonly marcPaths: boolean;
  readonly head: (context: ExportContext) => string;
  readonly item: (item: ExportItem, context: ExportContext) => string;
  /**
   * The same as `item` for a record in its stored form (marc/stored.ts), when nothing of it is left
   * out. Exports of a whole library need no record in memory for that.
   */
  readonly stored?: (parts: readonly string[]) => string;
  readonly between: string;
  readonly foot: (context: ExportContext) => string;
}

export const none = (): string => '';

export const xmlDeclaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

/**
 * Every XML document says how many records its question found; scripts know this comment from
 * Invenio.
 */
export function xmlHead(context: ExportContext): string {
  return `${xmlDeclaration}<!-- Search-Engine-Total-Number-Of-Results: ${context.total} -->\n`;
}

export function recordAddress(baseUrl: string, id: number): string {
  return `${baseUrl}/record/${id}`;
}
