import { defineErrors } from '../../errors/errors.ts';

export const drillErrors = defineErrors({
  running: {
    code: 'REPERIO_DRILL_RUNNING',
    status: 409,
    message: 'Another drill is under way in {folder}.',
    hint: 'Wait until it has ended; `reperio backup list` shows when a backup was drilled.',
  },
});
