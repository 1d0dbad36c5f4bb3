import type { Check } from '../definition.ts';
import { blamed } from './blocker.ts';

/** A route that is asked for less often says little, by requests in a minute. */
const least = 20;
/** What readers wait for: downloads take as long as their network. */
const isPage = (route: string): boolean => !/files|export|feed|openapi/.test(route);

export const slow: Check = {
  name: 'slow',
  question: 'Are pages answered soon?',
  summary: 'Seconds within which 95 of 100 requests of the slowest page were answered in the last minute.',
  warning: '1',
  critical: '10',
  page: 'A slow page',
  every: 10_000,
  run: async ({ status, database }) => {
    const asked = status().routes.filter(({ route, perSecond }) => isPage(route) && perSecond * 60 >= least);
    const slowest = asked.toSorted((a, b) => b.p95 - a.p95)[0];
    const seconds = (slowest?.p95 ?? 0) / 1000;
    const blame = seconds > 1 ? await blamed(database) : undefined;
    return {
      sentence:
        slowest === undefined
          ? 'No page was asked for often enough in the last minute to say.'
          : `95 of 100 requests of ${slowest.route} were answered within ${seconds.toFixed(2)} s; ${blame?.said ?? 'no page is slower'}.`,
      measures: [{ label: 'p95', value: seconds, unit: 's', minimum: 0 }],
      fix: blame?.fix ?? 'reperio profile --seconds 10',
    };
  },
};
