/**
 * Sends messages of one webhook. What it has to be told of is read from where it is; the place
 * moves in the transaction that writes down what became of the messages. A process that is killed
 * between sending and writing sends them again, with the same ids: at least once, never lost. Of
 * one subject a message waits until the one before it was taken or given up.
 */
import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Person } from '../../people/person.ts';
import type { Database, Queryable } from '../../store/database.ts';
import { type Happening, readHappenings } from './happenings.ts';
import { type Message, type MessageContext, messagesOf } from './messages.ts';
import type { Posted, Poster } from './post.ts';
import { signedHeaders } from './sign.ts';
import { eventTypes, isTold, type ToldWebhook } from './webhook.ts';

export interface TellContext extends MessageContext {
  readonly database: Database;
  readonly poster: Poster;
  readonly signal: AbortSignal;
  /** ms since 1970; another clock for tests. */
  readonly now: () => number;
}

/** What became of an attempt. */
interface Attempt {
  readonly state: 'sent' | 'waiting' | 'failed';
  readonly attempts: number;
  readonly due: number;
  readonly status: number | undefined;
  readonly took: number;
  readonly problem: string | undefined;
  /** The receiver says that it is no more. */
  readonly gone: boolean;
}

/** Things that are looked at together, and messages that are under way at once. */
const atOnce = 200;
const lanes = 8;
/** With so many that wait for another attempt nothing new is sent: the receiver is not there. */
const mostWaiting = 100;
/** After so many failures one after the other the rest of a part is not tried. */
const mostInRow = 10;
/** It is tried again for a day, more and more rarely. Milliseconds. */
const giveUpAfter = 86_400_000;
const pauses = [5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000];

export interface Told {
  /** Messages that were tried. */
  readonly tried: number;
  readonly taken: number;
  /** There is more to do at once. */
  readonly more: boolean;
  readonly gone: boolean;
}

/** Sends what is due again, then what is new. */
export async function tellWebhook(webhook: ToldWebhook, person: Person, context: TellContext): Promise<Told> {
  const again = await sendAgain(webhook, context);
  if (again.gone) return again;
  const waiting = await countWaiting(context.database, webhook.id);
  if (waiting.count >= mostWaiting) return again;
  const fresh = await sendNew(webhook, person, waiting.subjects, context);
  return {
    tried: again.tried + fresh.tried,
    taken: again.taken + fresh.taken,
    more: again.more || fresh.more,
    gone: fresh.gone,
  };
}

interface WaitingRow extends Message {
  readonly n: number;
  readonly attempts: number;
  readonly began: Date;
}

async function sendAgain(webhook: ToldWebhook, context: TellContext): Promise<Told> {
  const { database, now } = context;
  const rows = await database.query<WaitingRow>(sql`
    SELECT * FROM (
      SELECT DISTINCT ON (subject) n::float8 AS n, id, type, subject, happened, data, attempts, began, due
      FROM webhook_message WHERE webhook_id = ${webhook.id} AND state = 'waiting' ORDER BY subject, n) AS first
    WHERE due <= ${new Date(now())} ORDER BY n LIMIT ${atOnce}`);
  const { outcomes } = await sendAll(
    rows.map((row) => [row]),
    webhook,
    context,
    ({ attempts, began }) => ({ attempts, began: began.getTime() }),
  );
  const tried = rows.flatMap((row) => {
    const attempt = outcomes.get(row);
    return attempt === undefined ? [] : [{ row, attempt }];
  });
  if (tried.length === 0) return { tried: 0, taken: 0, more: false, gone: false };
  await database.transaction(async (transaction) => {
    const of = <T>(value: (one: (typeof tried)[number]) => T) => tried.map(value);
    await transaction.query(sql`
      UPDATE webhook_message AS m SET state = done.state, attempts = done.attempts, due = done.due, status = done.status,
        took = done.took, problem = done.problem, ended = CASE WHEN done.state <> 'waiting' THEN clock_timestamp() END
      FROM unnest(${of(({ row }) => row.n)}::bigint[], ${of(({ attempt }) => attempt.state)}::text[],
        ${of(({ attempt }) => attempt.attempts)}::smallint[], ${of(({ attempt }) => new Date(attempt.due))}::timestamptz[],
        ${of(({ attempt }) => attempt.status ?? null)}::smallint[], ${of(({ attempt }) => attempt.took)}::integer[],
        ${of(({ attempt }) => attempt.problem ?? null)}::text[]) AS done (n, state, attempts, due, status, took, problem)
      WHERE m.n = done.n AND m.state = 'waiting'`);
    await noteHealth(
      transaction,
      webhook.id,
      of(({ attempt }) => attempt),
    );
  });
  return toldOf(of(tried), tried.length === atOnce);

  function of(list: typeof tried): readonly Attempt[] {
    return list.map(({ attempt }) => attempt);
  }
}

