/**
 * How much is tried, as numbers of runs of property tests are multiplied: TEST_SCALE, which
 * `.ci/run` sets to 0.15 and `npm run test:all` to 10; otherwise 1.
 */
export const scale = Number(process.env['TEST_SCALE'] || 1);
if (!(scale > 0)) throw new Error(`TEST_SCALE is a number above 0, and not ${process.env['TEST_SCALE']}`);

/** So much of this number, at least 1. */
export function scaled(ordinary: number): number {
  return Math.max(1, Math.round(ordinary * scale));
}

/**
 * Is the whole matrix run, or what shows most in little time? `npm run test:all` and `npm run
 * test:cluster` say so.
 */
export const isWhole = process.env['TEST_WHOLE'] === '1';
