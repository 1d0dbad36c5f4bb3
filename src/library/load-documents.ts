import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { openContentStore } from '../files/open.ts';
import { receive } from '../files/receive.ts';
import { enqueueJob } from '../jobs/queue/enqueue.ts';
import type { HiddenFields } from '../records/load/hidden.ts';
import type { WriteMode } from '../records/modes.ts';
import type { UploadedRecord } from '../records/upload.ts';
import { beginUpload, readUpload, readUploadRecords, setUploadJob, type Upload } from '../records/uploads.ts';
import type { Database } from '../store/database.ts';
import { doJobHere } from './job-here.ts';
import { jobKinds } from './job-kinds.ts';
import { recordsFile, uploadKind } from './upload-kind.ts';

export interface LoadOfDocuments {
  readonly mode: WriteMode;
  readonly force: boolean;
  readonly always: boolean;
  readonly dryRun: boolean;
  readonly hidden: HiddenFields;
  readonly source?: string | undefined;
  readonly encoding?: string | undefined;
  readonly person?: string | undefined;
}

export interface LoadedDocuments {
  readonly upload: Upload;
  readonly job: number;
  /** Why the job failed or was stopped. */
  readonly problem: string | undefined;
  readonly records: readonly UploadedRecord[];
}

const mostRecords = 10_000;

/**
 * Loads a file of records that bring documents, from a terminal: a job keeps the file and what was
 * done of it, and this process does that job. Whatever ends the process, another takes it up.
 */
export async function loadWithDocuments(
  {
    database,
    url,
    settings,
    signal,
  }: { readonly database: Database; readonly url: string; readonly settings: Settings; readonly signal: AbortSignal },
  path: string,
  load: LoadOfDocuments,
  on: {
    readonly job?: (id: number) => void;
    readonly wait?: () => void;
    readonly progress?: (sentence: string) => void;
  } = {},
): Promise<LoadedDocuments> {
  const { person, mode, dryRun, ...more } = load;
  const name = basename(path);
  const content = await receive(openContentStore(database, settings), createReadStream(path), Number.POSITIVE_INFINITY);
  const { upload, job } = await database.transaction(async (transaction) => {
    const number = await beginUpload(transaction, { person, way: 'terminal', name, mode, dryRun });
    const id = await enqueueJob(transaction, {
      ...{ kind: uploadKind, name, person, arguments: { upload: number, mode, dryRun, ...more } },
      files: [{ name: recordsFile, ...content }],
    });
    await setUploadJob(transaction, number, id);
    return { upload: number, job: id };
  });
  on.job?.(job);
  const ended = await doJobHere({
    ...{ database, url, id: job, kinds: jobKinds(database, url, settings), node: settings.nodeName, signal },
    ...(on.wait !== undefined && { onWait: on.wait }),
    onProgress: ({ progress }) => progress !== null && on.progress?.(progress.sentence),
  });
  return {
    ...{ upload: (await readUpload(database, upload))!, job },
    problem: ended.state === 'done' ? undefined : (ended.problem ?? 'It was stopped.'),
    records: await readUploadRecords(database, upload, { after: 0, limit: mostRecords }),
  };
}
