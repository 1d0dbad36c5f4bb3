/** Documents of OAI-PMH 2.0 (OAI-PMH.xsd), as text. Pure. */
import { element, escapeXml } from '../../formats/xml.ts';
import { stampText } from './dates.ts';
import type { OaiFormat } from './formats.ts';
import type { ProtocolError } from './protocol.ts';
import type { OfferedSet } from './sets.ts';

const namespace = 'http://www.openarchives.org/OAI/2.0/';
const instance = 'http://www.w3.org/2001/XMLSchema-instance';

/** What stands around every answer. */
export interface Envelope {
  /** Seconds: everything with a date up to this is in answers. */
  readonly date: number;
  readonly baseUrl: string;
  /** Arguments that the answer repeats; none when the verb or an argument is wrong. */
  readonly given: Readonly<Record<string, string>>;
}

/** `content`: the element of the verb, or errors. */
export function envelope({ date, baseUrl, given }: Envelope, content: string): string {
  const attributes = Object.entries(given).map(([name, value]) => ` ${name}="${escapeXml(value)}"`);
  return (
    `<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="${namespace}" xmlns:xsi="${instance}" ` +
    `xsi:schemaLocation="${namespace} ${namespace}OAI-PMH.xsd">\n<responseDate>${stampText(date)}</responseDate>\n` +
    `<request${attributes.join('')}>${escapeXml(baseUrl)}</request>\n${content}</OAI-PMH>\n`
  );
}

export function errorText({ code, message }: ProtocolError): string {
  return `<error code="${code}">${escapeXml(message)}</error>\n`;
}

/** What Identify says. */
export interface Repository {
  readonly name: string;
  readonly baseUrl: string;
  readonly email: string;
  /** Seconds. */
  readonly earliest: number;
  /** The name in identifiers. */
  readonly repository: string;
  readonly sample: string;
  /** Address of a picture of the library. */
  readonly icon: { readonly url: string; readonly link: string; readonly title: string } | undefined;
}

export function identifyText(about: Repository): string {
  const { name, baseUrl, email, earliest, repository, sample, icon } = about;
  const scheme = `${namespace}oai-identifier`;
  const branding = `${namespace}branding/`;
  // The scheme is of domain names only.
  const identifier = !/^[a-zA-Z][a-zA-Z0-9-]*(\.[a-zA-Z][a-zA-Z0-9-]*)+$/.test(repository)
    ? ''
    : `<description><oai-identifier xmlns="${scheme}" xsi:schemaLocation="${scheme} ${scheme}.xsd">` +
      `<scheme>oai</scheme>${element('repositoryIdentifier', repository)}<delimiter>:</delimiter>` +
      `${element('sampleIdentifier', sample)}</oai-identifier></description>\n`;
  const brand =
    icon === undefined
      ? ''
      : `<description><branding xmlns="${branding}" xsi:schemaLocation="${branding} ${namespace}branding.xsd">` +
        `<collectionIcon>${element('url', icon.url)}${element('link', icon.link)}${element('title', icon.title)}` +
        `</collectionIcon></branding></description>\n`;
  return (
    `<Identify>\n${element('repositoryName', name)}\n${element('baseURL', baseUrl)}\n` +
    `<protocolVersion>2.0</protocolVersion>\n${element('adminEmail', email)}\n` +
    `<earliestDatestamp>${stampText(earliest)}</earliestDatestamp>\n<deletedRecord>persistent</deletedRecord>\n` +
    `<granularity>YYYY-MM-DDThh:mm:ssZ</granularity>\n<compression>gzip</compression>\n${identifier}${brand}</Identify>\n`
  );
}

export function formatsText(formats: readonly OaiFormat[]): string {
  const one = ({ prefix, schema, namespace: own }: OaiFormat): string =>
    `<metadataFormat>${element('metadataPrefix', prefix)}${element('schema', schema)}${element('metadataNamespace', own)}</metadataFormat>\n`;
  return `<ListMetadataFormats>\n${formats.map(one).join('')}</ListMetadataFormats>\n`;
}

export function setsText(sets: readonly OfferedSet[], nameOf: (set: OfferedSet) => string): string {
  const dublinCore = `${namespace}oai_dc/`;
  const description = (text: string): string =>
    text === ''
      ? ''
      : `<setDescription><oai_dc:dc xmlns:oai_dc="${dublinCore}" xmlns:dc="http://purl.org/dc/elements/1.1/" ` +
        `xsi:schemaLocation="${dublinCore} ${namespace}oai_dc.xsd">${element('dc:description', text)}</oai_dc:dc></setDescription>`;
  const one = (set: OfferedSet): string =>
    `<set>${element('setSpec', set.spec)}${element('setName', nameOf(set))}${description(set.description)}</set>\n`;
  return `<ListSets>\n${sets.map(one).join('')}</ListSets>\n`;
}

export interface Header {
  readonly identifier: string;
  /** Seconds. */
  readonly stamp: number;
  readonly deleted: boolean;
  readonly sets: readonly string[];
}

export function headerText({ identifier, stamp, deleted, sets }: Header): string {
  return (
    `<header${deleted ? ' status="deleted"' : ''}>${element('identifier', identifier)}` +
    `<datestamp>${stampText(stamp)}</datestamp>${sets.map((spec) => element('setSpec', spec)).join('')}</header>`
  );
}

/** `metadata` undefined: it is deleted. */
export function recordText(header: Header, metadata: string | undefined): string {
  const about = metadata === undefined ? '' : `<metadata>\n${metadata}</metadata>`;
  return `<record>${headerText(header)}${about}</record>\n`;
}

/** Ends a list. An empty token says that it has ended; a list of one page has none at all. */
export function tokenText(token: string, cursor: number, size: number | undefined): string {
  const whole = size === undefined ? '' : ` completeListSize="${size}"`;
  return `<resumptionToken${whole} cursor="${cursor}">${token}</resumptionToken>\n`;
}
