import { statfs } from 'node:fs/promises';
import sql from 'sql-template-tag';
import type { Queryable } from '../../../store/database.ts';
import { duration } from '../../status/numbers.ts';
import type { Finding } from '../check.ts';
import type { Check } from '../definition.ts';
import { counted } from './parts.ts';

interface Archiver {
  readonly isOn: boolean;
  /** The file that could not be archived, if none was since. */
  readonly failing: string | null;
  /** Seconds since one was archived, or since that is counted. */
  readonly since: number;
  /** May this role see which files wait? */
  readonly sees: boolean;
}

interface Waiting {
  readonly files: number;
  /** Seconds that the oldest of them waits. */
  readonly age: number;
  readonly bytes: number;
}

/** What was written down of the place of backups. */
interface Received {
  /** Seconds since the time up to which the log is there. */
  readonly age: number;
  readonly problem: string | null;
}

export const wal: Check = {
  name: 'wal',
  question: 'Is the log of the database archived, where that is on?',
  summary: 'Seconds that the oldest file of the log has been waiting to be archived.',
  warning: '300',
  critical: '1800',
  page: 'An archive that fails',
  shared: true,
  every: 15_000,
  run: async ({ settings, database }) => {
    const now: Queryable = { query: (statement) => database().query(statement, { patience: 0 }) };
    const [archiver] = await now.query<Archiver>(archiverStatement);
    const { isOn, failing, since, sees } = archiver!;
    const [received] = await now.query<Received>(receivedStatement);
    if (!isOn && received !== undefined && settings.databaseUrl !== undefined) return ofReceived(received);
    if (!isOn) return await unused(now, settings.databaseUrl === undefined);
    const [seen] = sees ? await now.query<Waiting>(waitingStatement) : [];
    const isOurs = settings.databaseUrl === undefined;
    const waited = seen?.age ?? (failing === null ? 0 : since);
    const age = isOurs && received?.problem != null ? Math.max(waited, received.age) : waited;
    const share = seen !== undefined && isOurs ? await shareOfSpace(settings.dataFolder, seen.bytes) : undefined;
    const waits =
      seen === undefined
        ? ''
        : seen.files === 0
          ? '; no file waits'
          : `; ${counted(seen.files, 'file waits', 'files wait')}, the oldest for ${duration(seen.age * 1000)}`;
    // Of a server that archives to a spool: what it has archived may wait there.
    const unsent = isOurs && failing === null ? (received?.problem ?? null) : null;
    const told = unsent === null ? 'The log is archived' : `The log is not archived: ${unsent}`;
    return {
      ...(failing === null && unsent === null ? {} : { atLeast: 'warning' as const }),
      sentence: `${failing === null ? told : `The database cannot archive ${failing} of its log`}${waits}.`,
      measures: [
        { label: 'age', value: age, unit: 's', minimum: 0 },
        ...(share === undefined
          ? []
          : [
              {
                label: 'space',
                value: share,
                unit: '%' as const,
                warning: '25',
                critical: '50',
                minimum: 0,
                maximum: 100,
              },
            ]),
        { label: 'files', value: seen?.files, unit: '', minimum: 0 },
      ],
      fix: isOurs ? 'reperio backup continuous status' : `psql "$(reperio db url)" -c 'SELECT * FROM pg_stat_archiver'`,
    };
  },
};

/** A task receives it, each minute. */
function ofReceived({ age, problem }: Received): Finding {
  return {
    ...(problem === null ? {} : { atLeast: 'warning' as const }),
    sentence:
      problem === null
        ? `The log is received, up to ${duration(age * 1000)} ago.`
        : `The log is not received since ${duration(age * 1000)}: ${problem}.`,
    measures: [{ label: 'age', value: age, unit: 's', minimum: 0 }],
    fix: 'reperio backup continuous status',
  };
}

async function unused(now: Queryable, isOurs: boolean): Promise<Finding> {
  const [row] = await now.query<{ role: string; may: boolean }>(
    sql`SELECT rolname AS role, rolsuper OR rolreplication AS may FROM pg_roles WHERE rolname = current_user`,
  );
  const cannot =
    isOurs || row?.may !== false
      ? ''
      : `, and the role ${row.role} may not read it: backups are dumps only (ALTER ROLE ${row.role} REPLICATION allows it)`;
  return {
    isUnused: true,
    sentence: `The log is not archived: only the time of a backup can be restored${cannot}.`,
  };
}

const receivedStatement = sql`
  SELECT extract(epoch FROM clock_timestamp() - until)::float8 AS age, problem
  FROM backup_archive ORDER BY until DESC LIMIT 1`;

/**
 * The embedded server always has archive_mode on; its command is /bin/true while nothing is
 * archived.
 */
const archiverStatement = sql`
  SELECT current_setting('archive_mode') <> 'off' AND (
      coalesce(current_setting('archive_library', true), '') <> ''
      OR current_setting('archive_command') NOT IN ('', '(disabled)', '/bin/true')) AS "isOn",
    CASE WHEN last_failed_time > coalesce(last_archived_time, '-infinity') THEN last_failed_wal END AS failing,
    extract(epoch FROM clock_timestamp() - coalesce(last_archived_time, stats_reset))::float8 AS since,
    has_function_privilege('pg_ls_archive_statusdir()', 'EXECUTE') AS sees
  FROM pg_stat_archiver`;

const waitingStatement = sql`
  SELECT count(*)::int AS files,
    greatest(0, coalesce(extract(epoch FROM clock_timestamp() - min(modification)), 0))::float8 AS age,
    (count(*) * (SELECT setting::bigint FROM pg_settings WHERE name = 'wal_segment_size'))::float8 AS bytes
  FROM pg_ls_archive_statusdir() WHERE name LIKE '%.ready'`;

/** What waits, in per cent of it and what is free: at 50 as much waits as there is room left. */
async function shareOfSpace(dataFolder: string, bytes: number): Promise<number | undefined> {
  const space = await statfs(dataFolder).catch(() => undefined);
  if (space === undefined) return undefined;
  const free = space.bavail * space.bsize;
  return (100 * bytes) / Math.max(1, free + bytes);
}
