import { sampleSeconds } from '../../node-meter.ts';
import type { Check } from '../definition.ts';
import { counted, lately } from './parts.ts';

const within = 120;
/** One failure of three requests is no third of all: at least so many are reckoned. */
const least = 100;

export const errors: Check = {
  name: 'errors',
  question: 'Are readers answered without server errors?',
  summary: 'Share of answers of the last two minutes that are server errors (5xx), of 100 answers at least.',
  warning: '1',
  critical: '5',
  page: 'A slow page',
  every: 10_000,
  run: ({ status }) => {
    const samples = lately(status().samples, within);
    const failed = Math.round(samples.reduce((sum, { errors: each }) => sum + each * sampleSeconds, 0));
    const all = Math.round(samples.reduce((sum, { requests }) => sum + requests * sampleSeconds, 0));
    const share = (100 * failed) / Math.max(least, all);
    return {
      sentence: `${counted(failed, 'answer', 'answers')} of ${all} in the last two minutes ${failed === 1 ? 'was a server error' : 'were server errors'} (5xx).`,
      measures: [
        { label: 'errors', value: share, unit: '%', minimum: 0, maximum: 100 },
        { label: 'failed', value: failed, unit: '' },
        { label: 'requests', value: all, unit: '' },
      ],
      fix: 'reperio status',
    };
  },
};
