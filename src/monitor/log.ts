import { type DestinationStream, type Logger, pino } from 'pino';
import type { Settings } from '../config/settings.ts';
import type { RunOutcome } from '../jobs/queue/run-job.ts';
import type { Outcome } from '../jobs/task.ts';

/** One JSON object a line. */
export function createLogger({ logLevel }: Pick<Settings, 'logLevel'>, destination: DestinationStream): Logger {
  return pino({ level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/** What went well stands in the state of the node; what did not is told here too. */
export function logTask(logger: Logger, name: string, { did, problem }: Outcome): void {
  if (problem === undefined) logger.debug(`Task ${name}: ${did}`);
  else logger.warn(`Task ${name}: ${[did, problem].filter(Boolean).join(' ')}`);
}

/** What became of a job; its own log has more. */
export function logJob(logger: Logger, { id, kind, name, end }: RunOutcome): void {
  const what = `Job ${id}, ${kind} ${name}`;
  if (end.kind === 'failed') logger[end.again ? 'warn' : 'error'](`${what}: ${end.problem}`);
  else if (end.kind !== 'done') logger.info(`${what}: ${end.kind}`);
  else if (end.outcome.problem === undefined) logger.info(`${what}: ${end.outcome.did}`);
  else logger.warn(`${what}: ${end.outcome.did} ${end.outcome.problem}`);
}
