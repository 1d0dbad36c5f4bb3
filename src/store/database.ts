import { createRequire } from 'node:module';
import { hostname } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import pg from 'pg';
import sql, { raw, type Sql } from 'sql-template-tag';
import { checkOutOf } from './check-out.ts';
import { explain, explainStandby, isPassing, isRefusedByStandby, isUnreachable } from './failures.ts';
import { serversOf, timeForServer } from './servers.ts';
import { StatementWatchdog } from './statement-watchdog.ts';
import { statementWatch } from './statements.ts';
import { withTimeLimit } from './time-limit.ts';

export interface Queryable {
  /** int8 comes as a number when that is exact, else as a bigint. */
  query<Row extends object>(statement: Sql, options?: QueryOptions): Promise<Row[]>;
}

export interface QueryOptions {
  /**
   * How long to try again while the database is away, for what only reads; default: the patience of
   * the connection. Milliseconds.
   */
  readonly patience?: number;
}

export interface Transaction extends Queryable {
  /**
   * A stream into `COPY table (columns) FROM STDIN ...`; end it and wait for 'finish'
   * (stream.pipeline does) before the next query.
   */
  copyIn(statement: string): Writable;
  /**
   * The bytes of `COPY table (columns) TO STDOUT ...`; read them to their end before the next
   * query.
   */
  copyOut(statement: string): CopyOut;
}

/** `rowCount` is known at its end. */
export type CopyOut = Readable & { readonly rowCount: number };

export interface TransactionOptions {
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable';
  readonly readOnly?: boolean;
  /**
   * Runs `work` again, up to this often in all, after a serialization failure, a deadlock, or the
   * loss of the server before it was told to commit. Default 1: `work` must be safe to repeat.
   */
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

/**
 * Begins the application_name of every connection of ours; the rest tells processes and machines
 * apart.
 */
export const applicationPrefix = 'reperio ';
export const applicationName = `${applicationPrefix}${process.pid}@${hostname()}`.slice(0, 63);

const int8 = 20;

/**
 * Connections are made when they are needed: an address that leads nowhere shows at the first
 * query.
 */
export function connect(url: string, options: ConnectOptions): Database {
  const servers = serversOf(url);
  const config = clientConfig(url, options);
  class Roaming extends pg.Client {
    constructor(ofPool?: pg.ClientConfig) {
      const { connectionTimeoutMillis } = config;
      super({ ...ofPool, connectionTimeoutMillis, connectionString: servers.current });
    }
  }
  const anyServer = options.anyServer === true;
  const stalls = new StatementWatchdog(servers, config, !anyServer);
  const pool = new pg.Pool({
    ...config,
    // Waiting for a free connection included.
    connectionTimeoutMillis: options.connectTimeout,
    Client: Roaming,
    max: options.poolSize,
    // A new connection costs the server as much as twenty statements.
    idleTimeoutMillis: 5 * 60_000,
    verify: (client: pg.PoolClient, done: (error?: Error) => void) =>
      stalls.meet(client).then(
        () => done(),
        (error: Error) => done(error),
      ),
  });
  // A connection that breaks, idle or in use, tells its pool and its query; without a listener it
  // would end the process.
  pool.on('error', () => {});
  pool.on('connect', (client) => {
    client.on('error', () => {});
  });
  const failed = (error: unknown) => explain(error, options.connectTimeout);
  const checkOut = checkOutOf(pool, servers, {
    find: servers.urls.length > 1 ? () => servers.find(config, anyServer) : undefined,
    revive: options.revive,
  });

  const askPatiently = async <Row extends object>(statement: Sql, patience: number): Promise<Row[]> => {
    const end = performance.now() + patience;
    for (;;) {
      let again = false;
      try {
        const client = await checkOut(patience);
        let lost = false;
        try {
          return await rowsOf<Row>(client, statement, stalls);
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
  };

  return {
    url,
    query: async <Row extends object>(statement: Sql, { patience }: QueryOptions = {}) => {
      const asked = askPatiently<Row>(statement, patience ?? options.patience ?? 0);
      // Who said how long it may take does not wait for an answer that is slow in coming either.
      if (patience === undefined) return asked;
      return withTimeLimit(asked, patience + slowestAnswer).catch((error: unknown) => {
        throw failed(error);
      });
    },
    transaction: async (work, transactionOptions = {}) => {
      const { attempts = 1 } = transactionOptions;
      const patience = options.patience ?? 0;
      for (let attempt = 1; ; attempt++) {
        const committing = { now: false };
        try {
          return await once(await checkOut(patience), work, transactionOptions, committing, stalls);
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
    close: async () => {
      stalls.close();
      await pool.end();
    },
  };
}

/** Of a statement whose asker is impatient, beside the time to connect. Milliseconds. */
const slowestAnswer = 700;

function isReading(text: string): boolean {
  return /^\s*SELECT\b/i.test(text);
}

export function clientConfig(
  url: string,
  { connectTimeout, statementTimeout, lockTimeout }: Omit<ConnectOptions, 'poolSize'>,
): pg.ClientConfig {
  return {
    connectionString: url,
    application_name: applicationName,
    // Statements of milliseconds: compiling one takes a quarter of a second of a core, and a bad
    // guess of the planner is enough for it to be done each time.
    options: '-c jit=off',
    connectionTimeoutMillis: timeForServer(url, connectTimeout),
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

async function rowsOf<Row extends object>(
  client: pg.PoolClient,
  { text, values }: Sql,
  stalls: StatementWatchdog,
): Promise<Row[]> {
  const over = stalls.begin(client);
  const end = statementWatch.getStore()?.begin(text, values);
  let found = 0;
  try {
    const { rows } = await client.query<Row>({ text, values });
    // Several statements in one text have several results.
    found = (rows as Row[] | undefined)?.length ?? 0;
    return rows;
  } finally {
    over();
    end?.(found);
  }
}

/** Six modules that only loads need. */
function copyStreams(): typeof import('pg-copy-streams') {
  return createRequire(import.meta.url)('pg-copy-streams');
}

async function once<T>(
  client: pg.PoolClient,
  work: (transaction: Transaction) => Promise<T>,
  options: TransactionOptions,
  committing: { now: boolean },
  stalls: StatementWatchdog,
): Promise<T> {
  const copies = new Set<Readable | Writable>();
  const transaction: Transaction = {
    query: (statement) => rowsOf(client, statement, stalls),
    copyIn: (statement) => {
      const stream = client.query(copyStreams().from(statement));
      copies.add(stream);
      // When its connection goes, a stream that nobody waits for fails as well; the transaction
      // tells.
      stream.on('error', () => {});
      stream.once('close', () => copies.delete(stream));
      return stream;
    },
    copyOut: (statement) => {
      const stream = client.query(copyStreams().to(statement));
      copies.add(stream);
      stream.on('error', () => {});
      stream.once('end', () => copies.delete(stream));
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
    // An unfinished COPY would keep ROLLBACK waiting for ever; closing the connection rolls back as
    // well.
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
