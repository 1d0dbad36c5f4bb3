import { betweenTurns, type Work } from '../index/work.ts';

const digits = 0x10000;

/**
 * The places 0, 1, 2 ... of numbers in the order of these numbers, equal ones as they stand: a
 * radix sort of 16 bits a pass.
 */
export function* sortedPlaces(numbers: Uint32Array): Work<Uint32Array> {
  let highest = 0;
  for (let at = 0; at < numbers.length; at++) if (numbers[at]! > highest) highest = numbers[at]!;
  const places = Uint32Array.from({ length: numbers.length }, (_, at) => at);
  yield;
  const once = yield* sortedBy(places, numbers, 0);
  return highest < digits ? once : yield* sortedBy(once, numbers, 16);
}

/** Places in the order of 16 bits of their numbers. */
function* sortedBy(places: Uint32Array, numbers: Uint32Array, shift: number): Work<Uint32Array> {
  const starts = new Uint32Array(digits + 1);
  for (let at = 0; at < numbers.length; at++) starts[((numbers[at]! >>> shift) & 0xffff) + 1]!++;
  for (let digit = 1; digit <= digits; digit++) starts[digit]! += starts[digit - 1]!;
  yield;
  const result = new Uint32Array(places.length);
  for (let at = 0; at < places.length; at++) {
    const place = places[at]!;
    result[starts[(numbers[place]! >>> shift) & 0xffff]!++] = place;
    if (at % betweenTurns === betweenTurns - 1) yield;
  }
  return result;
}
