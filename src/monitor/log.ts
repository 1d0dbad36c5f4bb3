import { type DestinationStream, type Logger, pino } from 'pino';
import type { Settings } from '../config/settings.ts';
import type { RunOutcome } from '../jobs/queue/run-job.ts';
import type { Outcome } from '../jobs/task.ts';

/** One JSON object a line. */
export function createLogger({ logLevel }: Pick<Settings, 'logLevel'>, destination: DestinationStream): Logger {
  return pino({ level: logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}

/** What went well stands in the state of the node; what did not is told here too. */
export function logTask(logger: Logger, name: string, { did, problem }: Outcome, now = Date.now()): void {
  const said = lastProblems.get(logger) ?? new Map<string, { readonly problem: string; readonly at: number }>();
  lastProblems.set(logger, said);
  const last = said.get(name);
  const isNew = problem !== undefined && (last?.problem !== problem || now - last.at >= sayAgainAfter);
  if (problem === undefined) said.delete(name);
  else if (isNew) said.set(name, { problem, at: now });
  const text = `Task ${name}: ${[did, problem].filter(Boolean).join(' ')}`;
  // One that stays, of a task that runs each half minute, would be all that the log has.
  if (isNew) logger.warn(text);
  else logger.debug(text);
}

const sayAgainAfter = 3_600_000;
const lastProblems = new WeakMap<Logger, Map<string, { readonly problem: string; readonly at: number }>>();

/** What became of a job; its own log has more. */
export function logJob(logger: Logger, { id, kind, name, end }: RunOutcome): void {
  const what = `Job ${id}, ${kind} ${name}`;
  if (end.kind === 'failed') logger[end.again ? 'warn' : 'error'](`${what}: ${end.problem}`);
  else if (end.kind !== 'done') logger.info(`${what}: ${end.kind}`);
  else if (end.outcome.problem === undefined) logger.info(`${what}: ${end.outcome.did}`);
  else logger.warn(`${what}: ${end.outcome.did} ${end.outcome.problem}`);
}
