import { instructionTags } from '../marc/instructions.ts';
import { controlField, controlValue, dataField, type Field, type MarcRecord } from '../marc/record.ts';
import { foreignControl, type Identity } from './identifiers.ts';

/**
 * What a record becomes when the library takes it: our number in 001, the time of the version in
 * 005, nothing else changed.
 */

let lastStamp = { time: Number.NaN, text: '' };

/**
 * Field 005 of a time, in UTC with tenths of a second (MARC 21, 005). All records of a batch have
 * one time, so the last is remembered.
 */
export function timeStamp(time: Date): string {
  if (time.getTime() !== lastStamp.time) lastStamp = { time: time.getTime(), text: formatStamp(time) };
  return lastStamp.text;
}

function formatStamp(time: Date): string {
  const digits = time.toISOString().replace(/\D/g, '');
  return `${digits.slice(0, 14)}.${digits.slice(14, 15)}`;
}

/** The time a 005 says, as UTC; undefined when it is not a possible one. */
export function readTimeStamp(value: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d))?$/.exec(value.trim());
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second, tenth] = match.slice(1).map((part) => Number(part ?? 0));
  const time = new Date(Date.UTC(year!, month! - 1, day!, hour!, minute!, second!, (tenth ?? 0) * 100));
  // Date.UTC rolls 31 February, and what is no time of a day, over.
  const isDay = time.getUTCMonth() === month! - 1 && time.getUTCDate() === day!;
  const isTime = hour! < 24 && minute! < 60 && second! < 60;
  return isDay && isTime && year! >= 1000 ? time : undefined;
}

export interface Creation {
  readonly created: Date;
  readonly warning: string | undefined;
}

/**
 * The creation date of a record that is inserted at `now`: its 005 when that is a date in the past.
 */
export function creationOf(record: MarcRecord, now: Date): Creation {
  const stamp = controlValue(record, '005');
  if (stamp === undefined) return { created: now, warning: undefined };
  const time = readTimeStamp(stamp);
  if (time === undefined) return { created: now, warning: `its 005 "${shorten(stamp)}" is not a date and was ignored` };
  if (time > now) return { created: now, warning: `its 005 "${stamp}" lies in the future and was ignored` };
  return { created: time, warning: undefined };
}

/** What to tell of a record that has such fields, as a predicate. */
export function instructionWarning({ fields }: MarcRecord): string | undefined {
  const tags = instructionTags.filter((tag) => fields.some((field) => field.tag === tag));
  if (tags.length === 0) return undefined;
  return `its fields ${tags.join(', ')}, which say what to do with files, were left out; they are followed in files of records that are loaded or uploaded`;
}

export interface VersionStamp {
  readonly id: number;
  /** Field 001 is our number already; else it is kept as 035__a. */
  readonly ours: boolean;
  readonly modified: Date;
  /** Of the version that is replaced: a record that comes without a leader keeps it. */
  readonly leaderBefore?: string | undefined;
}

export function stampRecord(record: MarcRecord, identity: Identity, version: VersionStamp): MarcRecord {
  const number = controlField('001', String(version.id));
  const stamp = controlField('005', timeStamp(version.modified));
  const fields: Field[] = [];
  let numbered = false;
  let stamped = false;
  for (const field of record.fields) {
    if (field.value !== undefined && field.tag === '001' && !numbered) {
      fields.push(number);
      numbered = true;
    } else if (field.value !== undefined && field.tag === '005' && !stamped) {
      fields.push(stamp);
      stamped = true;
    } else if (!instructionTags.includes(field.tag)) {
      fields.push(field);
    }
  }
  if (!numbered) fields.unshift(number);
  if (!stamped) fields.splice(afterControl(fields, '005'), 0, stamp);
  if (identity.control !== '' && !version.ours) keepControl(fields, foreignControl(identity));
  return { leader: record.leader === '' ? leaderKept(version.leaderBefore ?? '') : record.leader, fields };
}

/** A record that says nothing of a deletion is not deleted by what its leader said before. */
export function leaderKept(leader: string): string {
  return leader[5] === 'd' ? `${leader.slice(0, 5)}c${leader.slice(6)}` : leader;
}

/**
 * Puts what stood in 001 elsewhere behind the other 035, unless it is there. All ways by which a
 * record may come put it in the same place, else each change of the way would be a version.
 */
export function keepControl(fields: Field[], value: string): void {
  const has = fields.some(
    ({ tag, ind1, ind2, subfields }) =>
      tag === '035' &&
      ind1 === ' ' &&
      ind2 === ' ' &&
      subfields.some((s) => s.code === 'a' && s.value.trim() === value),
  );
  if (has) return;
  const kept = dataField('035', ' ', ' ', [{ code: 'a', value }]);
  const last = fields.findLastIndex((field) => field.tag === '035');
  const later = fields.findIndex((field) => field.value === undefined && field.tag > '035');
  fields.splice(last >= 0 ? last + 1 : later >= 0 ? later : fields.length, 0, kept);
}

// Behind the control fields that stand at the front and sort before it.
function afterControl(fields: readonly Field[], tag: string): number {
  let place = 0;
  while (place < fields.length && fields[place]!.value !== undefined && fields[place]!.tag < tag) place++;
  return place;
}

function shorten(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
