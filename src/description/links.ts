import { doiOf } from '../identifiers/doi.ts';
import { isDocumentLink } from '../marc/own-links.ts';
import type { MarcRecord } from '../marc/record.ts';
import { dataFields, subfield, subfields } from './fields.ts';
import { encodedAddress, hostOf } from './web-address.ts';

export interface Link {
  /** Undefined: nothing that a browser may follow, so it is shown as text only. */
  readonly url: string | undefined;
  /** As catalogued. */
  readonly text: string;
  readonly label: string | undefined;
  /** In bytes. */
  readonly size: number | undefined;
  readonly checksum: string | undefined;
}

/**
 * Addresses of 856, in the order of the record. What cannot be followed is kept as text. Without
 * those of the documents that are here: whoever shows a record asks for them, since not everybody
 * may see all.
 */
export function linksOf(record: MarcRecord): readonly Link[] {
  return dataFields(record, '856').flatMap((field) => {
    const label = subfield(field, 'y') ?? subfield(field, '3') ?? subfield(field, 'z');
    const size = Number(subfield(field, 's'));
    const more = { label, size: size > 0 ? size : undefined, checksum: undefined };
    return subfields(field, 'u')
      .filter((text) => !isDocumentLink(text))
      .flatMap(addressesIn)
      .map((text) => ({ url: webAddress(text), text, ...more }));
  });
}

/** Two in one subfield: "http://a.example/1, http://a.example/2". */
function addressesIn(value: string): readonly string[] {
  const pieces = value.split(/(?<=[\s,;])(?=(?:https?|ftp):\/\/)/i);
  const list = pieces.map((one, i) => (i < pieces.length - 1 ? withoutEnd(one) : one)).filter((one) => one !== '');
  return list.length > 1 ? list : [value];
}

/** Without what separates it from the next; a regular expression would try at each character. */
function withoutEnd(text: string): string {
  let end = text.length;
  while (end > 0 && /[\s,;]/.test(text[end - 1]!)) end--;
  return text.slice(0, end);
}

const longestAddress = 4000;
const schemed = /^[a-z][a-z\d+.-]*:/i;
/** A host and perhaps a path, as people write addresses. */
const bareHost =
  /^(?:www\.[\w-]+\.|[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|gov|int|info|eu|uk|de|fr|ch|at|it|es|nl)(?=[/:?#]|$))\S*$/i;

/**
 * The address that a browser may follow: a record must not bring a javascript: link. DOIs, handles
 * and URNs lead to who resolves them; a host without a scheme is meant as a web address.
 */
export function webAddress(value: string | undefined): string | undefined {
  if (value === undefined || value.length > longestAddress) return undefined;
  if (/^(https?|ftp):\/\//i.test(value)) {
    const tidy = value.includes(' ') ? value.trim().replaceAll(' ', '%20') : value;
    return /^\S+$/.test(tidy) && hostOf(tidy) ? tidy : undefined;
  }
  const doi = doiOf(value);
  if (doi !== undefined) return `https://doi.org/${encodedAddress(doi)}`;
  const handle = /^hdl:\s*(\S+\/\S+)$/i.exec(value)?.[1];
  if (handle !== undefined) return `https://hdl.handle.net/${encodedAddress(handle)}`;
  if (/^urn:(?:nbn|isbn):\S+$/i.test(value)) return `https://nbn-resolving.org/${encodedAddress(value)}`;
  if (schemed.test(value) && !/^[\w.-]+:\d+(\/|$)/.test(value)) return undefined;
  return bareHost.test(value) && hostOf(`https://${value}`) ? `http://${value}` : undefined;
}

/** Of files that are PDF by their name. */
export function pdfAddresses(links: readonly Link[]): readonly string[] {
  return links.flatMap(({ url }) => (url !== undefined && /\.pdf($|[?#])/i.test(url) ? [url] : []));
}
