import { setTimeout as sleep } from 'node:timers/promises';
import { dataFolder } from '../config/patroni.ts';
import type { LoadReport, WriterReport } from '../load/report.ts';
import { startLoad, startWriter } from '../load/start.ts';
import { killPrimary, primaryOf, startDatabase, switchover, waitUntilWhole } from '../roles/patroni.ts';
import { readers, type World } from './scenario.ts';

/** Something that happens to the databases while somebody writes and readers search. */
export interface DatabaseScenario {
  readonly name: string;
  /** Longest time without an acknowledged write, in ms. */
  readonly gap: number;
  /** Is it to be done several times, since once proves nothing? */
  readonly isRace?: true;
  /** Not among the tests: it takes long, and shows what another one shows. */
  readonly isLong?: true;
  readonly event: (world: World) => Promise<void>;
  /** Before it is over everything heals, and writing goes on until then. */
  readonly mend?: (world: World) => Promise<void>;
}

export const databaseScenarios: readonly DatabaseScenario[] = [
  {
    name: 'database switchover',
    gap: 5_000,
    event: async ({ cluster }) => switchover(cluster),
  },
  {
    name: 'kill -9 of the primary',
    gap: 10_000,
    event: async ({ cluster }) => {
      const before = await killPrimary(cluster, dataFolder);
      await primaryOf(cluster, before);
    },
  },
  {
    name: 'primary cut off and healed',
    gap: 30_000,
    isRace: true,
    event: async ({ cluster }) => {
      const before = await primaryOf(cluster);
      await cluster.cut(before);
      await primaryOf(cluster, before);
      // The new primary has taken writes for a while when the old one comes back with what it
      // believes.
      await sleep(5_000);
    },
    mend: async ({ cluster }) => cluster.heal(),
  },
  {
    name: 'power off of the primary',
    gap: 30_000,
    isLong: true,
    event: async ({ cluster }) => {
      const before = await primaryOf(cluster);
      await cluster.powerOff(before);
      await primaryOf(cluster, before);
      await sleep(2_000);
      await cluster.powerOn(before);
      await startDatabase(cluster, before);
    },
  },
];

export interface DatabaseOutcome {
  readonly writes: WriterReport;
  /** Readers that search. */
  readonly searches: LoadReport;
}

/** A search page from local segments says so by this. */
const awayMark = 'The database is not available';
const questions = ['higgs', 'quantum field', 'detector', 'year:2001', 'title:theory', 'neutrino'];

/** Milliseconds before and after what happens. */
const before = 1_000;
const after = 3_000;

/** `url`: where the writer writes. */
export async function runDatabaseScenario(
  world: World,
  { event, mend }: DatabaseScenario,
  url = world.databaseUrl,
): Promise<DatabaseOutcome> {
  const client = world.cluster.host('client');
  const paths = questions.map((question) => `/search?${new URLSearchParams({ p: question })}`);
  const writer = await startWriter(client, url);
  const load = await startLoad(client, readers(world, { paths, keeping: 4, fresh: 2, pause: 100, mark: awayMark }));
  try {
    await sleep(before);
    await event(world);
    await mend?.(world);
    await waitUntilWhole(world.cluster);
    await sleep(after);
  } catch (error) {
    await world.cluster.heal();
    await Promise.allSettled([load.stop(), writer.stop()]);
    throw error;
  }
  const [searches, writes] = await Promise.all([load.stop(), writer.stop()]);
  return { searches, writes };
}
