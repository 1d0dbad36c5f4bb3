import type { MarcRecord } from '../record.ts';

/**
 * One record as MARC-in-JSON (rossfsinger.com/blog/2010/09), on one line. Lossless. Written text by
 * text: objects for JSON.stringify take ten times the size of a record, and five times as long.
 */
export function toMarcJson(record: MarcRecord): string {
  const out: string[] = ['{"leader":', quoted(record.leader), ',"fields":['];
  let before = '{';
  for (const { tag, ind1, ind2, value, subfields } of record.fields) {
    out.push(before, quoted(tag));
    before = ',{';
    if (value !== undefined) {
      out.push(':', quoted(value), '}');
      continue;
    }
    out.push(':{"ind1":', quoted(ind1), ',"ind2":', quoted(ind2), ',"subfields":[');
    let between = '{';
    for (const subfield of subfields) {
      out.push(between, quoted(subfield.code), ':', quoted(subfield.value), '}');
      between = ',{';
    }
    out.push(']}}');
  }
  out.push(']}');
  return out.join('');
}

/**
 * What JSON writes otherwise than it is: marks of its own, control characters, halves of letters.
 */
const escaped = /["\\\u0000-\u001f\ud800-\udfff]/;

function quoted(text: string): string {
  return escaped.test(text) ? JSON.stringify(text) : `"${text}"`;
}
