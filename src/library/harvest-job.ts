import type { Settings } from '../config/settings.ts';
import { UserError } from '../errors/errors.ts';
import { countVerb, grouped } from '../errors/grouped.ts';
import type { HarvestArguments } from '../exchange/harvest/ask.ts';
import { type OaiClient, oaiClient } from '../exchange/harvest/client.ts';
import { reachable } from '../exchange/harvest/networks.ts';
import { harvest } from '../exchange/harvest/run.ts';
import { beginRun, endRun } from '../exchange/harvest/runs.ts';
import { readSource, type Source } from '../exchange/harvest/source.ts';
import { countLines } from '../exchange/harvest/tally.ts';
import { type Tried, trySource } from '../exchange/harvest/try-source.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import type { RunningJob } from '../jobs/queue/job.ts';
import type { Outcome } from '../jobs/task.ts';
import type { Database } from '../store/database.ts';
import { indexFolderOf } from './index-folder.ts';
import { openLibrary } from './open.ts';

/** A run of a source of harvests. Taken up again, it goes on at its page. */
export async function runHarvest(job: RunningJob, database: Database, settings: Settings): Promise<Outcome> {
  const { source: id, ...asked } = job.arguments as unknown as HarvestArguments;
  const source = await readSource(database, { id });
  const run = await beginRun(database, { source: id, job: job.id, person: job.person ?? source.person, asked });
  const view = viewOf(settings, job.signal);
  job.log('info', `Run ${run.id} of ${source.name}: ${source.base}, ${source.prefix}.`);
  try {
    const client = clientOf(source, settings, job.signal, (sentence) => job.log('info', sentence));
    const done = await harvest({
      ...{ database, client, source, run, indexFolder: indexFolderOf(settings), signal: job.signal },
      ...{ snapshot: view.snapshot, log: job.log },
      tell: ({ pages, counts }) => {
        const records = counts['read']?.['records'] ?? 0;
        job.tell({ done: records, sentence: `${grouped(pages)} pages, ${grouped(records)} records` });
      },
    });
    await endRun(database, run.id, undefined);
    for (const line of countLines(done.counts)) job.log('info', line);
    const counts = done.counts['upload'] ?? {};
    const did = Object.keys(counts).length === 0 ? 'Nothing is new.' : `${countLines({ Records: counts })[0]}.`;
    const refused = counts['refused'] ?? 0;
    const held = counts['held'] ?? 0;
    const problems = [
      ...(refused === 0
        ? []
        : [`${countVerb(refused, 'was', 'were')} refused: reperio harvest history ${source.name} --run ${run.id}.`]),
      ...(held === 0 ? [] : [`${grouped(held)} wait for a person: reperio held list.`]),
    ];
    return problems.length === 0 ? { did } : { did, problem: problems.join(' ') };
  } catch (error) {
    // One that is put to sleep or killed is not over.
    if (!job.signal.aborted)
      await endRun(database, run.id, error instanceof UserError ? `${error.message} ${error.hint}` : String(error));
    throw error;
  } finally {
    await view.close();
  }
}

/** One page, and what would become of it. */
export async function tryHarvest(
  database: Database,
  settings: Settings,
  source: Source,
  signal: AbortSignal,
  snapshot?: () => IndexSnapshot,
): Promise<Tried> {
  const view = viewOf(settings, signal);
  try {
    const client = clientOf(source, settings, signal, () => undefined, true);
    return await trySource({ database, client, source, snapshot: async () => snapshot?.() ?? (await view.snapshot()) });
  } finally {
    await view.close();
  }
}

function clientOf(
  { base }: Source,
  settings: Settings,
  signal: AbortSignal,
  onWait: (sentence: string) => void,
  impatient = false,
): OaiClient {
  const mayReach = reachable(settings.harvestNetworks);
  return oaiClient({
    base,
    mayReach,
    signal,
    onWait,
    ...(impatient && { once: true, silence: 20_000, longest: 60_000 }),
  });
}

/** The library is opened when a title is looked for, and then once. */
function viewOf(settings: Settings, signal: AbortSignal) {
  let opened: ReturnType<typeof openLibrary> | undefined;
  return {
    snapshot: async (): Promise<IndexSnapshot> => {
      opened ??= openLibrary(settings, signal);
      const library = await opened;
      await library.refresh();
      return library.snapshot();
    },
    close: async (): Promise<void> => {
      await opened?.then((library) => library.close()).catch(() => undefined);
    },
  };
}
