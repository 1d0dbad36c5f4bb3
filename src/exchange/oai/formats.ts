import { dataCiteFormat } from '../../formats/datacite.ts';
import { dublinCoreFormat } from '../../formats/dublin-core.ts';
import type { ExportContext, ExportFormat } from '../../formats/export-format.ts';
import { jatsFormat } from '../../formats/jats.ts';
import { marcXmlFormat } from '../../formats/marc-formats.ts';
import { modsFormat } from '../../formats/mods.ts';
import { escapeXml } from '../../formats/xml.ts';

/** A format that harvesters may ask for, as an export in an envelope. */
export interface OaiFormat {
  readonly prefix: string;
  readonly schema: string;
  readonly namespace: string;
  readonly format: ExportFormat;
  /** An element alone, without what stands around many, as an element of its namespace. */
  readonly wrap: (element: string, context: ExportContext & { readonly repository: string }) => string;
}

const instance = 'http://www.w3.org/2001/XMLSchema-instance';

/** Puts namespaces into the first tag of an element, which has this name and no prefix. */
function named(tag: string, namespace: string, schema: string, more = ''): OaiFormat['wrap'] {
  const begin = `<${tag}`;
  const attributes = ` xmlns="${namespace}"${more} xmlns:xsi="${instance}" xsi:schemaLocation="${namespace} ${schema}"`;
  return (element) => `${begin}${attributes}${element.slice(element.indexOf(begin) + begin.length)}`;
}

const marc = {
  namespace: 'http://www.loc.gov/MARC21/slim',
  schema: 'http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd',
};
const mods = {
  namespace: 'http://www.loc.gov/mods/v3',
  schema: 'http://www.loc.gov/standards/mods/v3/mods-3-8.xsd',
};
const dataCite = {
  namespace: 'http://schema.datacite.org/oai/oai-1.1/',
  schema: 'http://schema.datacite.org/oai/oai-1.1/oai.xsd',
};
/** The tag set has no namespace of its own; harvesters know it under this one, as PMC has it. */
const jats = {
  namespace: 'https://jats.nlm.nih.gov/ns/archiving/1.3/',
  schema: 'https://jats.nlm.nih.gov/archiving/1.3/xsd/JATS-archivearticle1-3.xsd',
};
const xlink = ' xmlns:xlink="http://www.w3.org/1999/xlink"';
const marcFormat = {
  ...marc,
  format: marcXmlFormat,
  wrap: named('record', marc.namespace, marc.schema),
};

/** In the order in which they are offered. */
export const oaiFormats: readonly OaiFormat[] = [
  {
    prefix: 'oai_dc',
    namespace: 'http://www.openarchives.org/OAI/2.0/oai_dc/',
    schema: 'http://www.openarchives.org/OAI/2.0/oai_dc.xsd',
    format: dublinCoreFormat,
    wrap: (element) => element,
  },
  { prefix: 'marcxml', ...marcFormat },
  { prefix: 'marc21', ...marcFormat },
  {
    ...{ prefix: 'mods', ...mods, format: modsFormat },
    wrap: named('mods', mods.namespace, mods.schema, xlink),
  },
  {
    ...{ prefix: 'oai_datacite', ...dataCite, format: dataCiteFormat },
    wrap: (element, { repository }) =>
      `<oai_datacite xmlns="${dataCite.namespace}" xmlns:xsi="${instance}" xsi:schemaLocation="${dataCite.namespace} ${dataCite.schema}">` +
      `<schemaVersion>4.6</schemaVersion><datacentreSymbol>${escapeXml(repository)}</datacentreSymbol>` +
      `<payload>${element.trim()}</payload></oai_datacite>\n`,
  },
  {
    ...{ prefix: 'jats', ...jats, format: jatsFormat },
    wrap: named('article', jats.namespace, jats.schema, xlink),
  },
];

const byPrefix: ReadonlyMap<string, OaiFormat> = new Map(oaiFormats.map((one) => [one.prefix, one]));

export function oaiFormat(prefix: string): OaiFormat | undefined {
  return byPrefix.get(prefix);
}
