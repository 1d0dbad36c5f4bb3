import sql from 'sql-template-tag';
import type { Settings } from '../../config/settings.ts';
import { version } from '../../config/version.ts';
import { otherReleases } from '../../monitor/node-status.ts';
import type { NodeView } from '../../monitor/status/node-view.ts';
import { statusSocket } from '../../monitor/status/socket.ts';
import type { IndexVersions } from '../../site/index-versions.ts';
import type { Queryable } from '../../store/database.ts';
import { largeTables } from '../../store/migrations/locks.ts';
import { openStore } from '../../store/open.ts';
import type { Answer } from './deployment.ts';
import { type LoggedDeployment, lastDeployments, libraryLock } from './library.ts';
import type { DeployLock } from './lock.ts';

const { request } = process.getBuiltinModule('node:http');

/** How a node and the library are, as a host finds them itself. */
export interface Look {
  /** Of the program that looks. */
  readonly version: string;
  /** Undefined: no server answers for the data folder. */
  readonly node?: NodeLook | undefined;
  readonly answers?: readonly Answer[];
  readonly library?: LibraryLook;
}

export interface NodeLook {
  readonly version: string;
  readonly state: string;
  readonly workers: number;
  readonly ready: number;
  /** Workers run another release than the supervisor. */
  readonly others: readonly string[];
  readonly deaths: number;
  readonly requests: number;
  /** Answers 500, 502 and 504; 503 says that a node has enough to do. */
  readonly errors: number;
  readonly lastDeath: string | undefined;
}

export interface LibraryLook {
  /** Those that were applied, by number from 1. */
  readonly migrations: readonly { readonly checksum: string; readonly offline: boolean }[];
  /** About how many rows the large tables have. */
  readonly rows: Readonly<Record<string, number>>;
  /** By which its index is made; undefined: there is none yet. */
  readonly index: IndexVersions | undefined;
  readonly lock: DeployLock | undefined;
  /** The newest first. */
  readonly log: readonly LoggedDeployment[];
}

export interface LookOptions {
  readonly node: boolean;
  readonly library: boolean;
  /** Asked of the node; when none is named, it chooses. */
  readonly questions: readonly string[];
  /** Of the log, how many. */
  readonly log: number;
}

export async function look(settings: Settings, options: LookOptions): Promise<Look> {
  const status = options.node ? await askStatus(settings.dataFolder) : undefined;
  return {
    version: version(),
    ...(options.node && { node: status === undefined ? undefined : nodeLook(status) }),
    ...(status?.status.state === 'serving' && { answers: await askNode(settings, status, options.questions) }),
    ...(options.library && { library: await lookAtLibrary(settings, options.log) }),
  };
}

function nodeLook({ status }: NodeView): NodeLook {
  const { statuses } = status.totals;
  return {
    version: status.version,
    state: status.state,
    workers: status.workers.filter(({ state }) => state !== 'leaving').length,
    ready: status.workers.filter(({ state }) => state === 'ready').length,
    others: otherReleases(status),
    deaths: status.deathCount,
    requests: status.totals.requests,
    errors: ['500', '502', '504'].reduce((sum, code) => sum + (statuses[code] ?? 0), 0),
    lastDeath: status.deaths[0] === undefined ? undefined : [status.deaths[0].how, ...status.deaths[0].said].join(': '),
  };
}

const limit = 10_000;

async function askStatus(dataFolder: string): Promise<NodeView | undefined> {
  const text = await get({ socketPath: statusSocket(dataFolder), path: '/server-status?format=json' }).catch(
    () => undefined,
  );
  return text === undefined ? undefined : (JSON.parse(text) as NodeView);
}

