import { type JobTrouble, jobTrouble } from '../../../jobs/queue/count.ts';
import type { Check } from '../definition.ts';
import { counted } from './parts.ts';

/**
 * With nothing running, a job that is due waits for so long only when no node does jobs, in
 * seconds.
 */
const idle = 300;

export const jobs: Check = {
  name: 'jobs',
  question: 'Are jobs done, and has somebody seen those that failed?',
  summary: 'Seconds that the oldest job which is due has waited.',
  warning: '21600',
  critical: '172800',
  page: 'A job that failed or waits',
  shared: true,
  every: 15_000,
  run: async ({ database }) => {
    const trouble = await jobTrouble(database());
    const { waiting, running, failed, schedules } = trouble;
    const said = sentences(trouble);
    const isWrong = failed > 0 || schedules > 0 || isStuck(trouble);
    return {
      ...(isWrong ? { atLeast: 'warning' as const } : {}),
      sentence:
        said.length > 0
          ? said.join(' ')
          : `${counted(running, 'job', 'jobs')} running, none waiting too long, none failed.`,
      measures: [
        { label: 'waiting', value: waiting, unit: 's', minimum: 0 },
        { label: 'failed', value: failed, unit: '', minimum: 0 },
        { label: 'running', value: running, unit: '', minimum: 0 },
      ],
      fix: failed > 0 ? 'reperio jobs --state failed' : 'reperio jobs',
    };
  },
};

function isStuck({ waiting, running }: JobTrouble): boolean {
  return running === 0 && waiting > idle;
}

function sentences(trouble: JobTrouble): readonly string[] {
  const { waiting, oldest, failed, lastFailed, schedules } = trouble;
  const minutes = Math.round(waiting / 60);
  return [
    ...(failed > 0
      ? [`${counted(failed, 'job', 'jobs')} failed, the last of them job ${(lastFailed ?? '').slice(0, 300)}`]
      : []),
    ...(isStuck(trouble) ? [`Job ${oldest} has waited for ${minutes} min, and no node does jobs.`] : []),
    ...(!isStuck(trouble) && waiting > 21_600 ? [`Job ${oldest} has waited for ${minutes} min.`] : []),
    ...(schedules > 0
      ? [`${counted(schedules, 'schedule', 'schedules')} will make no more jobs: reperio jobs schedules.`]
      : []),
  ];
}
