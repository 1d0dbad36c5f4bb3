import sql from 'sql-template-tag';
import type { Settings } from '../config/settings.ts';
import { version } from '../config/version.ts';
import { UserError } from '../errors/errors.ts';
import { grouped } from '../errors/grouped.ts';
import { dataCiteClient } from '../exchange/doi/client.ts';
import { doiErrors } from '../exchange/doi/errors.ts';
import { runDoiPass } from '../exchange/doi/pass.ts';
import { countStuck, isAnyDue, libraryState, notePass, readPass } from '../exchange/doi/store.ts';
import { enqueueJob } from '../jobs/queue/enqueue.ts';
import type { RunningJob } from '../jobs/queue/job.ts';
import type { Outcome } from '../jobs/task.ts';
import { currentSite } from '../site/versions.ts';
import type { Database, Queryable } from '../store/database.ts';
import { openLibrary } from './open.ts';

/** One at a time. */
export const doiKind = { name: 'dois', exclusive: 'dois' } as const;

/** A change of the library is looked at so soon after the last. Milliseconds. */
const lookAgain = 5 * 60_000;
/** Longer than what passes by itself. */
const stuckAfter = 3_600_000;

/** The number of the job; of the one that waits already, if there is one. */
export async function enqueueDois(transaction: Queryable, person?: string): Promise<number> {
  const [waiting] = await transaction.query<{ id: number }>(
    sql`SELECT id FROM job WHERE kind = ${doiKind.name} AND state = 'waiting' ORDER BY id LIMIT 1`,
  );
  if (waiting !== undefined) return waiting.id;
  return await enqueueJob(transaction, { kind: doiKind, name: 'DOIs', person });
}

/** Why nothing is sent, as a sentence; undefined: the agency is set up. */
export function whatIsMissing({ dataciteUser, datacitePassword, baseUrl }: Settings): string | undefined {
  const missing = [
    ...(dataciteUser === undefined ? ['`datacite-user`'] : []),
    ...(datacitePassword === undefined ? ['`datacite-password`'] : []),
    ...(baseUrl === undefined ? ['`base-url`'] : []),
  ];
  return missing.length === 0 ? undefined : `No DOI is sent: set ${missing.join(', ')}.`;
}

/** Makes, sends and compares what is due. */
export async function runDois(job: RunningJob, database: Database, settings: Settings): Promise<Outcome> {
  const seen = await libraryState(database);
  const missing = whatIsMissing(settings);
  const library = await openLibrary(settings, job.signal);
  try {
    await library.refresh();
    const { dois } = library.snapshot().site;
    if (dois === undefined) throw new UserError(doiErrors.notOffered);
    const { dataciteUrl: url, dataciteUser: user, datacitePassword: password, baseUrl = '' } = settings;
    const isReady = missing === undefined && user !== undefined && password !== undefined;
    const done = await runDoiPass({
      ...{ database, dois, baseUrl: baseUrl.replace(/\/+$/, ''), signal: job.signal, log: job.log },
      client: isReady
        ? dataCiteClient({ url, user, password, agent: `Reperio/${version()}`, signal: job.signal })
        : undefined,
      view: async () => {
        await library.refresh();
        return library.snapshot();
      },
    });
    await notePass(database, seen);
    const { made, sent, failed, compared, stopped } = done;
    const did = `${grouped(made)} made, ${grouped(sent)} sent, ${grouped(failed)} failed, ${grouped(compared)} compared.`;
    const problem = [missing, stopped].filter((one) => one !== undefined).join(' ');
    return problem === '' ? { did } : { did, problem };
  } finally {
    await library.close();
  }
}

/** Asks for the job when there is something for it, and tells of DOIs that are stuck. */
export async function lookAfterDois(database: Database, settings: Settings): Promise<Outcome> {
  const { site } = await currentSite(database);
  if (site.dois === undefined) return { did: 'Nothing: the site file has no section `dois`.' };
  const { seen, at } = await readPass(database);
  const isDue =
    (await isAnyDue(database)) || (at.getTime() < Date.now() - lookAgain && seen !== (await libraryState(database)));
  if (isDue) await database.transaction((transaction) => enqueueDois(transaction));
  const did = isDue ? 'The job is asked for.' : 'Nothing is due.';
  const stuck = await countStuck(database, stuckAfter);
  const missing = whatIsMissing(settings);
  const problems = [
    ...(missing === undefined ? [] : [missing]),
    ...(stuck === 0
      ? []
      : [
          `${grouped(stuck)} ${stuck === 1 ? 'DOI is' : 'DOIs are'} not as wanted: \`reperio doi list --problems\` says why.`,
        ]),
  ];
  return problems.length === 0 ? { did } : { did, problem: problems.join(' ') };
}
