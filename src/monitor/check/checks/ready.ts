import type { Check } from '../definition.ts';
import { counted, reportedBy } from './parts.ts';

export const ready: Check = {
  name: 'ready',
  question: 'Are there workers that answer readers?',
  summary: 'Workers that are ready.',
  critical: '1:',
  page: 'A dead node',
  every: 5_000,
  run: ({ status }) => {
    const { workers, state, name } = status();
    const there = workers.filter((worker) => worker.state === 'ready').length;
    const measures = [{ label: 'ready', value: there, unit: '' as const, minimum: 0, maximum: workers.length }];
    const said = `${name} is ${state}: ${there} of ${counted(workers.length, 'worker', 'workers')} ready`;
    const silent = reportedBy(workers).length === 0 && workers.length > 0 ? ', and none has reported yet' : '';
    return { sentence: `${said}${silent}.`, measures, fix: 'reperio status' };
  },
};
