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
});
