import type { Field, MarcRecord } from '../record.ts';

export interface MarcXmlOptions {
  /**
   * Spaces before <record>; inner elements get two and four more. Undefined: no line breaks at all.
   */
  readonly indent?: number | undefined;
}

export const marcXmlHead =
  '<?xml version="1.0" encoding="UTF-8"?>\n<collection xmlns="http://www.loc.gov/MARC21/slim">\n';
export const marcXmlFoot = '</collection>\n';

/**
 * One <record> in loaded order, ending in a line break unless written without them. Characters that
 * XML 1.0 cannot hold in any form (most control characters, U+FFFE, U+FFFF, lone surrogates) become
 * U+FFFD, so that one of them does not make the document unreadable; everything else comes back the
 * same when parsed.
 */
export function toMarcXml(record: MarcRecord, options: MarcXmlOptions = {}): string {
  const flat = options.indent === undefined;
  const outer = flat ? '' : ' '.repeat(options.indent);
  const line = flat ? '' : '\n';
  const inner = flat ? '' : `${outer}  `;
  const innermost = flat ? '' : `${outer}    `;
  let xml = `${outer}<record>${line}`;
  if (record.leader !== '') xml += `${inner}<leader>${escapeXml(record.leader)}</leader>${line}`;
  for (const field of record.fields) xml += fieldXml(field, inner, innermost, line);
  return `${xml}${outer}</record>${line}`;
}

function fieldXml(field: Field, inner: string, innermost: string, line: string): string {
  const tag = escapeXml(field.tag);
  if (field.value !== undefined) {
    return `${inner}<controlfield tag="${tag}">${escapeXml(field.value)}</controlfield>${line}`;
  }
  let xml = `${inner}<datafield tag="${tag}" ind1="${escapeXml(field.ind1)}" ind2="${escapeXml(field.ind2)}">${line}`;
  for (const { code, value } of field.subfields) {
    xml += `${innermost}<subfield code="${escapeXml(code)}">${escapeXml(value)}</subfield>${line}`;
  }
  return `${xml}${inner}</datafield>${line}`;
}

const special = /[&<>"\r\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;
const specials = new RegExp(special, 'gu');

function escapeXml(text: string): string {
  return special.test(text) ? text.replace(specials, (char) => escapes[char] ?? '\ufffd') : text;
}

/**
 * A carriage return is written as a reference, because parsers turn a bare one into a line feed.
 */
const escapes: Readonly<Record<string, string | undefined>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/**
 * The same, two blanks deep, from a record's stored form (stored.ts: leader, then for each field
 * its head and its values). An export of a whole library then makes no objects for fields and
 * subfields.
 */
export function storedToMarcXml(parts: readonly string[]): string {
  const leader = parts[0] ?? '';
  let xml = leader === '' ? '<record>\n' : `<record>\n  <leader>${escapeXml(leader)}</leader>\n`;
  let at = 1;
  while (at < parts.length) {
    const head = parts[at++]!;
    const tag = escapeXml(head.slice(0, 3));
    if (head.length === 3) {
      xml += `  <controlfield tag="${tag}">${escapeXml(parts[at++]!)}</controlfield>\n`;
      continue;
    }
    xml += `  <datafield tag="${tag}" ind1="${escapeXml(head[3]!)}" ind2="${escapeXml(head[4]!)}">\n`;
    for (let code = 5; code < head.length; code += 1) {
      xml += `    <subfield code="${escapeXml(head[code]!)}">${escapeXml(parts[at++]!)}</subfield>\n`;
    }
    xml += '  </datafield>\n';
  }
  return `${xml}</record>\n`;
}
