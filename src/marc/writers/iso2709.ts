import { UserError } from '../../errors/errors.ts';
import { marcErrors } from '../errors.ts';
import { controlValue, type Field, type MarcRecord } from '../record.ts';
import { isControlTag } from '../validate.ts';

const defaultLeader = '00000nam a2200000   4500';
const mostBytes = 99_999;
const mostFieldBytes = 9_999;

/**
 * One record in ISO 2709, UTF-8 (leader/09 is "a"), with its lengths computed; the leader's other
 * positions stay (it is filled up or cut to 24 characters). Throws UserError when the format cannot
 * hold the record: over 99,999 bytes, a field over 9,999 bytes, one of its three separators
 * (U+001D-001F) inside a value, or a lettered tag as a control field.
 */
export function toIso2709(record: MarcRecord): Buffer {
  const bodies = record.fields.map((field) => Buffer.from(fieldText(field, record)));
  const base = 24 + 12 * bodies.length + 1;
  const length = bodies.reduce((sum, body) => sum + body.length, base) + 1;
  if (length > mostBytes) throw cannotHold(record, `it has ${length} bytes, over ${mostBytes}`);
  let directory = '';
  let start = 0;
  bodies.forEach((body, at) => {
    const { tag } = record.fields[at]!;
    if (body.length > mostFieldBytes)
      throw cannotHold(record, `field ${tag} has ${body.length} bytes, over ${mostFieldBytes}`);
    directory += tag + digits(body.length, 4) + digits(start, 5);
    start += body.length;
  });
  const head = `${leaderText(record.leader, length, base)}${directory}\x1e`;
  return Buffer.concat([Buffer.from(head, 'latin1'), ...bodies, Buffer.from('\x1d')], length);
}

function leaderText(leader: string, length: number, base: number): string {
  const old = (leader.slice(0, 24) + defaultLeader.slice(leader.length)).replace(/[^\x20-\x7e]/g, ' ');
  return `${digits(length, 5)}${old.slice(5, 9)}a22${digits(base, 5)}${old.slice(17, 20)}4500`;
}

function fieldText(field: Field, record: MarcRecord): string {
  const { tag, ind1, ind2, value, subfields } = field;
  const texts = value === undefined ? subfields.map((subfield) => subfield.value) : [value];
  if (texts.some((text) => /[\x1d-\x1f]/.test(text))) {
    throw cannotHold(record, `field ${tag} has one of its separators in a value`);
  }
  if (value === undefined)
    return `${ind1}${ind2}${subfields.map(({ code, value: text }) => `\x1f${code}${text}`).join('')}\x1e`;
  if (!isControlTag(tag)) throw cannotHold(record, `${tag} is a control field but its tag does not begin with 00`);
  return `${value}\x1e`;
}

function digits(number: number, width: number): string {
  return String(number).padStart(width, '0');
}

function cannotHold(record: MarcRecord, reason: string): UserError {
  const control = controlValue(record, '001')?.trim();
  return new UserError(marcErrors.cannotHold, { record: control ? `record ${control}` : 'this record', reason });
}
