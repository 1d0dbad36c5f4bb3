import { askToApply } from '../cataloguing/apply.ts';
import { type KeptFinding, listFindings } from '../cataloguing/checks/findings.ts';
import { makeFix, previewFix } from '../cataloguing/checks/make-fix.ts';
import { forgetRules, type RanChecks, runChecks } from '../cataloguing/checks/run-checks.ts';
import { findDuplicates, type Looked } from '../cataloguing/duplicates/find.ts';
import type { Settings } from '../config/settings.ts';
import { grouped } from '../errors/grouped.ts';
import type { RunningJob } from '../jobs/queue/job.ts';
import type { Outcome } from '../jobs/task.ts';
import { currentSite } from '../site/versions.ts';
import type { Database } from '../store/database.ts';
import { takeLease, whileHeld } from '../store/lease.ts';
import { type Library, openLibrary } from './open.ts';

/** How far it is, as tasks and jobs tell it. */
export interface WalkTeller {
  readonly signal?: AbortSignal | undefined;
  readonly tell?: ((done: number, total: number) => void) | undefined;
  /** Who has it, when somebody else looks now. */
  readonly onWait?: (holder: string) => void;
}

/** Looks for duplicates among what is new or changed; waits while somebody else does. */
export async function lookForDuplicates(library: Library, teller: WalkTeller): Promise<Looked> {
  return await inTurn(library, 'duplicates', teller, (signal, tell) =>
    findDuplicates(library.database, library.snapshot(), { signal, tell }),
  );
}

/** Runs the rules of the night, and applies what those with `fix: yes` would change. */
export async function lookByRules(
  library: Library,
  teller: WalkTeller,
): Promise<RanChecks & { readonly jobs: readonly number[] }> {
  return await inTurn(library, 'checks', teller, async (signal, tell) => {
    const ran = await runChecks(library.database, library.snapshot(), { signal, tell });
    return { ...ran, jobs: await fixByThemselves(library, signal) };
  });
}

async function inTurn<T>(
  library: Library,
  lease: 'duplicates' | 'checks',
  { signal, tell, onWait }: WalkTeller,
  work: (signal: AbortSignal, tell: (progress: { done: number; total: number }) => void) => Promise<T>,
): Promise<T> {
  const held = await takeLease(library.url, lease, {
    ...{ label: lease, wait: true },
    ...(onWait !== undefined && { onWait }),
    ...(signal !== undefined && { signal }),
  });
  try {
    await library.refresh();
    return await work(whileHeld(held!, signal), ({ done, total }) => tell?.(done, total));
  } finally {
    await held?.release();
  }
}

/** So many records are changed by one rule in a night; the others wait for the next. */
const mostFixed = 20_000;

/** The jobs that apply it, one for each rule. */
async function fixByThemselves({ database, snapshot }: Library, signal: AbortSignal): Promise<readonly number[]> {
  const jobs: number[] = [];
  for (const rule of snapshot().site.checks.filter(({ fix, on }) => fix === 'yes' && on.includes('nightly'))) {
    const findings: readonly KeptFinding[] = await listFindings(database, {
      ...{ rule: rule.name, state: 'open', fixable: true, limit: mostFixed },
    });
    if (findings.length === 0) continue;
    const asked = { rule, findings, person: undefined, hidden: [] };
    const pause = async (): Promise<void> => signal.throwIfAborted();
    const preview = await previewFix(database, { ...asked, pause });
    const job = await database.transaction(async (transaction) => {
      const id = await makeFix(transaction, asked, preview);
      if (preview.records.length === 0) return undefined;
      return await askToApply(transaction, id, {
        ...{ person: undefined, operator: true, many: mostFixed, confirmed: undefined },
      });
    });
    if (job !== undefined) jobs.push(job);
  }
  return jobs;
}

/** As a job, or a task of the night. */
export async function duplicatesOutcome(settings: Settings, teller: WalkTeller): Promise<Outcome> {
  return await withLibrary(settings, teller, async (library) => {
    const { records } = await lookForDuplicates(library, teller);
    return { did: `${grouped(records)} new or changed records compared; /duplicates shows what was found.` };
  });
}

export async function checksOutcome(database: Database, settings: Settings, teller: WalkTeller): Promise<Outcome> {
  // Most libraries have none, and opening one takes a second.
  if ((await currentSite(database)).site.checks.length === 0) {
    await forgetRules(database, []);
    return { did: 'Nothing: the site file has no checks.' };
  }
  return await withLibrary(settings, teller, async (library) => {
    const { rules, records, jobs } = await lookByRules(library, teller);
    const fixes = jobs.length === 0 ? '' : ` Fixes are applied by ${jobs.map((job) => `job ${job}`).join(', ')}.`;
    return { did: `${grouped(records)} records looked at by ${rules} rules.${fixes}` };
  });
}

async function withLibrary(
  settings: Settings,
  { signal }: WalkTeller,
  work: (library: Library) => Promise<Outcome>,
): Promise<Outcome> {
  const library = await openLibrary(settings, signal);
  try {
    return await work(library);
  } finally {
    await library.close();
  }
}

export function tellerOf(job: RunningJob): WalkTeller {
  return {
    signal: job.signal,
    tell: (done, total) => job.tell({ done, total, sentence: `${grouped(done)} records` }),
    onWait: (holder) => job.log('info', `It waits for ${holder}.`),
  };
}
