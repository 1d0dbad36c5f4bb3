import { type DestinationStream, type Logger, pino } from 'pino';
import type { Settings } from '../config/settings.ts';

/** One JSON object a line. */
export function createLogger({ logLevel }: Pick<Settings, 'logLevel'>, destination: DestinationStream): Logger {
  return pino({ level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
