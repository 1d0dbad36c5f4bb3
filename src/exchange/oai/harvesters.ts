import sql from 'sql-template-tag';
import type { Queryable } from '../../store/database.ts';

/** One answer to a harvester. */
export interface Harvested {
  /** Its network, and the program's name for itself. */
  readonly network: string;
  readonly agent: string;
  readonly records: number;
  /** "ListRecords oai_dc physics". */
  readonly asked: string;
  /** How many of its list it has now, and of how many; undefined: not known. */
  readonly done: number | undefined;
  readonly size: number | undefined;
}

export interface Harvester extends Harvested {
  readonly first: Date;
  readonly last: Date;
  readonly requests: number;
}

/** Who harvests, counted in memory and written together. */
export interface HarvesterBook {
  note(harvested: Harvested): void;
  /** Writes down what was noted, unless that was done a moment ago. */
  flush(): Promise<void>;
}

/** Milliseconds. */
const flushEvery = 2_000;
const mostNoted = 200;
const longestAgent = 200;
/** Programs call themselves as they like: of older ones nothing is kept. */
const mostKept = 1_000;

export function createHarvesterBook(database: Queryable): HarvesterBook {
  const noted = new Map<string, Harvested & { readonly requests: number }>();
  let flushed = Number.NEGATIVE_INFINITY;
  return {
    note: (harvested) => {
      const agent = harvested.agent.slice(0, longestAgent);
      const key = `${harvested.network}\n${agent}`;
      const before = noted.get(key);
      if (before === undefined && noted.size >= mostNoted) return;
      const records = harvested.records + (before?.records ?? 0);
      noted.set(key, { ...harvested, agent, records, requests: (before?.requests ?? 0) + 1 });
    },
    flush: async () => {
      if (noted.size === 0 || performance.now() - flushed < flushEvery) return;
      flushed = performance.now();
      const all = [...noted.values()];
      noted.clear();
      const column = <K extends keyof (typeof all)[number]>(name: K) => all.map((one) => one[name] ?? null);
      await database.query(sql`
        INSERT INTO oai_harvester AS known (network, agent, requests, records, asked, done, size)
        SELECT * FROM unnest(${column('network')}::text[], ${column('agent')}::text[], ${column('requests')}::bigint[],
          ${column('records')}::bigint[], ${column('asked')}::text[], ${column('done')}::integer[], ${column('size')}::integer[])
        ON CONFLICT (network, agent) DO UPDATE SET last = now(), requests = known.requests + excluded.requests,
          records = known.records + excluded.records, asked = excluded.asked, done = excluded.done, size = excluded.size`);
      await database.query(sql`
        DELETE FROM oai_harvester WHERE last < now() - interval '90 days'
          OR last < (SELECT last FROM oai_harvester ORDER BY last DESC OFFSET ${mostKept} LIMIT 1)`);
    },
  };
}

/** Who has harvested, the last first. */
export async function readHarvesters(database: Queryable, limit: number): Promise<readonly Harvester[]> {
  const rows = await database.query<Harvester & { readonly done: number | null; readonly size: number | null }>(sql`
    SELECT network, agent, first, last, requests, records, asked, done, size FROM oai_harvester
    ORDER BY last DESC LIMIT ${limit}`);
  return rows.map(({ done, size, ...row }) => ({ ...row, done: done ?? undefined, size: size ?? undefined }));
}
