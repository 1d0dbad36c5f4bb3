import { dataField, type Field, type MarcRecord } from '../marc/record.ts';

/** 980__c DELETED. */
export function isDeletionMark({ tag, ind1, ind2, subfields }: Field): boolean {
  return (
    tag === '980' &&
    ind1 === ' ' &&
    ind2 === ' ' &&
    subfields.some(({ code, value }) => code === 'c' && value.trim() === 'DELETED')
  );
}

/**
 * Leader/05 "d": who sent the record deleted it. What it holds beside its number may be anything
 * then, so such a record asks for a deletion and is no version itself. One that is marked with
 * 980__c as well is a version, as it came.
 */
export function asksDeletion(record: MarcRecord): boolean {
  return record.leader.charCodeAt(5) === 0x64 && !record.fields.some(isDeletionMark);
}

export function isDeleted(record: MarcRecord): boolean {
  return record.leader.charCodeAt(5) === 0x64 || record.fields.some(isDeletionMark);
}

export function markDeleted(record: MarcRecord): MarcRecord {
  if (record.fields.some(isDeletionMark)) return record;
  const mark = dataField('980', ' ', ' ', [{ code: 'c', value: 'DELETED' }]);
  return { leader: record.leader, fields: [...record.fields, mark] };
}
