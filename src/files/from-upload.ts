import { UserError } from '../errors/errors.ts';
import type { Field } from '../marc/record.ts';
import { fileErrors } from './errors.ts';
import { checkText, parseFileName, splitFileName } from './names.ts';

/**
 * Fields FFT, BDR and BDM of an upload as plain data: what is to be done with documents of a
 * record. Nothing is fetched or written here. Errors name the field, never a secret of an address.
 */

/** By which mode the record came, as far as documents are concerned. */
export type DocumentMode = 'insert' | 'append' | 'correct' | 'replace';

/** A text that is set, kept, or (undefined) not named. */
export type Said = { readonly text: string } | 'keep' | undefined;

/** A document: by its name in the record, its number, or a TMP: name of this upload. */
export interface DocumentName {
  readonly id: string | undefined;
  readonly name: string | undefined;
}

/** A part of a document. Undefined: all versions, all formats. */
export interface DocumentPart extends DocumentName {
  /** A number, or a TMP: name. */
  readonly version: string | undefined;
  readonly format: string | undefined;
}

/** FFT without a keyword: a file comes, or what is said of a document changes. */
export interface FileOrder extends DocumentName {
  readonly do: 'file';
  readonly name: string;
  readonly format: string;
  /** Undefined: nothing comes. */
  readonly location: string | undefined;
  readonly icon: string | undefined;
  readonly newName: string | undefined;
  readonly description: Said;
  readonly comment: Said;
  readonly status: Said;
  readonly type: string | undefined;
  readonly hidden: boolean;
  readonly hidesPrevious: boolean;
  readonly added: Date | undefined;
  /** TMP: name that stands for the version it gets. */
  readonly version: string | undefined;
  readonly notes: readonly NoteOf[];
}

export const documentKeywords = ['PURGE', 'DELETE', 'EXPUNGE', 'REVERT', 'DELETE-FILE'] as const;
export type DocumentKeyword = (typeof documentKeywords)[number];

export interface KeywordOrder extends DocumentName {
  readonly do: DocumentKeyword;
  readonly version: number | undefined;
  readonly format: string | undefined;
}

export type Notes = Readonly<Record<string, unknown>>;

/** FFT $w, $p, $b and $u: of the document, of its version, of this format of it, of the format. */
export interface NoteOf {
  readonly of: 'document' | 'version' | 'file' | 'format';
  readonly more: Notes;
}

/** BDM. */
export interface NoteOrder extends DocumentPart {
  readonly relation: number | undefined;
  readonly more: Notes;
}

/** BDR. */
export interface RelationOrder {
  readonly relation: number | undefined;
  readonly first: DocumentPart;
  readonly second: DocumentPart;
  readonly type: string;
  readonly more: Notes | undefined;
  readonly deletes: boolean;
}

export interface DocumentOrders {
  readonly files: readonly (FileOrder | KeywordOrder)[];
  readonly relations: readonly RelationOrder[];
  readonly notes: readonly NoteOrder[];
  readonly warnings: readonly string[];
}

const keep = 'KEEP-OLD-VALUE';
/** They only ask for the links to be written, which every upload does. */
const fixes = ['FIX-MARC', 'FIX-ALL'];
const flags = ['HIDDEN', 'PERFORM_HIDE_PREVIOUS'];
const mostOrders = 1_000;

/** Reads the fields of one record. Throws `ordersWrong`, `nameWrong` and `textWrong`. */
export function readOrders(fields: readonly Field[]): DocumentOrders {
  if (fields.length > mostOrders)
    throw wrong('FFT', `the record has more than ${mostOrders} such fields`, 'Send the rest in another upload.');
  const warnings: string[] = [];
  const of = (tag: string): readonly Field[] => fields.filter((field) => field.tag === tag);
  return {
    files: of('FFT').flatMap((field) => fileOrder(field, warnings)),
    relations: of('BDR').map(relationOrder),
    notes: of('BDM').map(noteOrder),
    warnings,
  };
}

function fileOrder(field: Field, warnings: string[]): readonly (FileOrder | KeywordOrder)[] {
  const one = valueIn(field);
  const word = one('t')?.toUpperCase();
  if (word !== undefined && fixes.includes(word)) return [];
  const id = one('i');
  if (id !== undefined) requireId('FFT', id);
  const keyword = documentKeywords.find((each) => each === word);
  if (keyword !== undefined) return [keywordOrder(keyword, field, id)];
  const location = one('a');
  const given = one('n');
  const { document, format } = nameFrom(location, given, one('f'), id);
  for (const flag of all(field, 'o'))
    if (!flags.includes(flag.toUpperCase()))
      warnings.push(`FFT $o "${shown(flag)}" of "${document}" is not known here.`);
  const has = (flag: string): boolean => all(field, 'o').some((text) => text.toUpperCase() === flag);
  const version = one('v');
  const newName = one('m');
  return [
    {
      ...{ do: 'file', id, name: document, format, location, icon: one('x') },
      newName: newName === undefined ? undefined : documentName(newName),
      description: said('description', one('d')),
      comment: said('comment', one('z')),
      status: statusOf(one('r')),
      type: checkText('type', one('t')),
      hidden: has('HIDDEN'),
      hidesPrevious: has('PERFORM_HIDE_PREVIOUS'),
      added: timeOf(one('s')),
      version: version !== undefined && isTemporary(version) ? version : undefined,
      notes: notesOf(field),
    },
  ];
}

