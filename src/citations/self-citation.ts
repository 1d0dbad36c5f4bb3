/** Do two ascending lists have a number in common? */
export function share(
  a: ArrayLike<number>,
  aFrom: number,
  aTo: number,
  b: ArrayLike<number>,
  bFrom: number,
  bTo: number,
): boolean {
  let i = aFrom;
  let j = bFrom;
  while (i < aTo && j < bTo) {
    const difference = a[i]! - b[j]!;
    if (difference === 0) return true;
    if (difference < 0) i++;
    else j++;
  }
  return false;
}

/**
 * The low halves of author keys, ascending: of two papers by 3,000 authors one in 500 would be
 * taken for a self-citation.
 */
export function authorNumbers(keys: readonly number[]): Uint32Array {
  const numbers = new Uint32Array(keys.length / 2);
  for (let i = 0; i < numbers.length; i++) numbers[i] = keys[2 * i + 1]!;
  return numbers.sort();
}

/**
 * A digest of what decides who cites a record and which of that are self-citations: its own keys
 * and its authors.
 */
export function markOf(own: ArrayLike<number>, authors: ArrayLike<number>): number {
  let mark = 0x9e3779b1;
  const add = (numbers: ArrayLike<number>): void => {
    for (let i = 0; i < numbers.length; i++) mark = Math.imul(mark ^ numbers[i]!, 0x01000193) ^ (mark >>> 15);
    mark = Math.imul(mark ^ 0xffff, 0x85ebca6b);
  };
  add(own);
  add(authors);
  return mark >>> 0 || 1;
}
