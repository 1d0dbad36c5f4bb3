import { RoaringBitmap32 } from '../../index/bitmap.ts';
import { type Context, spacesAt } from '../evaluate/context.ts';

/**
 * How a number (ISBN, call number ...) of a field's dictionary is written in a visible record, as
 * far as its hit shows it; else as its tokenizer writes it. Undefined for fields of other values.
 */
export function writtenNumber(context: Context, code: string, term: string): string | undefined {
  const { analyzer, snapshot, visible } = context;
  const number = analyzer.field(code)?.number;
  if (number === undefined) return undefined;
  for (const [index, { segment }] of snapshot.segments.entries()) {
    for (const space of spacesAt(context, segment, { kind: 'field', code })) {
      const entry = segment.term(space, term);
      if (entry === undefined) continue;
      const [first] = RoaringBitmap32.and(segment.ordinals(entry), visible[index]!).toUint32Array(1);
      if (first === undefined) continue;
      const { i, h } = segment.brief(first);
      const written = [...(h === undefined ? [] : [h[1]]), ...i.map(([, value]) => value)];
      const found = written.find((text) => analyzer.queryValue(code, text) === term);
      if (found !== undefined) return found;
    }
  }
  const label = number.label?.(term);
  return label !== undefined && analyzer.queryValue(code, label) === term ? label : undefined;
}
