import { setTimeout as sleep } from 'node:timers/promises';
import { floatingAddress } from '../config/plan.ts';
import type { Cluster } from '../hosts/cluster.ts';
import type { LoadPlan, LoadReport } from '../load/report.ts';
import { startLoad } from '../load/start.ts';

/** A cluster with all its programs running. */
export interface World {
  readonly cluster: Cluster;
  /** As web nodes are told it. */
  readonly databaseUrl: string;
  /** Do balancers lead to the primary of three databases? */
  readonly withPrimary: boolean;
  /** Records in the library. */
  readonly records: number;
  close(): Promise<void>;
}

export interface Aim {
  /**
   * none: not one request fails. in flight: only those that were being answered, at most one for
   * each connection; and who connects meanwhile may be refused.
   */
  readonly failed: 'none' | 'in flight';
  /** Longest time without a request that succeeds, in ms. */
  readonly gap: number;
}

/** Something that happens to the web tier while readers ask. */
export interface Scenario {
  readonly name: string;
  readonly aim: Aim;
  /** Why it cannot be in a user namespace, as the end of a sentence. */
  readonly needsRoot?: string;
  /** What comes before, what happens, and what mends it afterwards: all is as before in the end. */
  readonly prepare?: (world: World) => Promise<void>;
  readonly event: (world: World) => Promise<void>;
  readonly mend?: (world: World) => Promise<void>;
}

/** There is no gap: as long as a request may take on a machine whose two cores all hosts share. */
export const noGap = 300;

export const floatingUrl = `http://${floatingAddress}`;

/** Search pages and records, as readers ask them. */
export function readerPaths(records: number): readonly string[] {
  const questions = [
    'higgs',
    'quantum field',
    'detector',
    'year:2001',
    'title:theory',
    'boson -higgs',
    'neutrino',
    'the',
  ];
  return questions.flatMap((question, at) => [
    `/search?${new URLSearchParams({ p: question })}`,
    `/record/${1 + ((at * 37) % records)}`,
  ]);
}

export function readers({ records }: World, changes: Partial<LoadPlan> = {}): LoadPlan {
  return { url: floatingUrl, paths: readerPaths(records), keeping: 6, fresh: 3, pause: 40, ...changes };
}

export interface ScenarioOutcome extends LoadReport {
  /** How long what happened took, in ms. */
  readonly took: number;
}

/** Milliseconds before and after what happens. */
const before = 700;
const after = 1_500;

/** Lets it happen while readers ask, and mends it. */
export async function runScenario(world: World, { prepare, event, mend }: Scenario): Promise<ScenarioOutcome> {
  await prepare?.(world);
  const load = await startLoad(world.cluster.host('client'), readers(world));
  let took = 0;
  try {
    await sleep(before);
    const begun = performance.now();
    await event(world);
    took = performance.now() - begun;
    await sleep(after);
  } catch (error) {
    await load.stop();
    throw error;
  }
  const report = await load.stop();
  await mend?.(world);
  return { ...report, took };
}