async function sendNew(
  webhook: ToldWebhook,
  person: Person,
  blocked: ReadonlySet<string>,
  context: TellContext,
): Promise<Told> {
  const { database, now } = context;
  const happenings = await readHappenings(database, webhook, atOnce);
  const last = happenings.at(-1);
  if (last === undefined) return { tried: 0, taken: 0, more: false, gone: false };
  const wanted = happenings.filter(({ kind }) => kindsOf(webhook).has(kind));
  const messages = (await messagesOf(wanted, person, context)).filter(({ type }) => isTold(webhook, type));
  const bySubject = new Map<string, Message[]>();
  for (const message of messages) {
    if (blocked.has(message.subject)) continue;
    const before = bySubject.get(message.subject);
    if (before === undefined) bySubject.set(message.subject, [message]);
    else before.push(message);
  }
  const began = now();
  const { outcomes } = await sendAll([...bySubject.values()], webhook, context, () => ({ attempts: 0, began }));
  // What was not tried waits behind the one of its subject that failed, or for a receiver that is
  // there again.
  const untried: Attempt = {
    ...{ state: 'waiting', attempts: 0, due: began, status: undefined, took: 0, problem: undefined, gone: false },
  };
  const rows = messages.map((message) => ({ message, attempt: outcomes.get(message) ?? untried }));
  await database.transaction(async (transaction) => {
    const moved = await transaction.query(sql`
      UPDATE webhook SET place = ${last.place}, taken = ${last.taken}
      WHERE id = ${webhook.id} AND active AND place = ${webhook.place} AND taken = ${webhook.taken} RETURNING id`);
    // Another process has sent them too, or it was switched off meanwhile.
    if (moved.length === 0) return;
    const of = <T>(value: (one: (typeof rows)[number]) => T) => rows.map(value);
    await transaction.query(sql`
      INSERT INTO webhook_message (webhook_id, id, type, subject, happened, data, state, attempts, began, due, ended, status, took, problem)
      SELECT ${webhook.id}, id, type, subject, happened, data::jsonb, state, attempts, ${new Date(began)}, due,
        CASE WHEN state <> 'waiting' THEN clock_timestamp() END, status, took, problem
      FROM unnest(${of(({ message }) => message.id)}::text[], ${of(({ message }) => message.type)}::text[],
        ${of(({ message }) => message.subject)}::text[], ${of(({ message }) => message.happened)}::timestamptz[],
        ${of(({ message }) => JSON.stringify(message.data))}::text[], ${of(({ attempt }) => attempt.state)}::text[],
        ${of(({ attempt }) => attempt.attempts)}::smallint[], ${of(({ attempt }) => new Date(attempt.due))}::timestamptz[],
        ${of(({ attempt }) => attempt.status ?? null)}::smallint[], ${of(({ attempt }) => attempt.took)}::integer[],
        ${of(({ attempt }) => attempt.problem ?? null)}::text[])
        AS new (id, type, subject, happened, data, state, attempts, due, status, took, problem)
      ON CONFLICT (webhook_id, id) DO NOTHING`);
    await noteHealth(transaction, webhook.id, [...outcomes.values()]);
  });
  return toldOf([...outcomes.values()], happenings.length === atOnce);
}

function toldOf(attempts: readonly Attempt[], isFull: boolean): Told {
  const taken = attempts.filter(({ state }) => state === 'sent').length;
  const gone = attempts.some((attempt) => attempt.gone);
  return { tried: attempts.length, taken, more: isFull && taken === attempts.length, gone };
}

/** Of what is read for a webhook: the rest is passed over without a look. */
function kindsOf(webhook: ToldWebhook): ReadonlySet<Happening['kind']> {
  const types = Object.keys(eventTypes).filter((type) => isTold(webhook, type));
  return new Set(
    types.map((type) => (type === 'record.merged' ? 'merge' : (type.split('.')[0] as 'record' | 'job' | 'held'))),
  );
}

/** After a failure of so long what waits is tried at once when something was taken. */
const longFailure = 60;

/** Since when it has taken nothing. */
async function noteHealth(transaction: Queryable, id: number, attempts: readonly Attempt[]): Promise<void> {
  if (attempts.length === 0) return;
  const taken = attempts.some(({ state }) => state === 'sent');
  if (taken)
    await transaction.query(sql`
      UPDATE webhook_message SET due = clock_timestamp() WHERE webhook_id = ${id} AND state = 'waiting'
        AND EXISTS (SELECT FROM webhook WHERE id = ${id} AND failing < now() - make_interval(secs => ${longFailure}))`);
  await transaction.query(
    taken
      ? sql`UPDATE webhook SET succeeded = now(), failing = NULL WHERE id = ${id}`
      : sql`UPDATE webhook SET failing = coalesce(failing, now()) WHERE id = ${id}`,
  );
}

