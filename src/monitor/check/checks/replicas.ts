import sql from 'sql-template-tag';
import type { Settings } from '../../../config/settings.ts';
import { addressesOf } from '../../../store/servers.ts';
import type { Check } from '../definition.ts';
import { counted } from './parts.ts';

interface Replica {
  readonly name: string;
  /** Seconds, as the primary measured it last; it stays when the replica only receives. */
  readonly lag: number | null;
  /** How far it has come: a place of the log, in bytes. Null: this user may not know it. */
  readonly replayed: number | null;
}

interface Row {
  readonly replicas: readonly Replica[];
  /** Of the primary. */
  readonly written: number;
  readonly slots: number;
  /** The slot that keeps most of the log, of those that nobody reads, and how much, in bytes. */
  readonly slot: string | null;
  readonly kept: number | null;
}

/** Bytes of the log that a slot may keep. */
const muchKept = 1_000_000_000;

export const replicas: Check = {
  name: 'replicas',
  question: 'Do the replicas of the database keep up?',
  summary: 'Seconds that the slowest replica is behind.',
  warning: '10',
  critical: '60',
  page: 'A lost database',
  shared: true,
  every: 15_000,
  run: async ({ settings, database, memory, now }) => {
    const [row] = await database().query<Row>(statement, { patience: 0 });
    const { replicas: found, written, slots, slot, kept } = row!;
    const behind = found.map(({ name, lag, replayed }) => ({
      name,
      lag: replayed === null ? undefined : Math.max(lag ?? 0, secondsBehind(replayed, memory)),
    }));
    remember(written, memory, now());
    const slowest = behind.toSorted((a, b) => (b.lag ?? 0) - (a.lag ?? 0))[0];
    const isHidden = behind.some(({ lag }) => lag === undefined);
    const lag = isHidden ? undefined : (slowest?.lag ?? 0);
    const missing = wanted(settings) - found.length;
    const unused =
      slots === 0
        ? ''
        : ` The log is kept for ${counted(slots, 'slot', 'slots')} that nobody reads, ${((kept ?? 0) / 1e9).toFixed(1)} GB for ${slot}.`;
    const measures = [
      { label: 'lag', value: lag, unit: 's' as const, minimum: 0 },
      { label: 'replicas', value: found.length, unit: '' as const, minimum: 0 },
      // A replica that never comes back fills the disk of the primary.
      {
        label: 'kept',
        value: kept ?? 0,
        unit: 'B' as const,
        warning: String(muchKept),
        critical: String(16 * muchKept),
        minimum: 0,
      },
    ];
    // Only what is in the way is named: the slot of a replica that comes back is needed.
    const isInTheWay = (kept ?? 0) > muchKept && missing <= 0 && (lag ?? 0) <= 10;
    const fix = isInTheWay
      ? `psql "$(reperio db url)" -c "SELECT pg_drop_replication_slot('${slot}')"`
      : `psql "$(reperio db url)" -c 'SELECT * FROM pg_stat_replication' -c 'SELECT * FROM pg_replication_slots'`;
    const how = isHidden
      ? 'how far they are behind is not told to this user (GRANT pg_monitor)'
      : `the slowest${found.length > 1 && lag! > 0 ? `, ${slowest!.name},` : ''} is ${lag!.toFixed(1)} s behind`;
    const there =
      found.length === 0 ? 'There is no replica' : `${counted(found.length, 'replica', 'replicas')}; ${how}`;
    return {
      ...(missing > 0 ? { atLeast: 'warning' as const } : {}),
      sentence:
        missing > 0
          ? `${counted(missing, 'replica', 'replicas')} of the settings ${missing === 1 ? 'does' : 'do'} not follow the primary. ${there}.${unused}`
          : `${there}.${unused}`,
      measures,
      fix,
    };
  },
};

/** Servers that the settings name besides the primary: those of an address with several hosts. */
function wanted({ databaseUrl, readDatabaseUrl }: Settings): number {
  const others = databaseUrl === undefined ? 0 : addressesOf(databaseUrl).length - 1;
  return readDatabaseUrl === undefined ? others : Math.max(1, others);
}

const statement = sql`
  WITH here AS (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS lsn),
    unread AS (SELECT slot_name AS name, pg_wal_lsn_diff(here.lsn, restart_lsn)::float8 AS kept
      FROM pg_replication_slots, here WHERE NOT active)
  SELECT pg_wal_lsn_diff(here.lsn, '0/0')::float8 AS written,
    (SELECT coalesce(json_agg(json_build_object('name', coalesce(nullif(application_name, ''), host(client_addr), 'unknown'),
        'lag', extract(epoch FROM replay_lag), 'replayed', pg_wal_lsn_diff(replay_lsn, '0/0')::float8)), '[]')
      FROM pg_stat_replication WHERE state IS DISTINCT FROM 'backup') AS replicas,
    (SELECT count(*)::int FROM unread) AS slots,
    (SELECT name FROM unread ORDER BY kept DESC NULLS LAST, name LIMIT 1) AS slot,
    (SELECT max(kept) FROM unread) AS kept
  FROM here`;

type Mark = readonly [when: number, written: number];
const marksKept = 1_000;

/**
 * Since when is something written that a replica does not have? A replica that receives all and
 * does nothing of it, as behind a long query, is not told by the primary's own measure. Seconds.
 */
function secondsBehind(replayed: number, memory: Map<string, unknown>): number {
  const marks = (memory.get('marks') ?? []) as readonly Mark[];
  const since = marks.find(([, written]) => written > replayed);
  const last = marks.at(-1);
  return since === undefined || last === undefined ? 0 : (last[0] - since[0]) / 1000;
}

function remember(written: number, memory: Map<string, unknown>, when: number): void {
  const marks = (memory.get('marks') ?? []) as readonly Mark[];
  memory.set('marks', [...marks, [when, written] as const].slice(-marksKept));
}
