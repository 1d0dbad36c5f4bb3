/** What this server says of itself: a record of ZeeRex 2.0, made of what the library has. */
import { element, escapeXml } from '../../formats/xml.ts';
import type { FieldDefinition, Site } from '../../site/site.ts';
import { zeerexNamespace } from './answer.ts';
import { contextSets, indexesOf, localIdentifier, localSet } from './indexes.ts';
import { supportedModifiers, supportedRelations } from './question.ts';
import { mostRecords, type SruVersion, usualRecords } from './request.ts';
import { sruSchemas } from './schemas.ts';

export interface Described {
  readonly site: Site;
  /** In the language of the request. */
  readonly name: string;
  readonly nameOf: (field: FieldDefinition) => string;
  readonly baseUrl: string;
  readonly version: SruVersion;
}

export function explainRecord({ site, name, nameOf, baseUrl, version }: Described): string {
  const { hostname, port, protocol, pathname } = new URL(baseUrl);
  const isSecure = protocol === 'https:';
  const database = `${pathname.replace(/^\/|\/$/g, '')}/sru`.replace(/^\//, '');
  const sets = [
    ...contextSets.map(({ prefix, identifier, title }) => ({ prefix, identifier, title })),
    { prefix: localSet, identifier: localIdentifier(baseUrl), title: name },
  ];
  const own = site.fields.map((field) => ({
    set: localSet,
    name: field.code,
    title: nameOf(field),
    also: [] as readonly string[],
  }));
  const indexes = [
    ...indexesOf(site).map(({ set, name: code, title, also = [] }) => ({
      set: set as string,
      name: code,
      title,
      also,
    })),
    ...own,
  ];
  return (
    `<explain xmlns="${zeerexNamespace}">\n` +
    `<serverInfo protocol="SRU" version="${version}" transport="${isSecure ? 'https' : 'http'}" method="GET POST">` +
    `${element('host', hostname)}<port>${port === '' ? (isSecure ? 443 : 80) : port}</port>${element('database', database)}</serverInfo>\n` +
    `<databaseInfo><title lang="en" primary="true">${escapeXml(name)}</title>${element('contact', site.admin)}</databaseInfo>\n` +
    `<indexInfo>\n${sets.map(({ prefix, identifier, title }) => `<set identifier="${escapeXml(identifier)}" name="${prefix}">${element('title', title)}</set>\n`).join('')}` +
    `${indexes.map(indexText).join('')}</indexInfo>\n` +
    `<schemaInfo>\n${sruSchemas.map((one) => `<schema identifier="${one.identifier}" name="${one.name}" location="${one.location}" retrieve="true" sort="false">${element('title', one.title)}</schema>\n`).join('')}</schemaInfo>\n` +
    `<configInfo>\n<default type="numberOfRecords">${usualRecords}</default>\n<default type="contextSet">dc</default>\n` +
    `<default type="index">cql.serverChoice</default>\n<default type="relation">=</default>\n` +
    `<default type="retrieveSchema">${sruSchemas[0]!.identifier}</default>\n<setting type="maximumRecords">${mostRecords}</setting>\n` +
    `${supportedRelations.map((one) => `${element('supports', one, ' type="relation"')}\n`).join('')}` +
    `${supportedModifiers.map((one) => `${element('supports', one, ' type="relationModifier"')}\n`).join('')}` +
    `<supports type="maskingCharacter">*</supports>\n<supports type="maskingCharacter">?</supports>\n<supports type="anchoring"/>\n` +
    `<supports type="scan"/>\n</configInfo>\n</explain>\n`
  );
}

function indexText({
  set,
  name,
  title,
  also,
}: {
  readonly set: string;
  readonly name: string;
  readonly title: string;
  readonly also: readonly string[];
}): string {
  const maps = [name, ...also].map((one) => `<map><name set="${set}">${escapeXml(one)}</name></map>`);
  const isAll = set === 'cql' && name === 'allRecords';
  return `<index search="true" scan="${!isAll}" sort="${!isAll}">${element('title', title)}${maps.join('')}</index>\n`;
}