function keywordOrder(keyword: DocumentKeyword, field: Field, id: string | undefined): KeywordOrder {
  const one = valueIn(field);
  const [name, version, format] = [one('n'), one('v'), one('f')];
  if (name === undefined && id === undefined)
    throw wrong('FFT', `$t ${keyword} names no document`, 'Give the name of the document in $n.');
  const number = version === undefined ? undefined : Number(version);
  if (number !== undefined && !(Number.isInteger(number) && number > 0 && number < 1e9))
    throw wrong('FFT', `$v "${shown(version!)}" is no version`, 'Give a number from 1 in $v.');
  if (keyword === 'REVERT' && number === undefined)
    throw wrong('FFT', '$t REVERT names no version', 'Give the version in $v.');
  return {
    ...{ do: keyword, id, name: name === undefined ? undefined : documentName(name), version: number },
    format: format === undefined ? undefined : formatOf(format),
  };
}

/** From $n and $f, else from the end of the address or path. */
function nameFrom(
  location: string | undefined,
  given: string | undefined,
  format: string | undefined,
  id: string | undefined,
): { readonly document: string; readonly format: string } {
  if (location === undefined && given === undefined && id === undefined)
    throw wrong(
      'FFT',
      'it has neither a location ($a) nor a name ($n)',
      'Give an address in $a, or the document in $n.',
    );
  const last = location === undefined ? '' : lastPart(location);
  const found = splitFileName(last);
  if (given === undefined && location !== undefined) {
    const parsed = parseFileName(last);
    return { document: parsed.document, format: format === undefined ? parsed.format : formatOf(format) };
  }
  return {
    document: given === undefined ? '' : documentName(given),
    format: format === undefined ? found.format : formatOf(format),
  };
}

