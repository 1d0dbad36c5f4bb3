import { withoutIsbd } from '../marc/isbd.ts';
import type { Field, MarcRecord } from '../marc/record.ts';
import { dataFields, subfields } from './fields.ts';
import { inSentences, nameKind, nameOf } from './names.ts';

/** What is transcribed first, then authorised forms. */
export const seriesTags: ReadonlySet<string> = new Set(['490', '440', '830', '800', '810', '811']);

/** 830 is the authorised form of what 490 transcribes: one series, said twice. */
export function seriesOf(record: MarcRecord): readonly string[] {
  if (!record.fields.some(({ tag }) => seriesTags.has(tag))) return [];
  const lines = [...seriesTags].flatMap((tag) =>
    dataFields(record, tag).map((field) => ({ tag, line: seriesLine(field) })),
  );
  const key = (line: string): string => line.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ');
  const seen = new Set<string>();
  return lines.flatMap(({ line }) => (line === '' || seen.has(key(line)) || !seen.add(key(line)) ? [] : [line]));
}

/** "Pond studies ; 12", with its author where 800, 810 and 811 name one. */
export function seriesLine(field: Field): string {
  const kind = nameKind(field.tag);
  const name = kind === undefined ? [] : [nameOf(field, kind)];
  const title = subfields(field, kind === undefined ? 'anp' : 'tnp').map(withoutIsbd);
  const volume = subfields(field, 'v').map(withoutIsbd);
  const whole = inSentences([...name, ...title]);
  return [whole, ...volume].filter((one) => one !== '').join(' ; ');
}
