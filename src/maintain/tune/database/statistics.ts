import sql, { type Sql } from 'sql-template-tag';
import type { ArchiverFacts, DatabaseFacts, WalCounters } from './facts.ts';

/** Statistics whose views or columns differ between PostgreSQL 15 and 18. */

type Rows = <Row extends object>(statement: Sql) => Promise<Row[]>;

export async function checkpointsOf(rows: Rows, version: number): Promise<DatabaseFacts['checkpoints']> {
  const statement =
    version >= 170_000
      ? sql`SELECT num_timed AS timed, num_requested AS requested,
          extract(epoch FROM clock_timestamp() - stats_reset)::float8 AS counted FROM pg_stat_checkpointer`
      : sql`SELECT checkpoints_timed AS timed, checkpoints_req AS requested,
          extract(epoch FROM clock_timestamp() - stats_reset)::float8 AS counted FROM pg_stat_bgwriter`;
  const [found] = await rows<DatabaseFacts['checkpoints']>(statement);
  return found ?? { timed: 0, requested: 0, counted: 0 };
}

/** Since 18 writes of the log are in pg_stat_io. */
export async function walOf(rows: Rows, version: number): Promise<WalCounters> {
  const common = sql`wal_bytes::float8 AS bytes, wal_fpi AS "fullPages", wal_buffers_full AS "buffersFull",
    extract(epoch FROM clock_timestamp() - stats_reset)::float8 AS counted`;
  const statement =
    version >= 180_000
      ? sql`SELECT ${common}, (SELECT sum(writes)::float8 FROM pg_stat_io WHERE object = 'wal' AND context = 'normal') AS writes
          FROM pg_stat_wal`
      : sql`SELECT ${common}, wal_write AS writes FROM pg_stat_wal`;
  const [found] = await rows<WalCounters & { readonly writes: number | null }>(statement);
  if (found === undefined) return { bytes: 0, fullPages: 0, buffersFull: 0, writes: undefined, counted: 0 };
  return { ...found, writes: found.writes ?? undefined };
}

/** Segments are read once by each node, and by nobody then: they say nothing about the cache. */
export const pagesSql = sql`
  SELECT coalesce(sum(coalesce(heap_blks_hit, 0) + coalesce(idx_blks_hit, 0) + coalesce(toast_blks_hit, 0)
      + coalesce(tidx_blks_hit, 0)), 0)::float8 AS hits,
    coalesce(sum(coalesce(heap_blks_read, 0) + coalesce(idx_blks_read, 0) + coalesce(toast_blks_read, 0)
      + coalesce(tidx_blks_read, 0)), 0)::float8 AS reads
  FROM pg_statio_user_tables WHERE relname <> 'segment_block'`;

export const tablesSql = sql`
  SELECT s.relname AS name, n_live_tup AS live, n_dead_tup AS dead,
    extract(epoch FROM clock_timestamp() - greatest(last_vacuum, last_autovacuum))::float8 AS vacuumed,
    coalesce(reloptions, '{}') AS options
  FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid`;

export const indexesSql = sql`
  SELECT c.relname AS name, t.relname AS table, indisvalid AS valid, indisunique AS unique,
    pg_relation_size(c.oid) AS size,
    concat_ws(' ', i.indrelid, c.relam, i.indkey, i.indclass, i.indcollation, i.indoption, i.indisunique,
      pg_get_expr(i.indexprs, i.indrelid), pg_get_expr(i.indpred, i.indrelid)) AS key,
    EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid) OR i.indisreplident AS constraint,
    EXISTS (SELECT FROM pg_stat_progress_create_index p WHERE p.index_relid = i.indexrelid) AS building
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
    JOIN pg_namespace n ON n.oid = t.relnamespace
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

export const standbysSql = sql`
  SELECT coalesce(nullif(application_name, ''), client_addr::text, 'a standby') AS name, coalesce(state, '') AS state,
    coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn), 0)::float8 AS bytes,
    coalesce(extract(epoch FROM replay_lag), 0)::float8 AS seconds
  FROM pg_stat_replication WHERE state IS DISTINCT FROM 'backup'`;

export const slotsSql = sql`
  SELECT slot_name AS name, active,
    coalesce(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn), 0)::float8 AS held
  FROM pg_replication_slots WHERE NOT temporary`;

export async function archiverOf(rows: Rows, mode: string): Promise<ArchiverFacts | undefined> {
  const [found] = await rows<Omit<ArchiverFacts, 'mode' | 'lastFailed'> & { readonly lastFailed: string | null }>(sql`
    SELECT archived_count AS archived, failed_count AS failed, last_failed_wal AS "lastFailed",
      coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false) AS failing
    FROM pg_stat_archiver`);
  return found && { ...found, mode, lastFailed: found.lastFailed ?? undefined };
}

export const slowStatementsSql = sql`
  SELECT regexp_replace(left(query, 120), '\\s+', ' ', 'g') AS text, calls, mean_exec_time AS mean
  FROM pg_stat_statements WHERE calls >= 10 AND mean_exec_time > 500
    AND dbid = (SELECT oid FROM pg_database WHERE datname = current_database())
  ORDER BY total_exec_time DESC LIMIT 3`;
