import { UserError } from '../errors/errors.ts';
import { marcErrors } from './errors.ts';
import { fieldsWithTag } from './fields-by-tag.ts';
import { controlField, type Field, type MarcRecord, type Subfield } from './record.ts';

/**
 * Called with each value in record order; no subfield for a control field or the leader (which
 * comes as field "LDR").
 */
export type ValueVisitor = (value: string, field: Field, subfield?: Subfield) => void;

/** A compiled MARC path. Compile once, run on any number of records. */
export interface MarcPath {
  /** As written. */
  readonly text: string;
  /** Does this tag fit (whatever the indicators)? For dispatching fields. */
  matchesTag(tag: string): boolean;
  /** Do tag and indicators fit? */
  matchesField(field: Field): boolean;
  /** All values, in record order. */
  values(record: MarcRecord): string[];
  forEach(record: MarcRecord, visit: ValueVisitor): void;
  /** The same for one field; nothing happens when it does not fit. */
  forEachIn(field: Field, visit: ValueVisitor): void;
}

/** -1 fits any character; a position after the end of the pattern does too. */
const any = -1;

interface Pattern {
  readonly leader: boolean;
  /** Character codes for tag (3), indicators (2), subfield code (1). */
  readonly codes: readonly number[];
  /** Character range of the value, as substring() takes it. */
  readonly range: readonly [from: number, to: number] | undefined;
}

/**
 * "245__a": tag, two indicators (_ is blank, exactly), subfield code. Shorter than that, or ending
 * in "%", is a beginning: "24%", "245", "245__%". "%" and "*" stand for one character elsewhere:
 * "100%%a", "6*0". "008/07-10" and "LDR/06" cut characters (counted from 0). Control fields have
 * blank indicators and no code, so that "008", "00%" and "008__%" find them. Throws UserError for
 * anything else.
 */
export function compilePath(text: string): MarcPath {
  const pattern = parsePattern(text);
  const { leader, range } = pattern;
  const [tag0 = any, tag1 = any, tag2 = any, first = any, second = any, code = any] = pattern.codes;

  const wholeTag = leader || tag0 === any || tag1 === any || tag2 === any ? undefined : text.slice(0, 3);

  const matchesTag = (tag: string): boolean =>
    !leader &&
    (tag0 === any || tag.charCodeAt(0) === tag0) &&
    (tag1 === any || tag.charCodeAt(1) === tag1) &&
    (tag2 === any || tag.charCodeAt(2) === tag2);
  const matchesField = (field: Field): boolean =>
    matchesTag(field.tag) &&
    (first === any || field.ind1.charCodeAt(0) === first) &&
    (second === any || field.ind2.charCodeAt(0) === second);
  const give = (value: string, visit: ValueVisitor, field: Field, subfield?: Subfield): void => {
    if (range === undefined) visit(value, field, subfield);
    else if (value.length > range[0]) visit(value.substring(range[0], range[1]), field, subfield);
  };
  const forEachIn = (field: Field, visit: ValueVisitor): void => {
    if (!matchesField(field)) return;
    if (field.value !== undefined) {
      if (code === any) give(field.value, visit, field);
      return;
    }
    for (const subfield of field.subfields) {
      if (code === any || lower(subfield.code.charCodeAt(0)) === code) give(subfield.value, visit, field, subfield);
    }
  };
  const forEach = (record: MarcRecord, visit: ValueVisitor): void => {
    if (leader) {
      if (record.leader !== '') give(record.leader, visit, controlField('LDR', record.leader));
      return;
    }
    for (const field of wholeTag === undefined ? record.fields : fieldsWithTag(record, wholeTag))
      forEachIn(field, visit);
  };
  const values = (record: MarcRecord): string[] => {
    const found: string[] = [];
    forEach(record, (value) => found.push(value));
    return found;
  };
  return Object.freeze({ text, matchesTag, matchesField, values, forEach, forEachIn });
}

/**
 * MARC 21 has subfield codes in lower case only; a capital is a slip of the keyboard, and means the
 * same.
 */
function lower(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}

function parsePattern(text: string): Pattern {
  const wrong = (reason: string): UserError => new UserError(marcErrors.path, { path: text, reason });
  const [, key = '', from, to] = /^(.*?)(?:\/(\d+)(?:-(\d+))?)?$/s.exec(text) ?? [];
  let range: Pattern['range'];
  if (from !== undefined) {
    range = [Number(from), Number(to ?? from) + 1];
    if (range[1] <= range[0]) throw wrong('the range ends before it begins');
  }
  if (key === '') throw wrong('it does not name a field');
  if (key.toUpperCase() === 'LDR') return { leader: true, codes: [], range };
  if (key.length > 6) throw wrong('it is longer than tag, two indicators and subfield code');
  if (key.length < 3 && !key.endsWith('%'))
    throw wrong('the tag is shorter than three characters and does not end in %');
  if (!/^[0-9A-Za-z%*]{1,3}$/.test(key.slice(0, 3)))
    throw wrong('the tag has characters other than letters, digits, % and *');
  if (!/^[\x21-\x7e]*$/.test(key)) throw wrong('it has a character that is not printable ASCII');
  if (key[5] === '_') throw wrong('_ means a blank indicator and is not a subfield code');
  const codes = [...key].map((char, at) => {
    if (char === '%' || char === '*') return any;
    if (at === 5) return lower(char.charCodeAt(0));
    return char === '_' ? 0x20 : char.charCodeAt(0);
  });
  return { leader: false, codes, range };
}
