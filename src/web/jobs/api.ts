import type { FastifyInstance, FastifyReply } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { jobErrors } from '../../jobs/errors.ts';
import { type JobState, type JobView, jobStates } from '../../jobs/queue/job.ts';
import { readLog } from '../../jobs/queue/log.ts';
import { listJobs } from '../../jobs/queue/read.ts';
import { jobWishes } from '../../jobs/queue/wishes.ts';
import type { WebEnvironment } from '../exchange/environment.ts';
import { type Exchange, routesOf } from '../exchange/exchange.ts';
import type { WebPeople } from '../exchange/web-people.ts';
import { webErrors } from '../http/errors.ts';
import { changeJob, changePriority } from './change.ts';
import { findJob, type Reach, reachOf } from './reach.ts';

const usualSize = 50;
const largestSize = 500;

/** Jobs for programs; web/api/operations.ts says what there is. */
export function jobApiRoutes(app: FastifyInstance, environment: WebEnvironment, people: WebPeople): void {
  const { get, post, remove } = routesOf(app, environment);
  const { database } = people.access;

  get('/api/jobs', async (exchange) => {
    const reach = requireReach(exchange);
    const { args } = exchange;
    for (const name of args.keys())
      if (!listParameters.has(name)) throw wrong(name, `is not known; there are ${[...listParameters].join(', ')}`);
    const states = args.getAll('state').map(stateIn);
    const person = reach.kind === 'own' ? reach.name : (args.get('person') ?? undefined);
    const limit = numberIn(args, 'size', usualSize, 1, largestSize);
    const offset = numberIn(args, 'from', 0, 0, 1_000_000);
    const { rows, total } = await listJobs(database, {
      states,
      offset,
      limit,
      ...(person !== undefined && { person }),
    });
    return send(exchange, { total, jobs: rows.map(jobJson) });
  });

  const found = async (exchange: Exchange): Promise<{ readonly reach: Reach; readonly job: JobView }> => {
    const reach = requireReach(exchange);
    const job = await findJob(database, reach, exchange.param('id'));
    if (job === undefined) throw new UserError(jobErrors.noJob, { id: exchange.param('id') });
    return { reach, job };
  };
  const sendAgain = async (exchange: Exchange, reach: Reach, { id }: JobView): Promise<FastifyReply> => {
    const job = await findJob(database, reach, String(id));
    if (job === undefined) throw new UserError(jobErrors.noJob, { id });
    return send(exchange, jobJson(job));
  };

  get('/api/jobs/:id', async (exchange) => send(exchange, jobJson((await found(exchange)).job)));

  get('/api/jobs/:id/log', async (exchange) => {
    const { job } = await found(exchange);
    const after = numberIn(exchange.args, 'after', 0, 0, 2_000_000_000);
    return send(exchange, { lines: await readLog(database, job.id, { after }) });
  });

  post('/api/jobs/:id/:wish', async (exchange) => {
    const { reach, job } = await found(exchange);
    const asked = exchange.param('wish');
    if (asked === 'priority') {
      const { priority } = (exchange.request.body ?? {}) as { readonly priority?: unknown };
      await changePriority(database, exchange, reach, job, String(priority));
      return sendAgain(exchange, reach, job);
    }
    const wish = jobWishes.find((one) => one === asked && one !== 'delete');
    if (wish === undefined) return exchange.notFound();
    await changeJob(database, exchange, reach, job, wish);
    return sendAgain(exchange, reach, job);
  });

  remove('/api/jobs/:id', async (exchange) => {
    const { reach, job } = await found(exchange);
    await changeJob(database, exchange, reach, job, 'delete');
    return exchange.reply.code(204).header('cache-control', 'no-store').send();
  });
}

const listParameters: ReadonlySet<string> = new Set(['state', 'person', 'size', 'from', 'profile', 'verbose']);

function requireReach(exchange: Exchange): Reach {
  const reach = reachOf(exchange);
  if (reach === undefined) throw new UserError(webErrors.apiSignIn);
  return reach;
}

/** Times are ISO 8601; what is not known is left out. */
function jobJson({ hours, onNode, afterState, ...job }: JobView): object {
  const all = { ...job, window: hours, on_node: onNode, after_state: afterState };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

function stateIn(text: string): JobState {
  const state = jobStates.find((one) => one === text);
  if (state === undefined) throw wrong('state', `is "${text}", and must be one of ${jobStates.join(', ')}`);
  return state;
}

function numberIn(args: URLSearchParams, name: string, usual: number, least: number, most: number): number {
  const text = args.get(name);
  if (text === null) return usual;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least && value <= most)) throw wrong(name, `is "${text}", and must be from ${least} to ${most}`);
  return value;
}

function wrong(name: string, reason: string): UserError {
  return new UserError(webErrors.parameterWrong, { name, reason });
}

function send({ reply }: Exchange, body: object): FastifyReply {
  return reply.header('cache-control', 'no-store').send(body);
}
