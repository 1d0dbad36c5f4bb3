import type { FastifyInstance, FastifyReply } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { jobErrors } from '../../jobs/errors.ts';
import { readPriority } from '../../jobs/queue/read-when.ts';
import {
  changeSchedule,
  deleteSchedule,
  listSchedules,
  type ScheduleChange,
  type ScheduleView,
} from '../../jobs/queue/schedules.ts';
import type { Database } from '../../store/database.ts';
import { doOnce } from '../exchange/do-once.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import { webErrors } from '../http/errors.ts';
import { reachOf } from './reach.ts';

/** Schedules for programs, for who looks after jobs: what comes again and again, and when. */
export function scheduleApiRoutes(app: FastifyInstance, environment: WebEnvironment, database: Database): void {
  const { get, post, remove } = routesOf(app, environment);

  get('/api/schedules', async (exchange) => {
    requireEverybody(exchange);
    return send(exchange, { schedules: (await listSchedules(database)).map(scheduleJson) });
  });

  post('/api/schedules/:id', async (exchange) => {
    requireEverybody(exchange);
    const id = idIn(exchange);
    await reschedule(database, exchange, id, changeIn(exchange.request.body));
    const now = (await listSchedules(database)).find((one) => one.id === id);
    if (now === undefined) throw new UserError(jobErrors.noSchedule, { id });
    return send(exchange, scheduleJson(now));
  });

  remove('/api/schedules/:id', async (exchange) => {
    requireEverybody(exchange);
    await unschedule(database, exchange, idIn(exchange));
    return exchange.reply.code(204).header('cache-control', 'no-store').send();
  });
}

/** Once for each Idempotency-Key. Throws what `changeSchedule` throws. */
export async function reschedule(
  database: Database,
  exchange: Exchange,
  id: number,
  change: ScheduleChange,
): Promise<void> {
  if (change.every !== undefined && change.cron !== undefined)
    throw new UserError(webErrors.parameterWrong, { name: 'every', reason: 'and cron exclude each other' });
  const asked = JSON.stringify(['schedule', id, change]);
  await doOnce(database, exchange, { scope: 'jobs', asked }, async (transaction) => {
    await changeSchedule(transaction, id, change);
    return {};
  });
}

export async function unschedule(database: Database, exchange: Exchange, id: number): Promise<void> {
  const asked = JSON.stringify(['schedule', id, 'delete']);
  await doOnce(database, exchange, { scope: 'jobs', asked }, async (transaction) => {
    await deleteSchedule(transaction, id);
    return {};
  });
}

/** `6h` is how often, anything else a cron expression. */
export function rhythmIn(text: string): Pick<ScheduleChange, 'every' | 'cron'> {
  const trimmed = text.trim();
  if (trimmed === '') return {};
  return /^\d+\s*[a-z]+$/.test(trimmed) ? { every: trimmed } : { cron: trimmed };
}

function changeIn(body: unknown): ScheduleChange {
  const { every, cron, window, priority } = Object(body) as Readonly<Record<string, unknown>>;
  for (const [name, value] of Object.entries({ every, cron, window }))
    if (value !== undefined && typeof value !== 'string')
      throw new UserError(webErrors.parameterWrong, { name, reason: 'must be text' });
  return {
    ...({ every, cron, window } as ScheduleChange),
    ...(priority !== undefined && { priority: readPriority(String(priority)) }),
  };
}

function requireEverybody(exchange: Exchange): void {
  const reach = reachOf(exchange);
  if (reach === undefined) throw new UserError(webErrors.apiSignIn);
  if (reach.kind !== 'everybody') throw new UserError(webErrors.apiNotAllowed, { action: 'cfgbibsched' });
}

function idIn(exchange: Exchange): number {
  const text = exchange.param('id');
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UserError(jobErrors.noSchedule, { id: text });
  return Number(text);
}

/** What is not known is left out. */
function scheduleJson({ hours, onNode, timeZone, lastState, ...schedule }: ScheduleView): object {
  const all = { ...schedule, window: hours, on_node: onNode, time_zone: timeZone, last_state: lastState };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

function send({ reply }: Exchange, body: object): FastifyReply {
  return reply.header('cache-control', 'no-store').send(body);
}
