import type { RankMethod } from '../../site/site.ts';
import { type Context, spacesAt } from '../evaluate/context.ts';

/**
 * A number for each record of a segment: the value of the method's path, looked up in its knowledge
 * base; the highest when it has several, 0 when it has none.
 */
export function knowledgeNumbers(method: RankMethod, context: Context, index: number): Float32Array {
  const { snapshot } = context;
  const segment = (snapshot.segments[index] as (typeof snapshot.segments)[number]).segment;
  const numbers = new Float32Array(segment.count);
  const { base, path } = method;
  if (base === undefined || path === undefined) return numbers;
  for (const [value, text] of Object.entries(snapshot.site.knowledge[base] ?? {})) {
    const number = Number(text);
    if (!Number.isFinite(number)) continue;
    for (const space of spacesAt(context, segment, { kind: 'path', path })) {
      const entry = segment.term(space, context.analyzer.pathValue(path, value));
      if (entry === undefined) continue;
      for (const ordinal of segment.list(entry)) {
        numbers[ordinal] = Math.max(numbers[ordinal] as number, number);
      }
    }
  }
  return numbers;
}
