/** Schemas of records: what harvesters are offered, under the names that SRU has for them. */
import { type OaiFormat, oaiFormat } from '../oai/formats.ts';

export interface SruSchema {
  /** Short, as in recordSchema=marcxml. */
  readonly name: string;
  readonly identifier: string;
  readonly title: string;
  readonly location: string;
  readonly format: OaiFormat;
  /** Other names that requests have for it, in small letters. */
  readonly also: readonly string[];
}

const srwDc = 'info:srw/schema/1/dc-schema';

/** Elements of Dublin Core in the envelope that SRU has for them. */
const dublinCore: OaiFormat = {
  ...oaiFormat('oai_dc')!,
  wrap: (element) => {
    const begin = element.indexOf('>') + 1;
    const end = element.lastIndexOf('</');
    return `<srw_dc:dc xmlns:srw_dc="${srwDc}" xmlns:dc="http://purl.org/dc/elements/1.1/">${element.slice(begin, end)}</srw_dc:dc>\n`;
  },
};

/** The first is that of a request which names none. */
export const sruSchemas: readonly SruSchema[] = [
  {
    name: 'marcxml',
    identifier: 'info:srw/schema/1/marcxml-v1.1',
    title: 'MARCXML',
    location: 'http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd',
    format: oaiFormat('marcxml')!,
    also: ['marc21', 'info:srw/schema/1/marcxml-v1.2', 'http://www.loc.gov/marc21/slim'],
  },
  {
    name: 'dc',
    identifier: 'info:srw/schema/1/dc-v1.1',
    title: 'Dublin Core',
    location: 'http://www.loc.gov/standards/sru/resources/dc-schema.xsd',
    format: dublinCore,
    also: [srwDc, 'srw_dc', 'http://purl.org/dc/elements/1.1/'],
  },
  {
    name: 'oai_dc',
    identifier: 'http://www.openarchives.org/OAI/2.0/oai_dc/',
    title: 'Dublin Core of OAI-PMH',
    location: 'http://www.openarchives.org/OAI/2.0/oai_dc.xsd',
    format: oaiFormat('oai_dc')!,
    also: [],
  },
  {
    name: 'mods',
    identifier: 'info:srw/schema/1/mods-v3.8',
    title: 'MODS 3.8',
    location: 'http://www.loc.gov/standards/mods/v3/mods-3-8.xsd',
    format: oaiFormat('mods')!,
    also: [
      'http://www.loc.gov/mods/v3',
      ...[0, 1, 2, 3, 4, 5, 6, 7].map((minor) => `info:srw/schema/1/mods-v3.${minor}`),
    ],
  },
];

export function findSchema(name: string): SruSchema | undefined {
  const small = name.toLowerCase();
  return sruSchemas.find(
    (one) => one.name === small || one.identifier.toLowerCase() === small || one.also.includes(small),
  );
}

export function isSchema(name: string): boolean {
  return findSchema(name) !== undefined;
}
