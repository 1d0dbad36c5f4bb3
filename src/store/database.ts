import { hostname } from 'node:os';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import sql, { raw, type Sql } from 'sql-template-tag';
import { UserError } from '../errors/errors.ts';
import { storeErrors } from './errors.ts';
import { explain, explainStandby, isAway, isPassing, isRefusedByStandby, isUnreachable } from './failures.ts';
import { isStandbyStatement, NoPrimary, type Servers, serversOf } from './servers.ts';
import { statementWatch } from './statements.ts';

export interface Queryable {
  /** int8 comes as a number when that is exact, else as a bigint. */
  query<Row extends object>(statement: Sql, options?: QueryOptions): Promise<Row[]>;
}

export interface QueryOptions {
  /** How long to try again while the database is away, for what only reads; default: the patience of the connection. Milliseconds. */
  readonly patience?: number;
}

export interface Transaction extends Queryable {
  /** A stream into `COPY table (columns) FROM STDIN ...`; end it and wait for 'finish' (stream.pipeline does) before the next query. */
  copyIn(statement: string): Writable;
}

export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
  /** Runs `work` again, up to this often in all, after a serialization failure, a deadlock, or the loss of the server before it was told to commit. Default 1: `work` must be safe to repeat. */
  readonly attempts?: number;
  /** Replaces the statement timeout inside this transaction; 0 is none. Milliseconds. */
  readonly timeout?: number;
}

export interface Database extends Queryable {
  readonly url: string;
  /** Commits when `work` resolves, rolls back when it throws. */
  transaction<T>(work: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Connections at this moment. */
  pool(): PoolState;
  close(): Promise<void>;
}

export interface PoolState {
  readonly open: number;
  readonly idle: number;
  /** Questions that wait for a connection. */
  readonly waiting: number;
  readonly most: number;
}

/** Times are in milliseconds; 0 is none. Settings are fit to be given. */
export interface ConnectOptions {
  readonly poolSize: number;
  readonly connectTimeout: number;
  readonly statementTimeout: number;
  readonly lockTimeout: number;
  /** Standbys are taken as well: for what only reads. */
  readonly anyServer?: boolean;
  /** How long to try again while no server can be reached, as in a failover. Default 0. */
  readonly patience?: number;
  /** Called when no connection can be made, before that is tried once more. */
  readonly revive?: () => Promise<void>;
}

/** Begins the application_name of every connection of ours; the rest tells processes and machines apart. */
export const applicationPrefix = 'reperio ';
export const applicationName = `${applicationPrefix}${process.pid}@${hostname()}`.slice(0, 63);

const int8 = 20;

/** Connections are made when they are needed: an address that leads nowhere shows at the first query. */
export function connect(url: string, options: ConnectOptions): Database {
  const servers = serversOf(url);
  class Roaming extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super({ ...config, connectionString: servers.current });
    }
  }
  const pool = new pg.Pool({
    ...clientConfig(url, options),
    Client: Roaming,
    max: options.poolSize,
    idleTimeoutMillis: 30_000,
    ...(servers.urls.length === 1 || options.anyServer === true ? {} : { verify: verifyPrimary }),
  });
  // A connection that breaks, idle or in use, tells its pool and its query; without a listener it would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => client.on('error', () => {}));
  const failed = (error: unknown) => explain(error, options.connectTimeout);
  const checkOut = checkOutOf(pool, servers, options);

  return {
    url,
    query: async <Row extends object>(statement: Sql, { patience = options.patience ?? 0 }: QueryOptions = {}) => {
      const end = performance.now() + patience;
      for (;;) {
        let again = false;
        try {
          const client = await checkOut(patience);
          let lost = false;
          try {
            return await rowsOf<Row>(client, statement);
          } catch (error) {
            lost = isUnreachable(error);
            // What only reads may be asked twice; what was refused has not been done.
            again = lost && (isReading(statement.text) || isRefusedByStandby(error));
            throw error;
          } finally {
            client.release(lost);
          }
        } catch (error) {
          if (!again || performance.now() > end) throw failed(explainStandby(error));
          if (isRefusedByStandby(error)) servers.leave(servers.current);
        }
      }
    },
    transaction: async (work, transactionOptions = {}) => {
      const { attempts = 1 } = transactionOptions;
      const patience = options.patience ?? 0;
      for (let attempt = 1; ; attempt++) {
        const committing = { now: false };
        try {
          return await once(await checkOut(patience), work, transactionOptions, committing);
        } catch (error) {
          if (transactionOptions.readOnly && isRefusedByStandby(error)) throw error;
          const undone = isPassing(error) || isRefusedByStandby(error) || (isUnreachable(error) && !committing.now);
          if (isRefusedByStandby(error)) servers.leave(servers.current);
          if (attempt >= attempts || !undone) throw failed(explainStandby(error));
        }
      }
    },
    pool: () => ({
      open: pool.totalCount,
      idle: pool.idleCount,
      waiting: pool.waitingCount,
      most: options.poolSize,
    }),
    close: () => pool.end(),
  };
}

/** A connection that leads to a standby is none of ours. */
function verifyPrimary(client: pg.PoolClient, done: (error?: Error) => void): void {
  client.query<{ standby: boolean }>(isStandbyStatement).then(
    ({ rows }) => done(rows[0]?.standby === true ? new NoPrimary('the server is a standby') : undefined),
    (error: Error) => done(error),
  );
}

