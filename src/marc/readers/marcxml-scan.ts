import { asBuffer, decodeUtf8 } from '../bytes.ts';
import { controlField, dataField, type Field, type MarcRecord, type Subfield } from '../record.ts';
import { decodeEntities, isXmlText, parseAttributes } from './marcxml-text.ts';

/**
 * One <record> element in the shape nearly all MARCXML has, read three times as fast as an XML
 * parser would. Undefined for whatever is unusual (CDATA, comments, unknown elements, stray text,
 * wrong markup, bytes that are not UTF-8): then
 * `parseMarcXmlStrictly` decides. What is returned equals what that parser returns, held by a property test.
 */
export function parseMarcXmlRecord(bytes: Uint8Array): MarcRecord | undefined {
  const buffer = asBuffer(bytes);
  const text = decodeUtf8(buffer);
  if (text === undefined) return undefined;
  const isPlain = isXmlText(text, text.length === buffer.length ? text : buffer.toString('latin1'));
  return isPlain ? scanMarcXml(text) : undefined;
}

interface Markup {
  readonly record: string;
  readonly recordEnd: string;
  readonly leader: string;
  readonly leaderEnd: string;
  readonly control: string;
  readonly controlEnd: string;
  readonly data: string;
  readonly dataEnd: string;
  readonly subfield: string;
  readonly subfieldEnd: string;
}

const unprefixed = markup('');

function markup(prefix: string): Markup {
  return {
    record: `<${prefix}record`,
    recordEnd: `</${prefix}record>`,
    leader: `<${prefix}leader>`,
    leaderEnd: `</${prefix}leader>`,
    control: `<${prefix}controlfield`,
    controlEnd: `</${prefix}controlfield>`,
    data: `<${prefix}datafield`,
    dataEnd: `</${prefix}datafield>`,
    subfield: `<${prefix}subfield`,
    subfieldEnd: `</${prefix}subfield>`,
  };
}

const controlNames = ['tag'];
const dataNames = ['tag', 'ind1', 'ind2'];
const subfieldNames = ['code'];

function scanMarcXml(source: string): MarcRecord | undefined {
  const text = source.includes('\r') ? source.replace(/\r\n?/g, '\n') : source;
  const prefix = /^<([A-Za-z_][\w.-]*:)record/.exec(text)?.[1];
  const tags = prefix === undefined ? unprefixed : markup(prefix);
  if (!text.startsWith(tags.record)) return undefined;
  const hasEntities = text.includes('&');
  const kindAt = tags.record.length - 'record'.length;

  let leader: string | undefined;
  let after = endOfRecordTag(text, tags.record.length);
  const fields: Field[] = [];
  while (after >= 0) {
    const at = skipSpace(text, after);
    switch (text.charCodeAt(at + kindAt)) {
      case 0x64: {
        const field = tags.data;
        if (!text.startsWith(field, at)) return undefined;
        const head = dataHead(text, at + field.length);
        if (head === undefined) return undefined;
        const subfields: Subfield[] = [];
        after = scanSubfields(text, head.after, tags, hasEntities, subfields);
        fields.push(dataField(head.tag, head.ind1, head.ind2, subfields));
        break;
      }
      case 0x63: {
        if (!text.startsWith(tags.control, at)) return undefined;
        const head = parseAttributes(text, at + tags.control.length, controlNames);
        const tag = head?.values[0];
        if (head === undefined || tag === undefined) return undefined;
        const end = text.indexOf('<', head.after);
        if (!text.startsWith(tags.controlEnd, end)) return undefined;
        const value = textBetween(text, head.after, end, hasEntities);
        if (value === undefined) return undefined;
        fields.push(controlField(tag, value));
        after = end + tags.controlEnd.length;
        break;
      }
      case 0x6c: {
        if (leader !== undefined || !text.startsWith(tags.leader, at)) return undefined;
        const start = at + tags.leader.length;
        const end = text.indexOf('<', start);
        if (!text.startsWith(tags.leaderEnd, end)) return undefined;
        leader = textBetween(text, start, end, hasEntities);
        if (leader === undefined) return undefined;
        after = end + tags.leaderEnd.length;
        break;
      }
      default:
        if (!text.startsWith(tags.recordEnd, at) || at + tags.recordEnd.length !== text.length) return undefined;
        return { leader: leader ?? '', fields };
    }
  }
  return undefined;
}

/** Where the text goes on after the end tag of the datafield, or -1. */
function scanSubfields(text: string, start: number, tags: Markup, hasEntities: boolean, into: Subfield[]): number {
  const { subfield, subfieldEnd, dataEnd } = tags;
  let at = skipSpace(text, start);
  while (text.startsWith(subfield, at)) {
    let from = at + subfield.length;
    let code: string | undefined;
    // ` code="a">`: nine characters and the code, which must be one that needs no second look.
    if (
      text.startsWith(' code="', from) &&
      text.startsWith('">', from + 8) &&
      isPlainCharacter(text.charCodeAt(from + 7))
    ) {
      code = text[from + 7]!;
      from += 10;
    } else {
      const head = parseAttributes(text, from, subfieldNames);
      code = head?.values[0];
      if (head === undefined || code === undefined) return -1;
      from = head.after;
    }
    const end = text.indexOf('<', from);
    if (!text.startsWith(subfieldEnd, end)) return -1;
    const value = textBetween(text, from, end, hasEntities);
    if (value === undefined) return -1;
    into.push({ code, value });
    at = skipSpace(text, end + subfieldEnd.length);
  }
  return text.startsWith(dataEnd, at) ? at + dataEnd.length : -1;
}

interface DataHead {
  readonly tag: string;
  readonly ind1: string;
  readonly ind2: string;
  readonly after: number;
}

function dataHead(text: string, at: number): DataHead | undefined {
  // ` tag="245" ind1="1" ind2="0">`, as nearly everybody writes it; anything else is parsed attribute by attribute.
  if (
    text.startsWith(' tag="', at) &&
    text.startsWith('" ind1="', at + 9) &&
    text.startsWith('" ind2="', at + 18) &&
    text.startsWith('">', at + 27) &&
    isPlainCharacter(text.charCodeAt(at + 6)) &&
    isPlainCharacter(text.charCodeAt(at + 7)) &&
    isPlainCharacter(text.charCodeAt(at + 8)) &&
    isPlainCharacter(text.charCodeAt(at + 17)) &&
    isPlainCharacter(text.charCodeAt(at + 26))
  ) {
    return { tag: text.substring(at + 6, at + 9), ind1: text[at + 17]!, ind2: text[at + 26]!, after: at + 29 };
  }
  const head = parseAttributes(text, at, dataNames);
  if (head === undefined) return undefined;
  const [tag, ind1, ind2] = head.values;
  return tag === undefined ? undefined : { tag, ind1: ind1 || ' ', ind2: ind2 || ' ', after: head.after };
}

function endOfRecordTag(text: string, at: number): number {
  return text.charCodeAt(at) === 0x3e ? at + 1 : (parseAttributes(text, at, undefined)?.after ?? -1);
}

function textBetween(text: string, from: number, to: number, hasEntities: boolean): string | undefined {
  const value = text.substring(from, to);
  return hasEntities && value.includes('&') ? decodeEntities(value) : value;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  for (let char = text.charCodeAt(at); char === 0x20 || char === 0x0a || char === 0x09; char = text.charCodeAt(at))
    at += 1;
  return at;
}

/** Letters, digits, blank and the like: nothing that means something in an attribute value. */
function isPlainCharacter(char: number): boolean {
  return char >= 0x20 && char !== 0x22 && char !== 0x26 && char !== 0x3c;
}
