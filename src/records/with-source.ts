import { controlField, controlValue, type MarcRecord } from '../marc/record.ts';

/**
 * The record with 003 for its 001 when it has none: whoever accepts it later does not know where it
 * came from, and would take its number for one of ours.
 */
export function withSource(record: MarcRecord, source: string | undefined): MarcRecord {
  const isNamed = controlValue(record, '001') === undefined || (controlValue(record, '003') ?? '').trim() !== '';
  if (source === undefined || source === '' || isNamed) return record;
  const fields = record.fields
    .filter(({ tag }) => tag !== '003')
    .flatMap((one) => (one.tag === '001' ? [one, controlField('003', source)] : [one]));
  return { leader: record.leader, fields };
}
