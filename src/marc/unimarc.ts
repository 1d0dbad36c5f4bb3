import type { MarcRecord } from './record.ts';

/**
 * Is this UNIMARC and not MARC 21? Its title is in 200, never in 245, and either its leader ends
 * with "450 " or its 100 begins with the date on which it was entered, where MARC 21 has a name.
 * Asked of every record, so what nearly all have is looked for first.
 */
export function isUnimarc({ leader, fields }: MarcRecord): boolean {
  for (let at = 0; at < fields.length; at += 1) if (fields[at]!.tag === '245') return false;
  const title = fields.find(({ tag }) => tag === '200');
  if (title === undefined || !title.subfields.some(({ code }) => code === 'a')) return false;
  if (leader.startsWith('450', 20) && leader[23] !== '0') return true;
  const processing = fields.find(({ tag }) => tag === '100');
  return processing?.subfields.some(({ code, value }) => code === 'a' && /^\d{8}[a-u ]/.test(value)) ?? false;
}
