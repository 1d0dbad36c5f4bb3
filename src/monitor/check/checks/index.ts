import type { Check } from '../definition.ts';
import { blamed } from './blocker.ts';
import { capital, counted, reportedBy } from './parts.ts';

/** Seconds. A process that only waits, as for a lock, has no problem to tell yet. */
const late = 30;

export const index: Check = {
  name: 'index',
  question: 'Is the index read again and again, and whole?',
  summary: 'Seconds since the worker that is furthest behind has read the index.',
  warning: String(late),
  critical: '300',
  page: 'A lost database',
  every: 10_000,
  run: async ({ status, database }) => {
    const reports = reportedBy(status().workers);
    if (reports.length === 0) return { atLeast: 'unknown', sentence: 'No worker has reported.' };
    const age = Math.max(...reports.map((report) => report.index.age)) / 1000;
    const deltas = Math.max(...reports.map((report) => report.index.deltas));
    const records = Math.max(...reports.map((report) => report.index.records));
    const problem = reports.map((report) => report.index.problem).find((each) => each !== undefined);
    const read = `The index of ${counted(records, 'record', 'records')} was read ${age.toFixed(0)} s ago; ${counted(deltas, 'version', 'versions')} of records ${deltas === 1 ? 'is' : 'are'} in no segment yet.`;
    const blame = problem === undefined && age <= late ? undefined : await blamed(database);
    const found = [problem, blame === undefined ? undefined : `${capital(blame.said)}.`, read];
    return {
      ...(problem === undefined ? {} : { atLeast: 'warning' as const }),
      sentence: found.filter((one) => one !== undefined).join(' '),
      measures: [
        { label: 'age', value: age, unit: 's', minimum: 0 },
        { label: 'deltas', value: deltas, unit: '', warning: '5000', critical: '50000', minimum: 0 },
        { label: 'records', value: records, unit: '', minimum: 0 },
      ],
      fix: /damage|checksum/i.test(problem ?? '') ? 'reperio index verify' : (blame?.fix ?? 'reperio index status'),
    };
  },
};
