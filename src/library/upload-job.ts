import { changesEverything, guardFor, uploadActions } from '../access/write-guard.ts';
import { withCurrentBases } from '../checks/current-bases.ts';
import type { Settings } from '../config/settings.ts';
import { countVerb } from '../errors/grouped.ts';
import { openContentStore } from '../files/open.ts';
import type { IndexSnapshot } from '../index/snapshot.ts';
import type { RunningJob } from '../jobs/queue/job.ts';
import type { Outcome } from '../jobs/task.ts';
import { maySeeDocument } from '../people/document-access.ts';
import { requireAccount } from '../people/people.ts';
import { may, type Person } from '../people/person.ts';
import { personFor } from '../people/person-for.ts';
import { readPeopleRoles } from '../people/roles.ts';
import type { Scope } from '../people/scopes.ts';
import { incomingChecks, toldNothingHidden } from '../records/check-incoming.ts';
import type { HiddenFields } from '../records/load/hidden.ts';
import { load } from '../records/load/load.ts';
import type { RecordOutcome } from '../records/load/outcome.ts';
import type { WriteMode } from '../records/modes.ts';
import { rulesOf } from '../records/next-version.ts';
import type { UploadCounts } from '../records/upload.ts';
import { endUpload, noteRecords, readUpload, type Upload } from '../records/uploads.ts';
import { doneText } from '../records/what-was-done.ts';
import { currentSite } from '../site/versions.ts';
import type { Database } from '../store/database.ts';
import { contentBringsDocuments } from './brings-documents.ts';
import { enqueueCallback } from './callback-job.ts';
import { indexFolderOf } from './index-folder.ts';
import { writeOneByOne } from './one-by-one.ts';
import { recordsFile } from './upload-kind.ts';

export interface UploadArguments {
  /** Its row of upload. */
  readonly upload: number;
  readonly mode: WriteMode;
  readonly force: boolean;
  readonly dryRun: boolean;
  /** Of the token with which it came. */
  readonly scopes?: readonly Scope[];
  /** Its job has files that its records name. */
  readonly hasFiles?: boolean;
  /** What an operator has said at a terminal. */
  readonly source?: string | undefined;
  readonly encoding?: string | undefined;
  readonly hidden?: HiddenFields | undefined;
  readonly always?: boolean;
}

const batchBytes = 80_000_000;

/** What people send, as much as it is: each record with the rights that its sender has now. */
export async function runUpload(
  job: RunningJob,
  database: Database,
  url: string,
  settings: Settings,
): Promise<Outcome> {
  const given = job.arguments as unknown as UploadArguments;
  const upload = await readUpload(database, given.upload);
  // Forgotten, long after it was asked for.
  if (upload === undefined) return { did: `Upload ${given.upload} is forgotten: nothing is written.` };
  const file = await job.file(recordsFile);
  const { site, number } = await currentSite(database);
  // Of an empty index: of each record is asked by itself.
  const snapshot: IndexSnapshot = { version: '', site, siteVersion: number, segments: [], records: 0 };
  // At a terminal any name may be given.
  const account = upload.way === 'terminal' ? undefined : job.person;
  const person = await senderOf(database, snapshot, account, given.scopes);
  const context = { job, database, url, settings, given, person, snapshot, file, begun: upload };
  // Who may write to the inbox is an operator.
  const isOperator = upload.way === 'folder' || upload.way === 'terminal';
  const everything = isOperator || changesEverything(person, snapshot);
  const { recordLimit } = settings;
  const how = { recordLimit, encoding: given.encoding };
  // What brings documents is written record by record.
  const bringsDocuments = () => contentBringsDocuments(openContentStore(database, settings), file.digest, how);
  const counts =
    everything && !(await bringsDocuments())
      ? await inBulk(context)
      : await oneByOne(context, { isOperator, everything });
  await database.transaction(async (transaction) => {
    await endUpload(transaction, given.upload, counts);
    if (upload.callback !== undefined) await enqueueCallback(transaction, given.upload);
  });
  const did = `${doneText(given.mode, counts, given)}.`;
  const { refused = 0, held = 0 } = counts;
  const trouble = [
    ...(refused === 0
      ? []
      : [`${countVerb(refused, 'was', 'were')} refused: upload ${given.upload} says which and why.`]),
    // What was sent to wait waits as it should.
    ...(held === 0 || given.mode === 'hold'
      ? []
      : [`${countVerb(held, 'waits', 'wait')} for a person: reperio held list.`]),
  ];
  return trouble.length === 0 ? { did } : { did, problem: trouble.join(' ') };
}

