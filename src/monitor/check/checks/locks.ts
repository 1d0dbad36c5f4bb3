import sql from 'sql-template-tag';
import type { Check } from '../definition.ts';
import { endTransaction, findBlocker } from './blocker.ts';
import { counted } from './parts.ts';

interface Row {
  readonly pid: number;
  readonly name: string;
  readonly seconds: number;
  readonly idle: boolean;
  readonly waiting: number;
}

export const locks: Check = {
  name: 'locks',
  question: 'Do transactions of the database end?',
  summary: 'Seconds that the oldest transaction has been open.',
  warning: '600',
  critical: '7200',
  page: 'A runaway task',
  shared: true,
  every: 15_000,
  run: async ({ database }) => {
    const [row] = await database().query<Row>(
      sql`SELECT pid, application_name AS name, extract(epoch FROM clock_timestamp() - xact_start)::float8 AS seconds,
          state LIKE 'idle%' AS idle,
          (SELECT count(*)::int FROM pg_stat_activity WHERE wait_event_type = 'Lock') AS waiting
        FROM pg_stat_activity
        WHERE xact_start IS NOT NULL AND backend_type = 'client backend' AND pid <> pg_backend_pid()
        ORDER BY xact_start LIMIT 1`,
      { patience: 0 },
    );
    const seconds = row?.seconds ?? 0;
    const waiting = row?.waiting ?? 0;
    const who =
      row === undefined ? '' : ` by "${row.name}" (process ${row.pid}${row.idle ? ', which does nothing in it' : ''})`;
    // The oldest may be a backup that is in nobody's way.
    const blocker = waiting === 0 ? undefined : await findBlocker(database());
    const other =
      blocker === undefined || blocker.pid === row?.pid ? '' : ` that process ${blocker.pid} ("${blocker.name}") has`;
    return {
      sentence:
        row === undefined
          ? 'No transaction is open.'
          : `The oldest transaction has been open for ${seconds < 600 ? `${seconds.toFixed(0)} s` : `${Math.round(seconds / 60)} min`}${who}; ${counted(waiting, 'statement waits', 'statements wait')} for a lock${other}.`,
      measures: [
        { label: 'oldest', value: seconds, unit: 's', minimum: 0 },
        { label: 'waiting', value: waiting, unit: '', warning: '20', critical: '50', minimum: 0 },
      ],
      ...(row === undefined ? {} : { fix: endTransaction(blocker?.pid ?? row.pid) }),
    };
  },
};
