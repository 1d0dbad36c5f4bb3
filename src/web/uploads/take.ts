import { createHash } from 'node:crypto';
import { guardFor, uploadActions } from '../../access/write-guard.ts';
import { withCurrentBases } from '../../checks/current-bases.ts';
import { UserError } from '../../errors/errors.ts';
import { nearest } from '../../errors/nearest.ts';
import { enqueueJob } from '../../jobs/queue/enqueue.ts';
import { enqueueCallback } from '../../library/callback-job.ts';
import { recordsFile, uploadKind } from '../../library/upload-kind.ts';
import { may } from '../../people/person.ts';
import { incomingChecksOf } from '../../records/check-incoming.ts';
import { type WriteMode, writeModes } from '../../records/modes.ts';
import { type ChangeRules, rulesOf } from '../../records/next-version.ts';
import {
  countOutcomes,
  type UploadCounts,
  type UploadedRecord,
  type UploadOptions,
  uploadRecords,
} from '../../records/upload.ts';
import { beginUpload, endUpload, type NewUpload, noteRecords, setUploadJob } from '../../records/uploads.ts';
import { analyzerOf } from '../../search/search.ts';
import type { Database, Queryable, Transaction } from '../../store/database.ts';
import { idempotently } from '../../store/idempotency.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { uploadErrors } from './errors.ts';
import { toldFor } from './guard.ts';
import type { Sent } from './sent.ts';

/** What became of what was sent, or the job that will say it. */
export type Taken =
  | {
      readonly kind: 'done';
      /** Undefined: a dry run, of which nothing is kept. */
      readonly upload: number | undefined;
      readonly counts: UploadCounts;
      readonly results: readonly UploadedRecord[];
    }
  | { readonly kind: 'job'; readonly upload: number; readonly job: number };

export interface Wanted extends Omit<NewUpload, 'person'> {
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** Throws for a word that is no mode, with the nearest that is one. */
export function modeOf(text: string): WriteMode {
  const mode = writeModes.find((one) => one === text);
  if (mode !== undefined) return mode;
  const near = nearest(text, writeModes);
  throw new UserError(uploadErrors.modeWrong, {
    mode: text,
    meant: near === undefined ? '' : `; did you mean ${near}?`,
  });
}

/**
 * Whoever is not shown hidden fields can neither take them away nor bring some; who is has seen
 * them.
 */
export async function rulesFor(
  database: Queryable,
  { person, snapshot: { site } }: Pick<Exchange, 'person' | 'snapshot'>,
): Promise<ChangeRules> {
  const sees = may(site, person, 'viewhiddenpaths');
  const checks = incomingChecksOf(await withCurrentBases(database, site), !sees);
  return { ...rulesOf(site), hidden: sees ? 'drop' : 'unseen', always: false, checks };
}

/** Writes a few records at once; asks for a job for many. */
export async function takeUpload(database: Database, exchange: Exchange, sent: Sent, wanted: Wanted): Promise<Taken> {
  const { mode, name, force, dryRun } = wanted;
  const { person } = exchange;
  const identity = sent.kind === 'few' ? sent.bytes : sent.content.digest;
  const digest = createHash('sha256')
    .update(JSON.stringify([exchange.request.url, mode, force, dryRun]))
    .update(identity)
    .digest();
  const begin = (transaction: Transaction): Promise<number> =>
    beginUpload(transaction, { ...wanted, person: person.name });
  if (sent.kind === 'many') {
    return await changeOnce(database, exchange, digest, async (transaction) => {
      const upload = await begin(transaction);
      const job = await enqueueJob(transaction, {
        ...{ kind: uploadKind, name, person: person.name },
        arguments: { upload, mode, force, dryRun, ...(person.scopes !== undefined && { scopes: person.scopes }) },
        files: [{ name: recordsFile, ...sent.content }],
      });
      await setUploadJob(transaction, upload, job);
      return { kind: 'job', upload, job };
    });
  }
  const options = await optionsFor(database, exchange, { mode, force, reason: `upload ${mode} ${name}` });
  const write = (transaction: Transaction) =>
    uploadRecords(transaction, analyzerOf(exchange.snapshot.site), sent.records, options);
  if (dryRun) {
    const results = await rolledBack(database, write);
    return { kind: 'done', upload: undefined, counts: countOutcomes(results), results };
  }
  return await changeOnce(database, exchange, digest, async (transaction) => {
    const upload = await begin(transaction);
    const results = await write(transaction);
    const counts = countOutcomes(results);
    await noteRecords(transaction, upload, results);
    await endUpload(transaction, upload, counts);
    if (wanted.callback !== undefined) await enqueueCallback(transaction, upload);
    return { kind: 'done', upload, counts, results };
  });
}

export async function optionsFor(
  database: Queryable,
  exchange: Exchange,
  { mode, force, reason }: Pick<UploadOptions, 'mode' | 'force' | 'reason'>,
): Promise<UploadOptions> {
  const rules = await rulesFor(database, exchange);
  return {
    ...{ mode, force, reason, person: exchange.person.name, rules, told: toldFor(exchange) },
    guard: guardFor(exchange.person, exchange.snapshot, uploadActions),
  };
}

class RolledBack<T> extends Error {
  readonly result: T;
  constructor(result: T) {
    super('rolled back');
    this.result = result;
  }
}

/** What it would do: it is done, and taken back. */
export async function rolledBack<T>(database: Database, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  try {
    return await database.transaction(
      async (transaction): Promise<never> => {
        throw new RolledBack(await work(transaction));
      },
      { attempts: 3 },
    );
  } catch (error) {
    if (error instanceof RolledBack) return error.result as T;
    throw error;
  }
}

/**
 * With an Idempotency-Key the same request sent again gets the same answer, also when a node died
 * over the first.
 */
export async function changeOnce<T extends object>(
  database: Database,
  { request, person }: Pick<Exchange, 'request' | 'person'>,
  digest: Uint8Array,
  change: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const key = request.headers['idempotency-key'];
  if (typeof key !== 'string' || key === '') return await database.transaction(change, { attempts: 3 });
  const kept = createHash('sha256').update(key).digest('hex');
  return await idempotently(database, { scope: `records ${person.name ?? ''}`, key: kept, digest }, change);
}