async function askNode(settings: Settings, { status }: NodeView, named: readonly string[]): Promise<readonly Answer[]> {
  const { hostname, port } = new URL(
    status.address.replace('//0.0.0.0:', '//127.0.0.1:').replace('//[::]:', '//[::1]:'),
  );
  const ask = async (question: string): Promise<{ readonly total: number; readonly titles: readonly string[] }> => {
    const path = `/api/search?${new URLSearchParams({ p: question, size: '1', fields: 'title' })}`;
    const { total, records } = JSON.parse(await get({ hostname, port, path })) as SearchAnswer;
    return { total, titles: records.flatMap(({ title }) => title?.title ?? []) };
  };
  const everything = await ask('');
  const usual = [settings.checkQuestion ?? '', ...everything.titles.flatMap(wordOf)];
  const questions = named.length > 0 ? named : [...new Set(usual)];
  const answers: Answer[] = [];
  for (const question of questions)
    answers.push({ question, total: (await ask(question)).total, records: everything.total });
  return answers;
}

interface SearchAnswer {
  readonly total: number;
  readonly records: readonly { readonly title?: { readonly title: string } }[];
}

/** Of a title, a word that says something. */
function wordOf(title: string): readonly string[] {
  const [word] = /\p{L}{5,}/u.exec(title) ?? [];
  return word === undefined ? [] : [word.toLowerCase()];
}

async function get(where: {
  readonly socketPath?: string;
  readonly hostname?: string;
  readonly port?: string;
  readonly path: string;
}): Promise<string> {
  const headers = { 'user-agent': 'reperio-deploy', connection: 'close' };
  return new Promise((resolve, reject) => {
    const asked = request({ ...where, agent: false, timeout: limit, headers }, (response) => {
      const parts: string[] = [];
      response.setEncoding('utf8').on('data', (part: string) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        if (response.statusCode === 200) resolve(parts.join(''));
        else reject(new Error(`status ${response.statusCode} at ${where.path}: ${parts.join('').slice(0, 200)}`));
      });
    });
    asked.on('timeout', () => asked.destroy(new Error(`no answer in ${limit / 1000} s at ${where.path}`)));
    asked.on('error', reject);
    asked.end();
  });
}

/** Changes nothing: the schema may be that of any release. */
async function lookAtLibrary(settings: Settings, count: number): Promise<LibraryLook> {
  const store = await openStore(settings, { schema: 'any' });
  try {
    const { database } = store;
    return {
      migrations: await applied(database),
      rows: Object.fromEntries(
        (
          await database.query<{ name: string; rows: number }>(sql`
            SELECT c.relname AS name, greatest(c.reltuples, s.n_live_tup, 0)::float8 AS rows
            FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid
            WHERE c.relname = ANY (${[...largeTables]}::text[]) AND c.relnamespace = current_schema()::regnamespace`)
        ).map(({ name, rows }) => [name, rows]),
      ),
      index: await indexOf(database),
      lock: await libraryLock(database),
      log: await lastDeployments(database, count),
    };
  } finally {
    await store.release();
  }
}

async function applied(database: Queryable): Promise<LibraryLook['migrations']> {
  if (!(await hasTable(database, 'schema_migration'))) return [];
  return database.query(sql`
    SELECT checksum, coalesce((to_jsonb(m) ->> 'offline')::boolean, false) AS offline FROM schema_migration m ORDER BY number`);
}

/** Older schemas do not name the versions. */
async function indexOf(database: Queryable): Promise<IndexVersions | undefined> {
  if (!(await hasTable(database, 'manifest'))) return undefined;
  const [row] = await database.query<{ found: { analysis?: number; format?: number; segments: unknown[] } }>(
    sql`SELECT to_jsonb(m) AS found FROM manifest m`,
  );
  const { analysis, format } = row?.found ?? {};
  return analysis === undefined || format === undefined ? undefined : { analysis, format };
}

async function hasTable(database: Queryable, name: string): Promise<boolean> {
  const found = await database.query(
    sql`SELECT FROM pg_tables WHERE tablename = ${name} AND schemaname = ANY (current_schemas(false))`,
  );
  return found.length > 0;
}