interface UploadContext {
  readonly job: RunningJob;
  readonly database: Database;
  readonly url: string;
  readonly settings: Settings;
  readonly given: UploadArguments;
  readonly person: Person;
  readonly snapshot: IndexSnapshot;
  readonly file: { readonly digest: string; readonly bytes: number };
  /** How far a run before this one came. */
  readonly begun: Pick<Upload, 'position' | 'counts' | 'way'>;
}

/** Roles by network do not hold here: nobody knows from where a job comes. */
async function senderOf(
  database: Database,
  { site }: IndexSnapshot,
  name: string | undefined,
  scopes: readonly Scope[] | undefined,
): Promise<Person> {
  const account = name === undefined ? undefined : await requireAccount(database, name);
  const visit = { address: undefined, agent: undefined, referer: undefined, uri: undefined, now: Date.now() };
  return personFor(site, await readPeopleRoles(database), account, visit, scopes);
}

async function inBulk(context: UploadContext) {
  const { job, database, url, settings, given, person, file } = context;
  const { mode, force, dryRun, upload } = given;
  const { workers, batchSize, recordLimit } = settings;
  const isFirst = job.checkpoint === undefined;
  await job.keep({ begun: true });
  let noted: Promise<void> = Promise.resolve();
  const note = (some: readonly RecordOutcome[]): void => {
    noted = noted.then(() => noteRecords(database, upload, some));
    noted.catch(() => undefined);
  };
  const report = await load(
    { name: job.name, bytes: await openContentStore(database, settings).read(file.digest) },
    {
      ...{ database, url, indexFolder: indexFolderOf(settings), mode, workers, recordLimit, force, dryRun },
      person: person.name,
      batch: { records: batchSize, bytes: batchBytes },
      hidden: hiddenFor(context),
      resume: isFirst ? 'never' : 'unfinished',
      signal: job.signal,
      onWarning: (sentence) => job.log('warn', sentence),
      onNotice: (sentence) => job.log('info', sentence),
      onWait: (holder) => job.log('info', `It waits for ${holder} to finish its load.`),
      onProgress: ({ bytes, ...totals }) =>
        job.tell({
          done: Math.min(bytes, file.bytes),
          total: file.bytes,
          sentence: doneText(mode, totals, { dryRun }),
        }),
      onOutcomes: note,
    },
  );
  await noted;
  const { inserted, replaced, merged, unchanged, deleted, held, refused, passedOver } = report;
  return { inserted, replaced, merged, unchanged, deleted, held, refused, 'passed-over': passedOver };
}

/**
 * As for what is written at once. Who may write to the inbox is an operator, who sees everything.
 */
function hiddenFor({ given, begun, person, snapshot: { site } }: UploadContext): HiddenFields {
  if (given.hidden !== undefined) return given.hidden;
  if (begun.way === 'folder' || begun.way === 'terminal') return 'keep';
  return may(site, person, 'viewhiddenpaths') ? 'drop' : 'unseen';
}

async function oneByOne(
  context: UploadContext,
  { isOperator, everything }: { readonly isOperator: boolean; readonly everything: boolean },
): Promise<UploadCounts> {
  const { job, database, settings, given, person, snapshot, file, begun } = context;
  const { mode, force, dryRun, upload, hasFiles = false, source, encoding, always = false } = given;
  const { site } = snapshot;
  const hidden = hiddenFor(context);
  const checks = incomingChecks(await withCurrentBases(database, site), toldNothingHidden(hidden));
  return await writeOneByOne({
    ...{ job, database, settings, site, file, upload, mode, dryRun, encoding, begun },
    store: openContentStore(database, settings),
    options: {
      ...{ force, person: person.name ?? job.person, source, reason: `upload ${mode} ${job.name}` },
      guard: everything ? undefined : guardFor(person, snapshot, uploadActions),
      rules: { ...rulesOf(site), hidden, always, checks },
    },
    documents: {
      ...{ isOperator, hasFiles, seesAll: everything },
      maySee: (status) => isOperator || maySeeDocument(site, person, status),
    },
  });
}
