import sql, { type Sql } from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Queryable } from '../../store/database.ts';
import { webhookErrors } from './errors.ts';
import { type Allowed, requireReceiver } from './post.ts';
import { newWebhookSecret } from './sign.ts';

/** What there is to be told of, and what it means. */
export const eventTypes = {
  'record.created': 'a record is new, or can be seen now',
  'record.updated': 'a record has changed',
  'record.deleted': 'a record was deleted, or can be seen no longer',
  'record.merged': 'a record was merged into another one',
  'job.done': 'a job has ended',
  'job.failed': 'a job has failed',
  'job.stopped': 'a job was stopped',
  'held.added': 'an upload waits for a person',
  'held.accepted': 'an upload that waited was accepted',
  'held.rejected': 'an upload that waited was rejected',
} as const;
export type EventType = keyof typeof eventTypes;

export interface NewWebhook {
  readonly name: string;
  readonly url: string;
  /** Types, or all of a kind: "record.*". */
  readonly events: readonly string[];
}

export interface Webhook extends NewWebhook {
  readonly id: number;
  /** Whose rights decide; undefined: those of guests. */
  readonly person: number | undefined;
  readonly owner: string | undefined;
  readonly active: boolean;
  readonly created: Date;
  readonly succeeded: Date | undefined;
  /** Since when it has taken nothing though it was tried. */
  readonly failing: Date | undefined;
  readonly offReason: string | undefined;
  /** Messages that wait for another attempt. */
  readonly waiting: number;
}

/** Where it goes on. */
export interface ToldWebhook extends Webhook {
  readonly secret: string;
  readonly place: number;
  readonly taken: number;
}

const columns = sql`w.id, w.name, w.url, w.events, w.person_id AS person, p.name AS owner, w.active, w.created, w.succeeded,
  w.failing, w.off_reason AS "offReason",
  (SELECT count(*)::integer FROM webhook_message AS m WHERE m.webhook_id = w.id AND m.state = 'waiting') AS waiting`;
const told = sql`${columns}, w.secret, w.place::float8 AS place, w.taken`;
const source = sql`webhook AS w LEFT JOIN person AS p ON p.id = w.person_id`;

/** Throws `wrong` and `hostNotAllowed`. */
export function requireWebhook(given: NewWebhook, allowed: Allowed): NewWebhook {
  const name = given.name.trim();
  const types = Object.keys(eventTypes);
  const kinds = [...new Set(types.map((type) => `${type.split('.')[0]}.*`))];
  const wrong = (reason: string): UserError =>
    new UserError(webhookErrors.wrong, { reason, events: [...kinds, ...types].join(', ') });
  if (!/^[A-Za-z0-9][A-Za-z0-9-]{0,49}$/.test(name)) throw wrong(`"${name.slice(0, 60)}" is no name`);
  const events = [...new Set(given.events.map((one) => one.trim()).filter((one) => one !== ''))];
  if (events.length === 0) throw wrong('it is to be told of nothing');
  const unknown = events.find((one) => !types.includes(one) && !kinds.includes(one));
  if (unknown !== undefined) throw wrong(`"${unknown.slice(0, 60)}" is no event`);
  return { name, url: requireReceiver(given.url.trim(), allowed).href, events };
}

export function isTold({ events }: Pick<Webhook, 'events'>, type: string): boolean {
  return events.includes(type) || events.includes(`${type.split('.')[0]}.*`);
}

/** It is told of what happens from now on. The secret is shown this once. Throws `taken`. */
export async function addWebhook(
  transaction: Queryable,
  { name, url, events }: NewWebhook,
  person: number | undefined,
): Promise<{ readonly id: number; readonly secret: string }> {
  const secret = newWebhookSecret();
  const [row] = await transaction.query<{ id: number }>(sql`
    INSERT INTO webhook (name, url, events, person_id, secret, place)
    SELECT ${name}, ${url}, ${[...events]}::text[], ${person ?? null}, ${secret}, ${nextPlace} 
    ON CONFLICT (name) DO NOTHING RETURNING id`);
  if (row === undefined) throw new UserError(webhookErrors.taken, { name });
  return { id: row.id, secret };
}

const nextPlace: Sql = sql`(SELECT place + 1 FROM event_clock)`;

/** With its log. Throws `unknown`. */
export async function removeWebhook(transaction: Queryable, name: string): Promise<void> {
  const rows = await transaction.query(sql`DELETE FROM webhook WHERE name = ${name} RETURNING id`);
  if (rows.length === 0) throw new UserError(webhookErrors.unknown, { name });
}

/** One that is switched on is told of what happens from then on. Throws `unknown`. */
export async function switchWebhook(transaction: Queryable, name: string, on: boolean): Promise<void> {
  const rows = await transaction.query<{ id: number }>(sql`
    UPDATE webhook SET active = ${on}, failing = NULL, off_reason = NULL,
      place = CASE WHEN ${on} AND NOT active THEN ${nextPlace} ELSE place END,
      taken = CASE WHEN ${on} AND NOT active THEN 0 ELSE taken END
    WHERE name = ${name} RETURNING id`);
  if (rows.length === 0) throw new UserError(webhookErrors.unknown, { name });
  if (!on) await endWaiting(transaction, rows[0]!.id, 'the webhook was switched off');
}

/** Whoever found it dead; false: it is off already. */
export async function giveUpWebhook(transaction: Queryable, id: number, reason: string): Promise<boolean> {
  const rows = await transaction.query(
    sql`UPDATE webhook SET active = false, off_reason = ${reason} WHERE id = ${id} AND active RETURNING id`,
  );
  await endWaiting(transaction, id, 'the webhook was switched off');
  return rows.length > 0;
}

async function endWaiting(transaction: Queryable, id: number, problem: string): Promise<void> {
  await transaction.query(sql`
    UPDATE webhook_message SET state = 'failed', ended = clock_timestamp(), problem = coalesce(problem, ${problem})
    WHERE webhook_id = ${id} AND state = 'waiting'`);
}

/** By name. */
export async function listWebhooks(database: Queryable): Promise<readonly Webhook[]> {
  return (await database.query<object>(sql`SELECT ${columns} FROM ${source} ORDER BY w.name`)).map((row) =>
    defined<Webhook>(row),
  );
}

/** Throws `unknown`. */
export async function readWebhook(database: Queryable, name: string): Promise<Webhook> {
  return await readTold(database, sql`w.name = ${name}`, columns, name);
}

/** With its secret: only to sign with it. Throws `unknown`. */
export async function readToldWebhook(database: Queryable, name: string): Promise<ToldWebhook> {
  return await readTold<ToldWebhook>(database, sql`w.name = ${name}`, told, name);
}

async function readTold<T = Webhook>(database: Queryable, where: Sql, wanted: Sql, name: string): Promise<T> {
  const [row] = await database.query<object>(sql`SELECT ${wanted} FROM ${source} WHERE ${where}`);
  if (row === undefined) throw new UserError(webhookErrors.unknown, { name });
  return defined<T>(row);
}

/** Those to which is sent. */
export async function activeWebhooks(database: Queryable): Promise<readonly ToldWebhook[]> {
  const rows = await database.query<object>(sql`SELECT ${told} FROM ${source} WHERE w.active ORDER BY w.id`);
  return rows.map((row) => defined<ToldWebhook>(row));
}

function defined<T>(row: object): T {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value ?? undefined])) as T;
}
