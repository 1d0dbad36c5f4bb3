import { callNumbersIn } from '../identifiers/call-number.ts';
import { withoutIsbd } from '../marc/isbd.ts';
import type { Field, MarcRecord } from '../marc/record.ts';
import { dataFields, distinct, subfield, subfields } from './fields.ts';

/** Where a copy is (852), as a reader looks for it. */
export interface Holding {
  /** Institution, library and collection: "DLC", "Main Library", "Reading room". */
  readonly places: readonly string[];
  /** As it stands on the shelf; undefined when nothing says so. */
  readonly shelfMark: string | undefined;
  /** Number of the copy. */
  readonly copy: string | undefined;
  /** For readers, as "In place". */
  readonly notes: readonly string[];
}

export interface Holdings {
  readonly copies: readonly Holding[];
  /** Institutions that have the work (850). */
  readonly institutions: readonly string[];
  /** Which volumes there are, as text: of the work, its supplements, its indexes. */
  readonly volumes: Readonly<Record<'work' | 'supplements' | 'indexes', readonly string[]>>;
  /** Class and call numbers of the work (050 and others), when no copy has a shelf mark. */
  readonly callNumbers: readonly string[];
}

/**
 * Tags of call numbers that say how they are made: LC, NLM, Dewey, UDC, other schemes, local ones.
 */
const classified = ['050', '090', '060', '082', '092', '080', '084', '099'];

export function holdingsOf(record: MarcRecord): Holdings {
  const said = dataFields(record, '852').map(holding).filter(isSaying);
  // Copies on one shelf that nothing tells apart are one line.
  const copies = [...new Map(said.map((copy) => [JSON.stringify(copy), copy])).values()];
  const isMarked = copies.some(({ shelfMark }) => shelfMark !== undefined);
  return {
    copies,
    institutions: distinct(dataFields(record, '850').flatMap((field) => subfields(field, 'a').map(withoutIsbd))),
    volumes: volumes(record),
    callNumbers: isMarked ? [] : callNumbers(record),
  };
}

/** Place and shelf mark of the first copy, for one line; undefined when the record says neither. */
export function shelfLine(record: MarcRecord): readonly [place: string, mark: string] | undefined {
  const field = dataFields(record, '852').find((one) => isSaying(holding(one)));
  const copy = field === undefined ? undefined : holding(field);
  const mark = copy?.shelfMark ?? callNumbers(record)[0];
  const place = copy?.places.join(', ') ?? '';
  return place === '' && mark === undefined ? undefined : [place, mark ?? ''];
}

/** "Main Library, Reading room: QC174.12 .G74 2005". */
export function holdingText({ places, shelfMark }: Holding): string {
  return [places.join(', '), shelfMark ?? ''].filter((part) => part !== '').join(': ');
}

function holding(field: Field): Holding {
  return {
    places: distinct(subfields(field, 'abc').map(withoutIsbd)),
    shelfMark: callNumbersIn(field.subfields.filter(({ code }) => 'hijkm'.includes(code)))[0],
    copy: subfield(field, 't'),
    notes: subfields(field, 'z'),
  };
}

function isSaying({ places, shelfMark, notes }: Holding): boolean {
  return places.length > 0 || shelfMark !== undefined || notes.length > 0;
}

function callNumbers(record: MarcRecord): readonly string[] {
  return distinct(
    classified.flatMap((tag) => dataFields(record, tag).flatMap((field) => callNumbersIn(field.subfields))),
  );
}

/**
 * As the cataloguer wrote it (866 to 868); else made of captions (853 to 855) and values (863 to
 * 865).
 */
function volumes(record: MarcRecord): Holdings['volumes'] {
  const of = (at: number): readonly string[] => {
    const written = dataFields(record, String(866 + at)).map((field) => subfields(field, 'az').join(' '));
    const said = written.filter((text) => text !== '');
    const made = () => {
      const captions = new Map<string | undefined, Field>();
      for (const field of dataFields(record, String(853 + at)).toReversed()) captions.set(subfield(field, '8'), field);
      return dataFields(record, String(863 + at)).map((field) => summary(field, captions));
    };
    return distinct(said.length > 0 ? said : made().filter((text) => text !== ''));
  };
  return { work: of(0), supplements: of(1), indexes: of(2) };
}

/** "v. 1-10 (1990-1999)": enumeration in $a to $h, chronology in $i to $m. */
function summary(field: Field, captions: ReadonlyMap<string | undefined, Field>): string {
  const pattern = captions.get(subfield(field, '8')?.split('.')[0]);
  const part = (code: string): string => {
    const value = subfield(field, code);
    if (value === undefined) return '';
    const caption = subfield(pattern, code) ?? '';
    return caption === '' || /^[(*]/.test(caption) ? value : `${caption} ${value}`;
  };
  const joined = (codes: string, sign: string) =>
    [...codes]
      .map(part)
      .filter((text) => text !== '')
      .join(sign);
  const times = joined('ijklm', ' ');
  return `${joined('abcdefgh', ', ')}${times === '' ? '' : ` (${times})`}`.trim();
}