/** "files/a%20b.pdf?version=1" is called "a b.pdf". */
function lastPart(location: string): string {
  const isAddress = /^[a-z][a-z\d+.-]*:\/\//i.test(location);
  const path = isAddress ? location.replace(/[?#].*$/s, '') : location;
  const last = path.slice(path.lastIndexOf('/') + 1);
  if (!isAddress) return last.normalize('NFC');
  try {
    return decodeURIComponent(last).normalize('NFC');
  } catch {
    return last;
  }
}

/** Of a document, without its extension. */
function documentName(text: string): string {
  const name = text.trim().normalize('NFC');
  // What a file of it would be called must be a name for a file.
  parseFileName(name);
  return name;
}

/** ".pdf", "pdf" and ".gif;icon" are pdf, pdf and gif;icon. */
function formatOf(text: string): string {
  const bare = text.trim().replace(/^\./, '');
  if (bare === '') return '';
  const parsed = splitFileName(`x.${bare}`);
  if (parsed.document === 'x') return parsed.format;
  // "ps.Z": the last part is the extension here.
  const last = splitFileName(bare);
  if (last.format !== '') return last.format;
  throw wrong('FFT', `$f "${shown(text)}" is no format`, 'Give the extension of the file, such as .pdf.');
}

function said(what: string, text: string | undefined): Said {
  if (text === undefined) return undefined;
  if (text === keep) return 'keep';
  return { text: checkText(what, text.replace(/\s+/g, ' ').trim()) ?? '' };
}

/** "status: thesis" is thesis; the other forms stay: who may see them is decided by their words. */
function statusOf(text: string | undefined): Said {
  const given = said('restriction', text);
  if (typeof given !== 'object') return given;
  const word = given.text.replace(/^status:\s*/i, '').trim();
  if (/^deleted$/i.test(word))
    throw wrong('FFT', '$r DELETED is no restriction', 'Use $t DELETE to delete a document.');
  return { text: word.replace(/^(email|group|role|firerole):\s*/i, (_, kind: string) => `${kind.toLowerCase()}: `) };
}

function timeOf(text: string | undefined): Date | undefined {
  if (text === undefined) return undefined;
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text.trim());
  const time =
    match === null
      ? undefined
      : new Date(`${match[1]}-${match[2]}-${match[3]}T${match[4] ?? '00'}:${match[5] ?? '00'}:${match[6] ?? '00'}Z`);
  // 31 February rolls over.
  if (
    time === undefined ||
    Number.isNaN(time.getTime()) ||
    !time.toISOString().startsWith(`${match![1]}-${match![2]}-${match![3]}`)
  )
    throw wrong('FFT', `$s "${shown(text)}" is no time`, 'Write it as 2007-05-04 03:02:01.');
  return time;
}

const noteCodes = { w: 'document', p: 'version', b: 'file', u: 'format' } as const;

function notesOf(field: Field): readonly NoteOf[] {
  return Object.entries(noteCodes).flatMap(([code, of]) => {
    const text = valueIn(field)(code);
    return text === undefined ? [] : [{ of, more: readNotes('FFT', code, text) }];
  });
}

function noteOrder(field: Field): NoteOrder {
  const one = valueIn(field);
  const part = partOf('BDM', one, ['i', 'n', 'v', 'f']);
  const text = one('m');
  if (text === undefined) throw wrong('BDM', 'it has no $m', 'Put a JSON object into $m.');
  const relation = relationOf('BDM', one('r'));
  if (relation === undefined && part.id === undefined && part.name === undefined)
    throw wrong('BDM', 'it names no document', 'Give $i or $n of a document, or $r of a relation.');
  return { ...part, relation, more: readNotes('BDM', 'm', text) };
}

function relationOrder(field: Field): RelationOrder {
  const one = valueIn(field);
  const [first, second] = [partOf('BDR', one, ['i', 'n', 'v', 'f']), partOf('BDR', one, ['j', 'o', 'w', 'g'])];
  const relation = relationOf('BDR', one('r'));
  const isNamed = ({ id, name }: DocumentName): boolean => id !== undefined || name !== undefined;
  if (relation === undefined && !(isNamed(first) && isNamed(second)))
    throw wrong('BDR', 'it does not name two documents', 'Give $i or $n for the first, $j or $o for the second.');
  const text = one('m');
  return {
    ...{ relation, first, second, type: checkText('type', one('t')) ?? '' },
    more: text === undefined ? undefined : readNotes('BDR', 'm', text),
    deletes: one('d')?.toUpperCase() === 'DELETE',
  };
}

function relationOf(tag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw wrong(tag, `$r "${shown(text)}" is no relation`, 'Give the number of a relation.');
}

function partOf(
  tag: string,
  one: (code: string) => string | undefined,
  [i, n, v, f]: readonly [string, string, string, string],
): DocumentPart {
  const [id, name, version, format] = [one(i), one(n), one(v), one(f)];
  if (id !== undefined) requireId(tag, id);
  if (version !== undefined && !isTemporary(version) && !/^[1-9]\d{0,8}$/.test(version))
    throw wrong(tag, `$${v} "${shown(version)}" is no version`, 'Give a number, or a TMP: name of this upload.');
  return {
    ...{ id, version, name: name === undefined ? undefined : documentName(name) },
    format: format === undefined ? undefined : formatOf(format),
  };
}

/** A name that stands for a number within one upload. */
export function isTemporary(text: string): boolean {
  return text.startsWith('TMP:');
}

function requireId(tag: string, text: string): void {
  if (isTemporary(text) ? text.length > 4 && text.length <= 200 : /^[1-9]\d{0,8}$/.test(text)) return;
  throw wrong(tag, `"${shown(text)}" is no document`, 'Give its number, or a TMP: name of this upload.');
}

const mostNotes = 100_000;

/**
 * JSON alone. Invenio has pickles of Python there, in Base64: reading one runs what whoever sent it
 * wants.
 */
function readNotes(tag: string, code: string, text: string): Notes {
  if (text.length > mostNotes)
    throw wrong(tag, `$${code} has more than ${mostNotes} characters`, 'Send less, or make it a file.');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (isPickle(text))
      throw wrong(
        tag,
        `$${code} is a pickle of Python, which is never read here: reading one runs a program in it`,
        'Send the same as JSON: {"namespace": {"key": "value"}}.',
      );
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !text.includes('\\u0000'))
    return value as Notes;
  throw wrong(tag, `$${code} is no JSON object`, 'Write it as {"namespace": {"key": "value"}}.');
}

/** Protocol 0 is text that begins with "(" or a letter of its, later ones begin with 0x80. */
function isPickle(text: string): boolean {
  const bytes = Buffer.from(text.trim(), 'base64');
  const isBase64 = /^[A-Za-z0-9+/\s]+=*\s*$/.test(text) && bytes.length > 0;
  const looks = (given: Buffer): boolean =>
    given[0] === 0x80 ||
    (/^[(\]}cdlp]/.test(given.toString('latin1')) && given.toString('latin1').trimEnd().endsWith('.'));
  return (isBase64 && looks(bytes)) || looks(Buffer.from(text.trim(), 'latin1'));
}

function all({ subfields }: Field, code: string): readonly string[] {
  return subfields.filter((one) => one.code === code).map(({ value }) => value.trim());
}

/** The first that is not empty. $r may be empty: then everybody may see it. */
function valueIn(field: Field): (code: string) => string | undefined {
  return (code) => {
    const values = all(field, code);
    return (
      values.find((value) => value !== '') ?? (code === 'r' || code === 'd' || code === 'z' ? values[0] : undefined)
    );
  };
}

function shown(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 60)}…`;
}

function wrong(tag: string, problem: string, hint: string): UserError {
  return new UserError(fileErrors.ordersWrong, { tag, problem, hint });
}
