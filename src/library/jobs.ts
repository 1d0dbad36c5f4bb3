import { join } from 'node:path';
import { installationFolder, type Settings } from '../config/settings.ts';
import { grouped } from '../errors/grouped.ts';
import { checkContents } from '../files/fixity.ts';
import { openContentStore } from '../files/open.ts';
import { timesOfDay } from '../jobs/clock-times.ts';
import type { Task } from '../jobs/task.ts';
import { nightlyGarbage } from '../maintain/gc/nightly.ts';
import { forgetNodes } from '../monitor/nodes.ts';
import { sweepAccess } from '../people/sweep.ts';
import type { Database } from '../store/database.ts';
import { forgetRequests } from '../store/idempotency.ts';
import { backupTasks } from './backup-tasks.ts';
import { lookAfterDois } from './doi-job.ts';
import { lookIntoInbox } from './inbox.ts';
import { taskNames } from './task-names.ts';
import { checksOutcome, duplicatesOutcome } from './walk-jobs.ts';

const minute = 60_000;
const hour = 60 * minute;

/** No document is begun after this time, so that other tasks have their turn. */
const readingTime = 8 * minute;
/** Bytes a second: little beside what readers fetch. */
const readingPace = 20_000_000;

/**
 * What every library has to do again and again. The indexer looks after its own things
 * (`index/indexer.ts`).
 */
export function libraryTasks(database: Database, settings: Settings): readonly Task[] {
  const store = openContentStore(database, settings);
  const { fileCheck, isolated } = settings;
  const tasks: Readonly<Record<(typeof taskNames)[number], Omit<Task, 'name'>>> = {
    ...backupTasks(database, settings),
    access: {
      summary: 'Delete sessions, links and registrations that have expired.',
      lane: 'quick',
      every: 10 * minute,
      run: async () => ({ did: `${counted(await sweepAccess(database), 'expired row', 'expired rows')} deleted.` }),
    },
    nodes: {
      summary: 'Remove nodes that have not reported for a day.',
      lane: 'quick',
      every: hour,
      run: async () => ({ did: `${counted(await forgetNodes(database), 'node', 'nodes')} removed.` }),
    },
    requests: {
      summary: 'Delete answers to requests with an Idempotency-Key after a day.',
      lane: 'quick',
      every: hour,
      run: async () => ({ did: `${counted(await forgetRequests(database), 'answer', 'answers')} deleted.` }),
    },
    dois: {
      summary: 'Look whether DOIs are to be made, sent or compared, and whether one is stuck.',
      more: 'See [DOIs](dois.md).',
      lane: 'quick',
      every: minute,
      run: () => lookAfterDois(database, settings),
    },
    files: {
      summary: 'Read files and compare them with their digests, those read longest ago first.',
      more: `It reads for ${readingTime / minute} minutes at a time, at most ${readingPace / 1e6} MB a second, and each file every 30 days (\`file-check\`). A missing or damaged file stays a problem until it is whole again.`,
      lane: 'long',
      every: hour,
      run: async (signal) => {
        if (fileCheck === 0) return { did: 'Nothing: `file-check` is 0.' };
        const options = { every: fileCheck, within: readingTime, pace: readingPace };
        const { files, bytes, wrong } = await checkContents({ database, store, ...options, signal });
        const did = `${counted(files, 'file', 'files')} read, ${grouped(Math.ceil(bytes / 1e6))} MB.`;
        if (wrong === 0) return { did };
        const which = `${counted(wrong, 'file is', 'files are')} missing or damaged`;
        return {
          did,
          problem: `${which}: run \`reperio file verify\` to see which, and restore them from a backup.`,
        };
      },
    },
    inbox: {
      summary: 'Take files of records and documents that were put into the inbox.',
      more: 'Files are moved when their uploads have ended, see [the inbox](loading.md#sending-records-without-a-terminal).',
      lane: 'quick',
      every: minute / 2,
      run: () =>
        lookIntoInbox({
          ...{ database, store, limit: settings.uploadLimit, fileLimit: settings.fileLimit, now: Date.now },
          folder: settings.inbox ?? join(settings.dataFolder, 'inbox'),
        }),
    },
    checks: {
      summary: 'Run the rules for records over those that are new or changed.',
      more: 'See [checks](checks.md).',
      lane: 'long',
      every: 24 * hour,
      at: timesOfDay('02:00')!,
      run: (signal, tell) => checksOutcome(database, settings, { signal, tell: records(tell) }),
    },
    duplicates: {
      summary: 'Look for duplicates among records that are new or changed.',
      more: 'See [duplicates](many-records.md#duplicates).',
      lane: 'long',
      every: 24 * hour,
      at: timesOfDay('03:00')!,
      run: (signal, tell) => duplicatesOutcome(settings, { signal, tell: records(tell) }),
    },
    gc: {
      summary: 'Remove what is left over: bytes without a file, old parts, logs and rows.',
      more: 'See [garbage collection](garbage-collection.md).',
      lane: 'long',
      every: 24 * hour,
      at: timesOfDay('04:00')!,
      run: (signal, tell) => nightlyGarbage({ database, store, settings, release: installationFolder, signal, tell }),
    },
  };
  // A copy that runs beside the library leaves its tasks alone.
  return isolated ? [] : taskNames.map((name) => ({ name, ...tasks[name] }));
}

function records(tell: (progress: string) => void): (done: number, total: number) => void {
  return (done, total) => tell(`${grouped(done)} of ${grouped(total)} records`);
}

/** "12 nodes". */
function counted(count: number, one: string, many: string): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
