import { controlField, type MarcRecord } from '../marc/record.ts';

/** A record on its way out, already without what the person may not see. */
export interface ExportItem {
  readonly id: number;
  readonly created: Date;
  readonly modified: Date;
  readonly record: MarcRecord;
}

/** Field 005 of a version: YYYYMMDDHHMMSS.0 in UTC (MARC 21). */
export function versionStamp(modified: Date): string {
  return `${modified.toISOString().replace(/\D/g, '').slice(0, 14)}.0`;
}

/**
 * The record with our number as 001 and the time of its version as 005; everything else as it was loaded. Either stands where the source
 * had it; 001 comes first and 005 after 001 and 003 when the source had none.
 */
export function withOurNumbers(item: ExportItem): MarcRecord {
  const ours: Readonly<Record<string, string>> = { '001': String(item.id), '005': versionStamp(item.modified) };
  const fields = item.record.fields.filter((field, i, all) => {
    return !(field.tag in ours) || all.findIndex((other) => other.tag === field.tag) === i;
  });
  const replaced = fields.map((field) => (field.tag in ours ? controlField(field.tag, ours[field.tag]!) : field));
  if (!replaced.some((field) => field.tag === '001')) replaced.unshift(controlField('001', ours['001']!));
  if (!replaced.some((field) => field.tag === '005')) {
    const third = replaced.findLastIndex((field) => field.tag === '001' || field.tag === '003');
    replaced.splice(third + 1, 0, controlField('005', ours['005']!));
  }
  return { leader: item.record.leader, fields: replaced };
}
