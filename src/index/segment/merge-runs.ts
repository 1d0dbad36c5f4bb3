/**
 * The order that sorts numbers made of ascending runs: `runs` are the places where each begins, and
 * behind them the length of all. Merges neighbours two by two, so it costs one pass for each
 * doubling of the number of runs.
 */
export function mergeRuns(numbers: Uint32Array, runs: readonly number[]): Uint32Array {
  const length = runs.at(-1)!;
  let order = new Uint32Array(length);
  for (let i = 0; i < length; i++) order[i] = i;
  let spare = new Uint32Array(length);
  let starts = runs;
  while (starts.length > 2) {
    const merged: number[] = [];
    for (let run = 0; run < starts.length - 1; run += 2) {
      const start = starts[run]!;
      const middle = starts[run + 1]!;
      mergePair(numbers, order, spare, start, middle, starts[run + 2] ?? middle);
      merged.push(start);
    }
    merged.push(length);
    starts = merged;
    [order, spare] = [spare, order];
  }
  return order;
}

function mergePair(
  numbers: Uint32Array,
  from: Uint32Array,
  to: Uint32Array,
  start: number,
  middle: number,
  end: number,
): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const takeLeft = right >= end || (left < middle && numbers[from[left]!]! <= numbers[from[right]!]!);
    to[at] = takeLeft ? from[left++]! : from[right++]!;
  }
}
