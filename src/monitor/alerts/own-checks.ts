import { statfs } from 'node:fs/promises';
import sql from 'sql-template-tag';
import { UserError } from '../../errors/errors.ts';
import type { Database } from '../../store/database.ts';
import type { CheckAnswer } from '../check/check.ts';
import type { NodeStatus } from '../node-status.ts';
import { knownNodes } from '../nodes.ts';
import type { Evaluate } from './alert.ts';

export interface OwnChecksOptions {
  /** Asked without patience. */
  readonly database: Database;
  readonly status: () => Pick<NodeStatus, 'name' | 'workers' | 'deaths' | 'state' | 'now'>;
  readonly dataFolder: string;
}

/** Below so much, in per cent, is a warning, and an alert. */
const diskLow = 10;
const diskVeryLow = 5;
/** So many workers that ended by themselves in so long, in ms, are a crash loop. */
const deathsOfLoop = 5;
const loopWithin = 120_000;
/** A node that has told nothing for so long, in ms, is gone; one that was stopped said so. */
const nodeSilent = 30_000;

/** The few checks that need nothing but what the supervisor has. */
export function ownChecks({ database, status, dataFolder }: OwnChecksOptions): Evaluate {
  return async () => {
    const checks = {
      database: () => checkDatabase(database),
      nodes: () => checkNodes(database),
      disk: () => checkDisk(dataFolder),
      workers: async () => checkWorkers(status()),
    };
    const answers = Object.entries(checks).map(
      async ([name, check]): Promise<[string, CheckAnswer]> => [
        name,
        // One that cannot look keeps no other from looking.
        await check().catch((error: unknown) => answer('unknown', `It could not be found out: ${String(error)}`)),
      ],
    );
    return new Map(await Promise.all(answers));
  };
}

async function checkDatabase(database: Database): Promise<CheckAnswer> {
  try {
    await database.query(sql`SELECT 1`, { patience: 0 });
    return answer('ok', 'The database answers.');
  } catch (error) {
    // Its reason may name a host, and a text message has no room.
    const reason = error instanceof UserError ? error.message : 'it refused a statement';
    return answer('critical', `The database does not answer (${reason.slice(0, 200)})`, 'reperio db status');
  }
}

async function checkNodes(database: Database): Promise<CheckAnswer> {
  try {
    const nodes = await knownNodes({ query: (statement) => database.query(statement, { patience: 0 }) });
    const gone = nodes.filter(({ age, summary }) => age > nodeSilent && summary.state !== 'draining');
    if (gone.length === 0) return answer('ok', `${nodes.length} nodes have told how they are.`);
    const named = gone.map(({ summary, age }) => `${summary.name} for ${Math.round(age / 1000)} s`).join(', ');
    return answer('critical', `Nothing was heard of ${named}.`, 'reperio status');
  } catch {
    return answer('unknown', 'The database does not answer, so nothing is known about other nodes.');
  }
}

async function checkDisk(folder: string): Promise<CheckAnswer> {
  const { bavail, blocks, bsize } = await statfs(folder);
  const free = (100 * bavail) / Math.max(1, blocks);
  const state = free < diskVeryLow ? 'critical' : free < diskLow ? 'warning' : 'ok';
  const sentence = `${free.toFixed(1)} % (${((bavail * bsize) / 1e9).toFixed(1)} GB) free in ${folder}.`;
  return answer(state, sentence, state === 'ok' ? undefined : `du -xhd1 ${folder}`);
}

function checkWorkers({ workers, deaths, state, now }: ReturnType<OwnChecksOptions['status']>): CheckAnswer {
  const ready = workers.filter((worker) => worker.state === 'ready').length;
  const lately = deaths.filter(({ when }) => now - when < loopWithin).length;
  const sentence = `${ready} of ${workers.length} workers answer; ${lately} ended by themselves in the last 2 min.`;
  const isLoop = lately >= deathsOfLoop;
  const isNone = state === 'serving' && ready === 0;
  if (isLoop || isNone) return answer('critical', sentence, 'reperio status');
  return answer(lately > 0 ? 'warning' : 'ok', sentence);
}

function answer(state: CheckAnswer['state'], sentence: string, fix?: string): CheckAnswer {
  return { state, sentence, measures: [], ...(fix === undefined ? {} : { fix }) };
}
