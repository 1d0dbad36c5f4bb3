import type { HitSet } from '../../index/snapshot.ts';
import type { Work } from '../../index/work.ts';
import type { RankMethod } from '../../site/site.ts';

/** A number for each record of each segment, by ordinal. */
export type Numbers = Float32Array | Uint32Array | Uint16Array;

/**
 * Scores of several methods added up by their shares, each between 0 and 1 first: the best of the
 * hits has 1. Citations go by their logarithm, since a few papers are cited thousands of times.
 * `numbers` are read before the next ones are asked for.
 */
export function* combined(
  hits: HitSet,
  methods: readonly { readonly method: RankMethod; readonly share: number }[],
  numbers: (method: RankMethod) => Work<readonly Numbers[] | undefined>,
): Work<readonly Float32Array[] | undefined> {
  const ordinals = hits.map((bits) => bits.toUint32Array());
  let sums: Float32Array[] | undefined;
  for (const { method, share } of methods) {
    const values = yield* numbers(method);
    if (values === undefined) return undefined;
    sums ??= values.map(({ length }) => new Float32Array(length));
    const scale = method.method === 'citations' ? Math.log1p : (value: number) => value;
    let most = 0;
    for (const [segment, list] of ordinals.entries()) {
      for (const ordinal of list) most = Math.max(most, values[segment]?.[ordinal] ?? 0);
    }
    if (most === 0) continue;
    const factor = share / scale(most);
    for (const [segment, list] of ordinals.entries()) {
      const sum = sums[segment]!;
      for (const ordinal of list) sum[ordinal]! += factor * scale(values[segment]?.[ordinal] ?? 0);
    }
  }
  return sums;
}