async function countWaiting(database: Queryable, id: number) {
  const rows = await database.query<{ subject: string; count: number }>(sql`
    SELECT subject, count(*)::integer AS count FROM webhook_message WHERE webhook_id = ${id} AND state = 'waiting' GROUP BY subject`);
  return {
    count: rows.reduce((sum, { count }) => sum + count, 0),
    subjects: new Set(rows.map(({ subject }) => subject)),
  };
}

/**
 * Sends chains of messages beside each other, those of a chain one after the other until one is not
 * taken. Outcomes of those that were tried.
 */
async function sendAll<M extends Message>(
  chains: readonly (readonly M[])[],
  webhook: ToldWebhook,
  context: TellContext,
  standing: (message: M) => { readonly attempts: number; readonly began: number },
): Promise<{ readonly outcomes: ReadonlyMap<M, Attempt> }> {
  const outcomes = new Map<M, Attempt>();
  let next = 0;
  let inRow = 0;
  const lane = async (): Promise<void> => {
    for (;;) {
      const chain = chains[next++];
      if (chain === undefined) return;
      for (const message of chain) {
        if (inRow >= mostInRow) return;
        const attempt = await tryOnce(message, webhook, context, standing(message));
        outcomes.set(message, attempt);
        inRow = attempt.state === 'sent' ? 0 : inRow + 1;
        if (attempt.state !== 'sent') break;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(lanes, chains.length) }, lane));
  return { outcomes };
}

/** Throws only when the signal has aborted. */
async function tryOnce(
  message: Message,
  webhook: ToldWebhook,
  { poster, signal, now }: TellContext,
  { attempts, began }: { readonly attempts: number; readonly began: number },
): Promise<Attempt> {
  const start = performance.now();
  const outcome = await postMessage(message, webhook, poster, signal, now()).catch((error: unknown) => {
    signal.throwIfAborted();
    return { problem: error instanceof Error ? error.message : String(error) };
  });
  const took = Math.round(performance.now() - start);
  const status = 'status' in outcome ? outcome.status : undefined;
  const isTaken = status !== undefined && status >= 200 && status < 300;
  const done = { attempts: attempts + 1, status, took };
  if (isTaken) return { ...done, state: 'sent', due: now(), problem: undefined, gone: false };
  const problem = 'problem' in outcome ? outcome.problem : `it answered ${status}`;
  const wait = 'status' in outcome ? (outcome.retryAfter ?? 0) : 0;
  const pause = Math.min(pauses.at(-1)!, Math.max(wait, pauses[attempts] ?? pauses.at(-1)!));
  const isLate = now() - began >= giveUpAfter;
  return { ...done, state: isLate ? 'failed' : 'waiting', due: now() + pause, problem, gone: status === 410 };
}

/** One attempt, signed at this moment. */
export async function postMessage(
  { id, type, happened, data }: Omit<Message, 'subject'>,
  { url, secret }: Pick<ToldWebhook, 'url' | 'secret'>,
  poster: Poster,
  signal: AbortSignal,
  now: number,
): Promise<Posted> {
  const body = JSON.stringify({ type, timestamp: happened.toISOString(), data });
  const headers = signedHeaders({ id, timestamp: Math.floor(now / 1000), body }, secret);
  return await poster.post(url, body, headers, signal);
}

/**
 * A message by hand, to see whether it arrives, and what became of it, which stands in the log as
 * well. It is tried once.
 */
export async function testWebhook(
  webhook: ToldWebhook,
  { database, poster, signal, now }: Pick<TellContext, 'database' | 'poster' | 'signal' | 'now'>,
): Promise<{ readonly taken: boolean; readonly status?: number; readonly problem?: string }> {
  const at = now();
  const [id, happened, data] = [`test_${at}`, new Date(at), { webhook: webhook.name }];
  const start = performance.now();
  const told = await postMessage({ id, type: 'webhook.test', happened, data }, webhook, poster, signal, at).then(
    ({ status }) => {
      const taken = status >= 200 && status < 300;
      return taken ? { taken, status } : { taken, status, problem: `it answered ${status}` };
    },
    (error: unknown) => ({ taken: false, problem: error instanceof Error ? error.message : String(error), error }),
  );
  const took = Math.round(performance.now() - start);
  const { taken, status, problem } = { status: undefined, problem: undefined, ...told };
  await database.query(sql`
    INSERT INTO webhook_message (webhook_id, id, type, subject, happened, data, state, attempts, ended, status, took, problem)
    VALUES (${webhook.id}, ${id}, 'webhook.test', 'test', ${happened}, ${JSON.stringify(data)}::jsonb, ${taken ? 'sent' : 'failed'},
      1, clock_timestamp(), ${status ?? null}, ${took}, ${problem ?? null})
    ON CONFLICT (webhook_id, id) DO NOTHING`);
  if ('error' in told && told.error instanceof UserError) throw told.error;
  return { taken, ...(status !== undefined && { status }), ...(problem !== undefined && { problem }) };
}
