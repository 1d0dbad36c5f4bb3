import { defineErrors } from '../errors/errors.ts';

export const jobErrors = defineErrors({
  noTask: {
    code: 'REPERIO_NO_TASK',
    status: 404,
    message: 'There is no task {name}.',
    hint: 'Run `reperio tasks status` for the names of the tasks.',
  },
  notRunning: {
    code: 'REPERIO_TASK_NOT_RUNNING',
    status: 409,
    message: 'The task {name} is not running.',
    hint: 'Run `reperio tasks status` to see what runs.',
  },
  doesNotStop: {
    code: 'REPERIO_TASK_DOES_NOT_STOP',
    status: 503,
    message: 'The task {name} on {node} has not ended yet.',
    hint: 'It ends at the next point where that loses nothing; `reperio tasks status` shows it. If it does not, restart Reperio on {node}: systemctl restart reperio-web (or reperio-tasks).',
  },
  hoursWrong: {
    code: 'REPERIO_JOB_HOURS',
    status: 400,
    message: '"{text}" says no hours of the week.',
    hint: 'Write 22:00-06:00, Mon-Fri 22:00-06:00, Sat, or Sat,Sun 08:00-20:00.',
  },
  noJob: {
    code: 'REPERIO_NO_JOB',
    status: 404,
    message: 'There is no job {id}.',
    hint: '`reperio jobs` lists them.',
  },
  jobState: {
    code: 'REPERIO_JOB_STATE',
    status: 409,
    message: 'Job {id} is {state}, so it cannot {what}.',
    hint: 'Run `reperio job show {id}` to see how it is.',
  },
  noJobFile: {
    code: 'REPERIO_JOB_FILE',
    status: 410,
    message: 'The file {name} that job {id} needs is not there any more.',
    hint: 'Ask for the job again, with its file.',
  },
  noSchedule: {
    code: 'REPERIO_NO_SCHEDULE',
    status: 404,
    message: 'There is no schedule {id}.',
    hint: '`reperio jobs schedules` lists them.',
  },
  everyWrong: {
    code: 'REPERIO_JOB_EVERY',
    status: 400,
    message: '"{text}" says not how often.',
    hint: 'Write 15min, 6h, 1d or 1w; a year at most. For a time of day give --cron.',
  },
  cronWrong: {
    code: 'REPERIO_JOB_CRON',
    status: 400,
    message: '"{text}" is no cron expression, or its time never comes.',
    hint: 'Write minute, hour, day of the month, month and day of the week: "30 2 * * Mon-Fri" is half past two on working days.',
  },
  timeWrong: {
    code: 'REPERIO_JOB_TIME',
    status: 400,
    message: '"{text}" is no time.',
    hint: 'Write 22:00, Sun 03:00, +2h, or 2026-12-24 20:00.',
  },
  priorityWrong: {
    code: 'REPERIO_JOB_PRIORITY',
    status: 400,
    message: '"{text}" is no priority.',
    hint: 'Write a number from -100 to 1000; 0 is usual.',
  },
});
