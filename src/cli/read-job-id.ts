import { UserError } from '../errors/errors.ts';
import { jobErrors } from '../jobs/errors.ts';

/** The number of a job, as somebody typed it. Throws `noJob`. */
export function readJobId(text: string): number {
  const id = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (id < 1) throw new UserError(jobErrors.noJob, { id: text });
  return id;
}

/** The number of a schedule, as somebody typed it. Throws `noSchedule`. */
export function readScheduleId(text: string): number {
  const id = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (id < 1) throw new UserError(jobErrors.noSchedule, { id: text });
  return id;
}
