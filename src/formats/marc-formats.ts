import { withWholeLinks } from '../marc/own-links.ts';
import { compilePath } from '../marc/path.ts';
import type { MarcRecord } from '../marc/record.ts';
import { onlyPaths } from '../marc/select-fields.ts';
import { toMarcJson } from '../marc/writers/json.ts';
import { storedToMarcXml, toMarcXml } from '../marc/writers/marcxml.ts';
import { toTextMarc } from '../marc/writers/text.ts';
import { type ExportContext, type ExportFormat, none, xmlHead } from './export-format.ts';
import type { ExportItem } from './item.ts';

export const marcXmlFormat: ExportFormat = {
  code: 'xm',
  aliases: ['marcxml', 'xoaimarc'],
  name: 'MARCXML',
  doc: 'MARCXML: every field, in the order of the loaded record',
  group: 'catalogue',
  contentType: 'application/marcxml+xml; charset=utf-8',
  mediaTypes: ['application/marcxml+xml', 'text/xml', 'application/xml'],
  extension: 'xml',
  marcPaths: true,
  head: (context) => `${xmlHead(context)}<collection xmlns="http://www.loc.gov/MARC21/slim">\n`,
  item: (item, context) => toMarcXml(selected(item, context), { indent: 0 }),
  stored: storedToMarcXml,
  between: '',
  foot: () => '\n</collection>\n',
};

export const textMarcFormat: ExportFormat = {
  code: 'tm',
  aliases: ['marc'],
  name: 'Text MARC',
  doc: 'MARC as text, fields sorted by tag, subfields by code',
  group: 'catalogue',
  contentType: 'text/plain; charset=utf-8',
  mediaTypes: ['text/plain'],
  extension: 'txt',
  marcPaths: true,
  head: none,
  item: (item, context) =>
    toTextMarc(withWholeLinks(item.record, context.baseUrl), { id: item.id, only: context.only }),
  between: '',
  foot: none,
};

export const marcJsonFormat: ExportFormat = {
  code: 'mj',
  aliases: ['marcjson'],
  name: 'MARC-in-JSON',
  group: 'catalogue',
  contentType: 'application/marc+json; charset=utf-8',
  mediaTypes: ['application/marc+json', 'application/marc-in-json'],
  extension: 'json',
  marcPaths: true,
  head: () => '[',
  item: (item, context) => toMarcJson(selected(item, context)),
  between: ',\n',
  foot: () => ']\n',
};

/** With `ot` the number stays, or nobody would know whose fields these are. */
function selected({ record: stored }: ExportItem, { paths, baseUrl }: ExportContext): MarcRecord {
  const record = withWholeLinks(stored, baseUrl);
  return paths.length === 0 ? record : onlyPaths(record, [numberPath, ...paths]);
}

const numberPath = compilePath('001');

/**
 * `of=245__a`: the values of one subfield, one a line. Undefined: this is not six characters of a MARC path.
 */
export function fieldValuesFormat(code: string): ExportFormat | undefined {
  if (!/^\d{3}[\w ]{2}\w$/.test(code)) return undefined;
  return {
    ...textMarcFormat,
    code,
    aliases: [],
    name: code,
    item: (item, context) => toTextMarc(withWholeLinks(item.record, context.baseUrl), { only: [code] }),
  };
}
