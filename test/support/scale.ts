/**
 * How much a property test tries: a small share in an ordinary run, all of it with TEST_SCALE=full, or that part of
 * it with a number from 0 to 1.
 */
export function scaled(ordinary: number, full: number): number {
  const { TEST_SCALE: scale } = process.env;
  if (scale === undefined || scale === '') return ordinary;
  return Math.ceil(full * (scale === 'full' ? 1 : Number(scale)));
}
