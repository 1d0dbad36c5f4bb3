import sql from 'sql-template-tag';
import type { Check } from '../definition.ts';
import { counted } from './parts.ts';

interface Row {
  readonly replicas: number;
  readonly lag: number | null;
  readonly hidden: boolean;
  readonly slots: number;
  readonly kept: number | null;
}

export const replicas: Check = {
  name: 'replicas',
  question: 'Do the replicas of the database keep up?',
  summary: 'Seconds that the slowest replica is behind.',
  warning: '10',
  critical: '60',
  page: 'A lost database',
  shared: true,
  every: 15_000,
  run: async ({ settings, database }) => {
    const [row] = await database().query<Row>(
      sql`SELECT count(*)::int AS replicas, coalesce(max(extract(epoch FROM replay_lag)), 0)::float8 AS lag,
          coalesce(bool_or(state IS NULL), false) AS hidden,
          (SELECT count(*)::int FROM pg_replication_slots WHERE NOT active) AS slots,
          (SELECT max(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END, restart_lsn))::float8
            FROM pg_replication_slots WHERE NOT active) AS kept
        FROM pg_stat_replication`,
      { patience: 0 },
    );
    const { replicas: count, lag, hidden, slots, kept } = row!;
    const measures = [
      { label: 'lag', value: hidden ? undefined : (lag ?? 0), unit: 's' as const, minimum: 0 },
      { label: 'replicas', value: count, unit: '' as const, minimum: 0 },
      // A replica that never comes back fills the disk of the primary.
      {
        label: 'kept',
        value: kept ?? 0,
        unit: 'B' as const,
        warning: '1000000000',
        critical: '16000000000',
        minimum: 0,
      },
    ];
    const unused =
      slots === 0
        ? ''
        : ` ${counted(slots, 'slot', 'slots')} that nobody reads: the log is kept for ${slots === 1 ? 'it' : 'them'}, ${((kept ?? 0) / 1e9).toFixed(1)} GB.`;
    const fix = `psql "$(reperio db url)" -c 'SELECT * FROM pg_stat_replication' -c 'SELECT * FROM pg_replication_slots'`;
    if (count === 0 && settings.readDatabaseUrl !== undefined)
      return {
        atLeast: 'warning',
        sentence: `read-database-url is set, and no replica follows the primary.${unused}`,
        measures,
        fix,
      };
    const how = hidden
      ? 'how far they are behind is not told to this user (GRANT pg_monitor)'
      : `the slowest is ${(lag ?? 0).toFixed(1)} s behind`;
    return {
      sentence:
        count === 0 ? `There is no replica.${unused}` : `${counted(count, 'replica', 'replicas')}; ${how}.${unused}`,
      measures,
      fix,
    };
  },
};
