import type { Settings } from '../../../config/settings.ts';
import type { Queryable } from '../../../store/database.ts';
import { type Advice, adviceOf, type Rule, type TuneReport } from '../advice.ts';
import { durationText } from '../units.ts';
import type { DatabaseFacts, Setup } from './facts.ts';
import { readDatabase } from './read.ts';
import { connectionRules } from './rules-connections.ts';
import { memoryRules } from './rules-memory.ts';
import { readingRules } from './rules-reading.ts';
import { writingRules } from './rules-writing.ts';

export const databaseRules: readonly Rule<DatabaseFacts>[] = [
  ...connectionRules,
  ...memoryRules,
  ...writingRules,
  ...readingRules,
];

/** Pure: what the facts of a server call for. */
export function judgeDatabase(facts: DatabaseFacts): readonly Advice[] {
  return adviceOf(databaseRules, facts).map((one) => (waits(one, facts) ? { ...one, ...alreadySet } : one));
}

/** Everything that it wants is in the files. */
function waits({ state, set = [] }: Advice, { parameters }: DatabaseFacts): boolean {
  return state === 'advise' && set.length > 0 && set.every(({ name }) => parameters[name]?.waits === true);
}

const alreadySet = { state: 'note', reason: 'it is in the files already, and waits for a restart', set: [] } as const;

/** For `doctor`: advice about the server of an open library. `url` is its address. */
export async function adviceOnDatabase(
  settings: Settings,
  database: Queryable,
  url: string,
): Promise<readonly Advice[]> {
  return judgeDatabase(await readDatabase(database, { settings, url }));
}

const names: Readonly<Record<Setup, string>> = {
  embedded: 'the embedded server',
  external: 'a server of its own',
  patroni: 'a server of Patroni',
};

export function databaseReport(facts: DatabaseFacts, at: number): TuneReport {
  const { versionText, setup, server, standby, uptime, database, checkpoints, wal, archiver } = facts;
  const memory = server.memory === undefined ? '' : `, ${Math.round(server.memory / 2 ** 20)} MB of memory`;
  const weak = uptime < 86_400 ? `, running for only ${durationText(uptime)}: rates are weak` : '';
  return {
    about: 'database',
    at,
    subject: `PostgreSQL ${versionText}, ${names[setup]}${standby ? ', a standby' : ''}${memory}${weak}`,
    advice: judgeDatabase(facts),
    counters: {
      'pages found': database.hits,
      'pages read': database.reads,
      temp_bytes: database.tempBytes,
      deadlocks: database.deadlocks,
      'checkpoints timed': checkpoints.timed,
      'checkpoints requested': checkpoints.requested,
      wal_bytes: wal.bytes,
      wal_fpi: wal.fullPages,
      wal_buffers_full: wal.buffersFull,
      ...(wal.writes === undefined ? {} : { 'wal writes': wal.writes }),
      ...(archiver === undefined ? {} : { 'archive failures': archiver.failed }),
    },
  };
}
