import { type DestinationStream, type Logger, pino } from 'pino';
import type { Settings } from '../config/settings.ts';
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
