import sql from 'sql-template-tag';
import type { Queryable } from '../../store/database.ts';
import type { ProgressRow } from './protocol.ts';

/** That the very same records were loaded once, and when. */
export interface LoadedBefore {
  readonly loaded: Date;
  /** How many of them were accepted. */
  readonly records: number;
}

export interface KnownInput extends LoadedBefore {
  readonly digest: Uint8Array;
}

/**
 * Loads of inputs with this beginning, the newest first; also those that only load_progress knows,
 * from releases before.
 */
export async function knownInputs(database: Queryable, input: string): Promise<readonly KnownInput[]> {
  return await database.query<KnownInput>(sql`
    SELECT digest, loaded, records::float8 AS records FROM loaded_input WHERE input = ${input}
    UNION ALL
    SELECT prefix, updated, accepted::float8 FROM load_progress WHERE input = ${input} AND finished AND accepted > 0
    ORDER BY loaded DESC`);
}

/**
 * `known` must be asked before the load: it writes its own progress in the place of an earlier one.
 */
export function loadedBefore(known: readonly KnownInput[], digest: Uint8Array): LoadedBefore | undefined {
  const same = known.filter((one) => Buffer.compare(one.digest, digest) === 0);
  const [newest] = same;
  return newest && { loaded: newest.loaded, records: Math.max(...same.map(({ records }) => records)) };
}

/** Only of loads that brought something: to be told of one that refused everything helps nobody. */
export async function noteLoaded(database: Queryable, name: string, progress: ProgressRow): Promise<void> {
  const { input, mode, accepted, prefix } = progress;
  if (accepted === 0 || prefix.length === 0) return;
  await database.query(sql`
    INSERT INTO loaded_input (digest, input, name, mode, records)
    VALUES (${Buffer.from(prefix)}, ${input}, ${name}, ${mode}, ${accepted})
    ON CONFLICT (digest) DO UPDATE SET name = excluded.name, mode = excluded.mode,
      records = greatest(loaded_input.records, excluded.records), loaded = now()`);
}
