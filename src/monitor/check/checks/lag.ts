import type { Sample } from '../../node-meter.ts';
import type { NodeStatus } from '../../node-status.ts';
import type { Check } from '../definition.ts';
import { lately, median } from './parts.ts';

/** Seconds. */
const warning = 0.2;
const window = 30;

export const lag: Check = {
  name: 'lag',
  question: 'Are the event loops of workers on time?',
  summary: 'How late the event loops were in half a minute, the median of the latest of each five seconds, in seconds.',
  warning: String(warning),
  critical: '1',
  page: 'A slow page',
  every: 5_000,
  run: ({ status }) => {
    const node = status();
    const samples = lately(node.samples, window);
    const seconds = median(samples.map((each) => each.lag)) / 1000;
    const why = seconds > warning ? whyLate(samples, node) : undefined;
    return {
      sentence: `In the last half minute event loops were ${(seconds * 1000).toFixed(0)} ms late${why === undefined ? '' : `; ${why.said}`}.`,
      measures: [{ label: 'lag', value: seconds, unit: 's', minimum: 0 }],
      fix: why?.fix ?? 'reperio profile --seconds 10',
    };
  },
};

/** Who needs so many times the cores that there are keeps others waiting. */
const tooMuch = 2;

/** Is it one worker alone, or the whole machine? Undefined: it is what readers ask. */
function whyLate(
  samples: readonly Sample[],
  { workers, load, cores }: NodeStatus,
): { readonly said: string; readonly fix: string } | undefined {
  const lags = workers
    .map(({ pid, place }) => ({ pid, place, lag: median(samples.map(({ lags = {} }) => lags[pid] ?? 0)) / 1000 }))
    .toSorted((a, b) => b.lag - a.lag);
  const [worst, next] = lags;
  if (worst !== undefined && next !== undefined && worst.lag > warning && next.lag < worst.lag / 4)
    return {
      said: `worker ${worst.place + 1} (process ${worst.pid}) is, and the others are not`,
      fix: 'systemctl reload reperio-web',
    };
  const [now = 0] = load;
  if (now > tooMuch * cores)
    return {
      said: `the load of the machine is ${now.toFixed(1)} on ${cores} cores`,
      fix: 'top -b -n 1 -o %CPU | head -n 15',
    };
  return undefined;
}
