import { controlField, dataField, type Field, type MarcRecord, type Subfield } from '../record.ts';

/**
 * A record as `toMarcJson` writes it: in this order and without blanks. Undefined for anything
 * else, right or wrong: whoever reads JSON as such says what it is. Most records that come as JSON
 * were written so by a library, and the objects that JSON.parse makes of them take five times as
 * long.
 */
export function parsePlainJson(text: string): MarcRecord | undefined {
  // Nowhere in JSON within a text.
  if (/[\u0000-\u001f]/.test(text)) return undefined;
  const reader = new PlainJson(text);
  if (!reader.takes('{"leader":')) return undefined;
  const leader = reader.text();
  if (leader === undefined || !reader.takes(',"fields":[')) return undefined;
  const fields: Field[] = [];
  while (!reader.takes(']}')) {
    const field = (fields.length === 0 || reader.takes(',')) && reader.takes('{') ? fieldOf(reader) : undefined;
    if (field === undefined) return undefined;
    fields.push(field);
  }
  return reader.isAtEnd ? { leader, fields } : undefined;
}

function fieldOf(reader: PlainJson): Field | undefined {
  const tag = reader.text();
  if (tag === undefined || !reader.takes(':')) return undefined;
  if (!reader.takes('{"ind1":')) {
    const value = reader.text();
    return value === undefined || !reader.takes('}') ? undefined : controlField(tag, value);
  }
  const ind1 = reader.text();
  if (ind1 === undefined || !reader.takes(',"ind2":')) return undefined;
  const ind2 = reader.text();
  if (ind2 === undefined || !reader.takes(',"subfields":[')) return undefined;
  const subfields: Subfield[] = [];
  while (!reader.takes(']}}')) {
    if (!((subfields.length === 0 || reader.takes(',')) && reader.takes('{'))) return undefined;
    const code = reader.text();
    if (code === undefined || !reader.takes(':')) return undefined;
    const value = reader.text();
    if (value === undefined || !reader.takes('}')) return undefined;
    subfields.push({ code, value });
  }
  return dataField(tag, ind1 || ' ', ind2 || ' ', subfields);
}

class PlainJson {
  readonly #text: string;
  #at = 0;
  /** Where the next backslash is. */
  #escape: number;

  constructor(text: string) {
    this.#text = text;
    this.#escape = placeOf(text, 0);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  takes(what: string): boolean {
    if (!this.#text.startsWith(what, this.#at)) return false;
    this.#at += what.length;
    return true;
  }

  text(): string | undefined {
    const text = this.#text;
    const start = this.#at + 1;
    if (text[this.#at] !== '"') return undefined;
    const end = text.indexOf('"', start);
    if (end < 0) return undefined;
    if (this.#escape > end) {
      this.#at = end + 1;
      return text.slice(start, end);
    }
    return this.#escaped(start);
  }

  #escaped(start: number): string | undefined {
    const text = this.#text;
    let end = start;
    while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
    this.#at = end + 1;
    this.#escape = placeOf(text, end);
    try {
      return JSON.parse(text.slice(start - 1, end + 1));
    } catch {
      return undefined;
    }
  }
}

function placeOf(text: string, from: number): number {
  const found = text.indexOf('\\', from);
  return found < 0 ? Number.POSITIVE_INFINITY : found;
}
