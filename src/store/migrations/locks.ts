/**
 * What a migration locks, and for how long: plans and recipes say it before it is applied. A line
 * `-- locks: record, writes, 1s/30000 rows` in the migration: the tables, what waits meanwhile (reads
 * and writes, or writes alone), and the time for so many of their rows, as it was measured.
 */
export interface Locks {
  readonly tables: readonly string[];
  readonly waits: 'writes' | 'reads and writes';
  /** Seconds for each row. */
  readonly perRow: number;
}

/** Of migrations that were released before there was such a line: their texts never change. */
const earlier: Readonly<Record<string, string>> = {
  '0003-cataloguer.sql': 'record, revision, writes, 1s/5000000 rows',
};

/** The text of the line, or of the table; undefined: it locks nothing for long. */
export function locksOf(file: string, text: string): string | undefined {
  return /^-- locks: (.+)$/m.exec(text)?.[1]?.trim() ?? earlier[file];
}

/** Undefined: it is not written as it must be. */
export function parseLocks(text: string): Locks | undefined {
  const [, names = '', waits, seconds, rows] =
    /^([a-z_]+(?:, [a-z_]+)*), (writes|reads and writes), (\d+(?:\.\d+)?)s\/(\d+) rows$/.exec(text) ?? [];
  if (waits === undefined || Number(rows) === 0) return undefined;
  return {
    tables: names.split(', '),
    waits: waits as Locks['waits'],
    perRow: Number(seconds) / Number(rows),
  };
}

/** Tables that have as many rows as the library has records, or more. */
export const largeTables: readonly string[] = ['record', 'revision', 'identifier'];

/**
 * The large tables that a migration builds an index on, or rewrites, while writes wait. A column
 * without a default, or with a constant one, is added at once.
 */
export function lockedTables(text: string): readonly string[] {
  const statements = text
    .replace(/--.*$/gm, '')
    .split(';')
    .map((each) => each.replace(/\s+/g, ' ').trim());
  const locked = statements.flatMap((statement) => {
    const table = tableOf(statement);
    return table !== undefined && largeTables.includes(table) ? [table] : [];
  });
  // A table that the migration itself makes is empty.
  const made = statements.flatMap((statement) => /^CREATE TABLE (?:IF NOT EXISTS )?(\w+)/i.exec(statement)?.[1] ?? []);
  return [...new Set(locked)].filter((table) => !made.includes(table));
}

function tableOf(statement: string): string | undefined {
  const index = /^CREATE (?:UNIQUE )?INDEX (CONCURRENTLY )?.*? ?ON (?:ONLY )?(\w+)/i.exec(statement);
  if (index !== null) return index[1] === undefined ? index[2] : undefined;
  const written = /^(?:UPDATE|DELETE FROM|CLUSTER|VACUUM FULL|REINDEX TABLE) (?:ONLY )?(\w+)/i.exec(statement);
  if (written !== null) return written[1];
  const altered = /^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?(\w+) (.*)$/i.exec(statement);
  return altered !== null && rewrites.test(altered[2]!) ? altered[1] : undefined;
}

/** Also what reads the whole table, to see whether all rows are as they must be. */
const rewrites =
  /\bTYPE\b|SET NOT NULL|ADD (?:CONSTRAINT|PRIMARY|UNIQUE|CHECK|FOREIGN)|DEFAULT (?:\w+\.)?\w+\(|GENERATED|SET (?:UN)?LOGGED|REFERENCES|\b(?:UNIQUE|PRIMARY KEY)\b/i;
