import sql from 'sql-template-tag';
import type { Check } from '../definition.ts';
import { reasonOf } from './parts.ts';

/** A database that takes longer does not answer. Milliseconds. */
const within = 5_000;

export const database: Check = {
  name: 'database',
  question: 'Does the database answer, and has it connections to spare?',
  summary: 'Connections used, of those that the database allows (`max_connections`).',
  warning: '80',
  critical: '90',
  page: 'A lost database',
  every: 10_000,
  run: async (context) => {
    const began = performance.now();
    try {
      const [row] = await soon(
        context.database().query<{ used: number; most: number }>(
          sql`SELECT count(*)::int AS used, current_setting('max_connections')::int AS most
            FROM pg_stat_activity WHERE backend_type IN ('client backend', 'walsender')`,
          { patience: 0 },
        ),
      );
      const { used, most } = row!;
      const seconds = (performance.now() - began) / 1000;
      return {
        sentence: `The database answered in ${(seconds * 1000).toFixed(0)} ms; ${used} of ${most} connections are used.`,
        measures: [
          { label: 'used', value: (100 * used) / most, unit: '%', minimum: 0, maximum: 100 },
          { label: 'connections', value: used, unit: '', minimum: 0, maximum: most },
          { label: 'time', value: seconds, unit: 's', minimum: 0 },
        ],
        fix: 'reperio db status',
      };
    } catch (error) {
      if (error instanceof NoDatabase) throw error;
      return {
        atLeast: 'critical',
        sentence: `The database does not answer: ${reasonOf(error)}.`,
        measures: [{ label: 'used', value: undefined, unit: '%' }],
        fix: 'reperio db status',
      };
    }
  },
};

/** There is none to ask: that is no finding about it. */
export class NoDatabase extends Error {}

async function soon<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it has said nothing for ${within / 1000} s`)), within);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
