import type { Check } from '../definition.ts';
import { lately, median } from './parts.ts';

export const lag: Check = {
  name: 'lag',
  question: 'Are the event loops of workers on time?',
  summary: 'How late the event loops were in half a minute, the median of the latest of each five seconds, in seconds.',
  warning: '0.2',
  critical: '1',
  page: 'A slow page',
  every: 5_000,
  run: ({ status }) => {
    const samples = lately(status().samples, 30);
    const seconds = median(samples.map((each) => each.lag)) / 1000;
    return {
      sentence: `In the last half minute event loops were ${(seconds * 1000).toFixed(0)} ms late.`,
      measures: [{ label: 'lag', value: seconds, unit: 's', minimum: 0 }],
      fix: 'reperio profile --seconds 10',
    };
  },
};