const betweenTries = 150;
/** In a long outage. */
const tryEvery = 1_000;

/**
 * Connections, with patience: while no server can be reached, or none is a primary, it is tried again until the outage has lasted so long, from one server to
 * the next. In an outage that has lasted longer one at a time tries, and all others are told at once, so that what can do without the database does.
 */
function checkOutOf(
  pool: pg.Pool,
  servers: Servers,
  { revive }: ConnectOptions,
): (patience: number) => Promise<pg.PoolClient> {
  let outage: { readonly since: number; last: number; error: unknown } | undefined;
  let trying = false;
  return async (patience) => {
    for (;;) {
      const now = performance.now();
      const isLong = outage !== undefined && now - outage.since > patience;
      if (isLong && outage !== undefined && (trying || now - outage.last < tryEvery)) throw outage.error;
      const address = servers.current;
      if (isLong) trying = true;
      const connecting = pool.connect().finally(() => {
        if (isLong) trying = false;
      });
      try {
        const client = await within(connecting, patience);
        outage = undefined;
        return client;
      } catch (error) {
        if (revive !== undefined && isAway(error)) {
          await revive();
          return await pool.connect();
        }
        if (!isUnreachable(error)) throw error;
        servers.leave(address);
        outage ??= { since: now, last: now, error };
        outage.error = error;
        outage.last = performance.now();
        if (outage.last - outage.since >= patience) throw error;
        await sleep(betweenTries * (0.5 + Math.random()));
      }
    }
  };
}

/** Who has no patience at all waits as long as a connection takes. A connection that comes too late goes back to the pool. */
async function within(connecting: Promise<pg.PoolClient>, patience: number): Promise<pg.PoolClient> {
  if (patience === 0) return connecting;
  const late = new AbortController();
  const tooLate = sleep(patience, undefined, { signal: late.signal }).then(() => {
    throw new Error('timeout exceeded when trying to connect');
  });
  tooLate.catch(() => undefined);
  try {
    return await Promise.race([connecting, tooLate]);
  } catch (error) {
    connecting.then(
      (client) => client.release(),
      () => undefined,
    );
    throw error;
  } finally {
    late.abort();
  }
}

function isReading(text: string): boolean {
  return /^\s*SELECT\b/i.test(text);
}

export function clientConfig(
  url: string,
  { connectTimeout, statementTimeout, lockTimeout }: Omit<ConnectOptions, 'poolSize'>,
): pg.ClientConfig {
  if (!/^postgres(ql)?:\/\//.test(url)) throw new UserError(storeErrors.databaseUrlWrong);
  return {
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: connectTimeout,
    statement_timeout: statementTimeout,
    lock_timeout: lockTimeout,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: { getTypeParser: typeParser },
  };
}

const typeParser: pg.CustomTypesConfig['getTypeParser'] = (oid: number, format?: 'text' | 'binary') =>
  oid === int8 && format !== 'binary' ? parseInt8 : pg.types.getTypeParser(oid, format);

function parseInt8(text: string): number | bigint {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : BigInt(text);
}

async function rowsOf<Row extends object>(client: pg.PoolClient, { text, values }: Sql): Promise<Row[]> {
  const end = statementWatch.getStore()?.begin(text);
  let found = 0;
  try {
    const { rows } = await client.query<Row>({ text, values });
    // Several statements in one text have several results.
    found = (rows as Row[] | undefined)?.length ?? 0;
    return rows;
  } finally {
    end?.(found);
  }
}

async function once<T>(
  client: pg.PoolClient,
  work: (transaction: Transaction) => Promise<T>,
  options: TransactionOptions,
  committing: { now: boolean },
): Promise<T> {
  const copies = new Set<Writable>();
  const transaction: Transaction = {
    query: (statement) => rowsOf(client, statement),
    copyIn: (statement) => {
      const stream = client.query(copyFrom(statement));
      copies.add(stream);
      // When its connection goes, a stream that nobody waits for fails as well; the transaction tells.
      stream.on('error', () => {});
      stream.once('close', () => copies.delete(stream));
      return stream;
    },
  };
  let broken = false;
  try {
    await client.query(beginStatement(options));
    if (options.timeout !== undefined)
      await transaction.query(sql`SET LOCAL statement_timeout = ${raw(String(Math.round(options.timeout)))}`);
    const result = await work(transaction);
    if (copies.size > 0) throw new Error('a COPY was not ended before its transaction');
    committing.now = true;
    const { command } = await client.query('COMMIT');
    // What PostgreSQL answers after a failed statement whose error `work` swallowed.
    if (command !== 'COMMIT') throw new Error('the transaction had failed and was rolled back');
    return result;
  } catch (error) {
    // An unfinished COPY would keep ROLLBACK waiting for ever; closing the connection rolls back as well.
    broken =
      copies.size > 0 ||
      isUnreachable(error) ||
      !(await client.query('ROLLBACK').then(
        () => true,
        () => false,
      ));
    throw error;
  } finally {
    client.release(broken);
  }
}

function beginStatement({ isolation, readOnly }: TransactionOptions): string {
  return ['BEGIN', isolation && `ISOLATION LEVEL ${isolation.toUpperCase()}`, readOnly && 'READ ONLY']
    .filter(Boolean)
    .join(' ');
}
