import sql from 'sql-template-tag';
import type { Database, Queryable } from '../store/database.ts';
import { listen } from '../store/listen.ts';
import { poll } from '../store/poll.ts';

/**
 * open: all. read-only: reading and searching, nothing is changed. closed: operators and
 * administrators only.
 */
export const siteLevels = ['open', 'read-only', 'closed'] as const;
export type LevelName = (typeof siteLevels)[number];

/** How far the site is open on all nodes, and what readers are told. */
export interface SiteLevel {
  readonly level: LevelName;
  /** On every page; '' for none. */
  readonly message: string;
  /** Seconds after which whoever is refused may come back. */
  readonly retryAfter: number;
}

export const openLevel: SiteLevel = { level: 'open', message: '', retryAfter: 600 };

const channel = 'reperio_level';

/** One statement. */
export async function readLevel(database: Queryable): Promise<SiteLevel> {
  const [row] = await database.query<SiteLevel>(
    sql`SELECT level, message, retry_after AS "retryAfter" FROM site_level`,
  );
  return row ?? openLevel;
}

/**
 * In force on every node within a second, within five where nobody asks and notifications are
 * lost. What is undefined stays; only the message of a closed library goes when it opens.
 */
export async function setLevel(database: Database, wanted: Partial<SiteLevel>): Promise<SiteLevel> {
  return database.transaction(async (transaction) => {
    const before = await readLevel(transaction);
    const isOpening = before.level !== 'open' && wanted.level === 'open';
    const now = { ...before, ...(isOpening && { message: '' }), ...wanted };
    await transaction.query(sql`
      INSERT INTO site_level (level, message, retry_after) VALUES (${now.level}, ${now.message}, ${now.retryAfter})
      ON CONFLICT (one) DO UPDATE SET level = excluded.level, message = excluded.message,
        retry_after = excluded.retry_after, changed = now()`);
    await transaction.query(sql`SELECT pg_notify(${channel}, '')`);
    return now;
  });
}

export interface LevelWatch {
  /** What was read last: while the database is away, what was in force before. */
  now(): SiteLevel;
  close(): Promise<void>;
}

/** Reads the level, and again whenever it changes. */
export async function watchLevel(database: Database, url: string): Promise<LevelWatch> {
  const stop = new AbortController();
  let now = await readLevel(database);
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking) return;
    looking = true;
    try {
      now = await readLevel(database);
    } catch {
      // The next look may succeed.
    } finally {
      looking = false;
    }
  };
  const listening = listen(url, channel, () => void look(), stop.signal);
  const polling = poll(() => void look());
  return {
    now: () => {
      polling.used();
      return now;
    },
    close: async () => {
      polling.stop();
      stop.abort();
      await listening;
    },
  };
}
