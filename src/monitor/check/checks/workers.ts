import type { NodeStatus, WorkerExit } from '../../node-status.ts';
import type { Check } from '../definition.ts';
import { counted } from './parts.ts';

const window = 600_000;
/** Who lived so long was no failed start, in seconds; so many failed starts in a row are a loop. */
const young = 30;
const loop = 5;

export const workers: Check = {
  name: 'workers',
  question: 'Do workers live?',
  summary: 'Workers that died in the last ten minutes.',
  warning: '2',
  critical: '15',
  page: 'A worker that crashes in a loop',
  every: 5_000,
  run: ({ status, now }) => {
    const found = status();
    const recent = found.deaths.filter(({ when }) => now() - when < window);
    const silent = found.workers.filter(({ state }) => state === 'silent');
    const place = loopAt(recent, found, now());
    const [last] = recent;
    const died = `${counted(recent.length, 'worker', 'workers')} died in the last ten minutes`;
    const how = last === undefined ? '' : `, the last with ${last.how}${said(last)}`;
    const quiet =
      silent.length === 0 ? '' : ` ${counted(silent.length, 'worker', 'workers')} have not reported for seconds.`;
    const measures = [
      { label: 'deaths', value: recent.length, unit: '' as const, minimum: 0 },
      { label: 'silent', value: silent.length, unit: '' as const, warning: '0', minimum: 0 },
      { label: 'total', value: found.deathCount + found.background.deaths, unit: 'c' as const },
    ];
    const background = backgroundProblem(found);
    const fix = 'reperio status';
    if (place !== undefined)
      return {
        atLeast: 'critical',
        sentence: `Worker ${place + 1} crashes in a loop: ${died}${how}.${quiet}`,
        measures,
        fix,
      };
    if (background !== undefined)
      return { atLeast: 'warning', sentence: `${background} ${died}${how}.`, measures, fix };
    return { sentence: `${died}${how}.${quiet}`, measures, fix };
  },
};

/**
 * The newest first: did the last ones at one place all die soon after their start, and is there
 * none that lives longer?
 */
function loopAt(deaths: readonly WorkerExit[], { workers: living }: NodeStatus, now: number): number | undefined {
  return [...new Set(deaths.map(({ place }) => place))].find((place) => {
    const last = deaths.filter((death) => death.place === place).slice(0, loop);
    const isOver = living.some(
      (each) => each.place === place && each.started >= (last[0]?.when ?? 0) && now - each.started > young * 1000,
    );
    return last.length === loop && last.every(({ age }) => age < young) && !isOver;
  });
}

function said({ said: lines }: WorkerExit): string {
  const line = lines.findLast((each) => /error/i.test(each)) ?? lines.at(-1);
  return line === undefined ? '' : ` ("${line.trim().slice(0, 200)}")`;
}

function backgroundProblem({ background, state }: NodeStatus): string | undefined {
  if (background.pid !== 0 || state !== 'serving') return undefined;
  return `The background process, which looks after the index and periodic tasks, is not running${background.lastDeath === undefined ? '' : `: it ${background.lastDeath}`}.`;
}
