/**
 * How much is tried, as numbers of runs of property tests are multiplied: TEST_SCALE, which
 * `.ci/run` sets to 0.1 and `npm run test:all` to 10; otherwise 1.
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

/** Of test/exchange-killed.test.ts: EXCHANGE_ROUNDS to find out more by hand. */
export function exchangeRounds(ordinary: number): number {
  return Number(process.env['EXCHANGE_ROUNDS'] || (isWhole ? 200 : ordinary));
}

/**
 * So many times as long as an ordinary one may a file of tests take: what is asked for with more
 * runs is not ended half way.
 */
export function patienceOf(): number {
  const wholeTakes = isWhole ? 4 : 1;
  return Math.max(1, scale, wholeTakes, exchangeRounds(0) / 50);
}
