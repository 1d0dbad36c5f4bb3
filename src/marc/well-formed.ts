import { asBuffer } from './bytes.ts';
import type { Field, MarcRecord } from './record.ts';

const nul = '\u0000';

/**
 * May a record of these bytes have text that is not well-formed? Only what escapes or zeros wrote:
 * nearly no record has either, and this costs least.
 */
export function mayBeMalformed(escaping: string | undefined, bytes: Uint8Array): boolean {
  const buffer = asBuffer(bytes);
  if (buffer.includes(0)) return true;
  return escaping !== undefined && buffer.includes(escaping);
}

/**
 * Can everything that text goes to hold it? PostgreSQL has no NUL, and UTF-8 no half characters.
 */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed() && !text.includes(nul);
}

/** A record whose text is well-formed, and what was repaired, by field. */
export function repaired(record: MarcRecord): { readonly record: MarcRecord; readonly warnings: readonly string[] } {
  const found = new Set<string>();
  const repair = (text: string, place: string): string => {
    if (isWellFormed(text)) return text;
    if (text.includes(nul)) found.add(`has a NUL in ${place}, which was left out`);
    if (!text.isWellFormed()) found.add(`has half a character in ${place}, which became U+FFFD`);
    return text.replaceAll(nul, '').toWellFormed();
  };
  const fields = record.fields.map((field): Field => {
    const place = field.value === undefined ? field.tag + (field.ind1 + field.ind2).replaceAll(' ', '_') : field.tag;
    return {
      ...field,
      value: field.value === undefined ? undefined : repair(field.value, place),
      subfields: field.subfields.map(({ code, value }) => ({ code, value: repair(value, place + code) })),
    };
  });
  const leader = repair(record.leader, 'the leader');
  return { record: { leader, fields }, warnings: [...found].slice(0, mostWarnings) };
}

/** A record that is damaged all over needs no list of all its fields. */
const mostWarnings = 10;
