import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { UserError } from '../errors/errors.ts';
import { attachDocuments } from '../files/attach.ts';
import type { Content, ContentStore } from '../files/content.ts';
import { fileErrors } from '../files/errors.ts';
import { isAddress, prefixesOf } from '../files/fetch/address.ts';
import { fetchFile, type Network, requireAllowed } from '../files/fetch/fetch.ts';
import { lookAtLocal, takeLocal } from '../files/fetch/local.ts';
import { type DocumentMode, type DocumentOrders, readOrders } from '../files/from-upload.ts';
import { documentLinks } from '../files/links.ts';
import type { RunningJob } from '../jobs/queue/job.ts';
import { instructionsOf } from '../marc/instructions.ts';
import type { ReadResult } from '../marc/raw.ts';
import type { ChangeDocuments } from '../records/change.ts';
import type { WriteMode } from '../records/modes.ts';

/**
 * What records of an upload bring for their documents. Everything is fetched before the transaction
 * of the record begins; what was fetched and is not named in the end, garbage collection removes.
 */
export interface UploadDocuments {
  /**
   * Fetches what a record names. Never throws for what is wrong with it: that refuses the record.
   */
  prepare(one: ReadResult): Promise<PreparedRecord>;
  /** For `uploadRecords`. Throws a UserError for what could not be fetched or followed. */
  of(prepared: PreparedRecord): ChangeDocuments | undefined;
}

export interface PreparedRecord {
  readonly one: ReadResult;
  /** Undefined: it brings nothing for documents. */
  readonly orders: DocumentOrders | undefined;
  readonly contents: ReadonlyMap<string, Content>;
  readonly problem: UserError | undefined;
}

export interface DocumentsContext {
  readonly store: ContentStore;
  readonly settings: Pick<Settings, 'fileLimit' | 'fetchUrls' | 'inbox' | 'dataFolder'>;
  readonly job: Pick<RunningJob, 'signal' | 'file'>;
  /** Its row of upload. */
  readonly upload: number;
  readonly mode: WriteMode;
  readonly dryRun: boolean;
  readonly person: string | undefined;
  readonly maySee: (status: string) => boolean;
  /** Who sends it is an operator, or may change everything. */
  readonly seesAll: boolean;
  /** Where what others have sent is kept. */
  readonly isOperator: boolean;
  /** Files that were sent with the upload may be named: upload:NAME. */
  readonly hasFiles: boolean;
  /** For tests. */
  readonly network?: Network | undefined;
}

const modes: Readonly<Partial<Record<WriteMode, DocumentMode>>> = {
  insert: 'insert',
  append: 'append',
  correct: 'correct',
  replace: 'replace',
  'insert-or-replace': 'replace',
};

/** What people and the library put there for something else. */
const otherFolders = ['metadata', 'documents', 'taken', 'done', 'refused'];

export function uploadDocuments(context: DocumentsContext): UploadDocuments {
  const { mode, dryRun, store, upload, person, maySee, seesAll } = context;
  const documentMode = modes[mode];
  return {
    prepare: async (one) => {
      const fields = one.kind === 'record' ? instructionsOf(one.record) : [];
      const none = { one, orders: undefined, contents: new Map(), problem: undefined };
      // What waits for a person waits with them.
      if (fields.length === 0 || mode === 'hold') return none;
      try {
        if (documentMode === undefined)
          throw new UserError(fileErrors.documentMode, { what: `What its ${fields[0]!.tag} says`, mode });
        const orders = readOrders(fields);
        const contents = await fetchAll(context, orders);
        return { ...none, orders, contents };
      } catch (error) {
        // What is away comes back: the job is tried again.
        if (!(error instanceof UserError) || error.status >= 500) throw error;
        return { ...none, problem: error };
      }
    },
    of: ({ orders, contents, problem }) => {
      if (problem !== undefined) throw problem;
      if (orders === undefined || documentMode === undefined) return undefined;
      return async (transaction, record, isNew) => {
        const links = () => documentLinks(transaction, record);
        if (dryRun) return { changed: false, links: await links(), warnings: orders.warnings };
        const done = await attachDocuments(transaction, store, {
          ...{ record, isNew, mode: documentMode, orders, contents, maySee, seesAll, person, upload },
        });
        return { ...done, links: await links() };
      };
    },
  };
}

const atOnce = 4;

/** Each location once; of a dry run nothing is fetched. */
async function fetchAll(context: DocumentsContext, { files }: DocumentOrders): Promise<ReadonlyMap<string, Content>> {
  const locations = new Set<string>();
  for (const order of files)
    if (order.do === 'file')
      for (const location of [order.location, order.icon])
        if (location !== undefined && location !== 'KEEP-OLD-VALUE') locations.add(location);
  const contents = new Map<string, Content>();
  const waiting = [...locations];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const content = await fetchOne(context, next);
      if (content !== undefined) contents.set(next, content);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return contents;
}

async function fetchOne(
  { store, settings, job, isOperator, hasFiles, network, dryRun }: DocumentsContext,
  location: string,
): Promise<Content | undefined> {
  const { fileLimit: limit, fetchUrls, inbox, dataFolder } = settings;
  if (hasFiles && location.startsWith('upload:')) {
    const { digest, bytes } = await job.file(location.slice('upload:'.length));
    return { digest, bytes };
  }
  const prefixes = prefixesOf(fetchUrls);
  if (dryRun && isAddress(location)) return void requireAllowed(location, { prefixes });
  if (isAddress(location))
    return await fetchFile(store, location, {
      ...{ prefixes, limit, signal: job.signal },
      ...(network !== undefined && { network }),
    });
  const folder = inbox ?? join(dataFolder, 'inbox');
  const rules = { folder, except: isOperator ? [] : otherFolders, limit };
  return dryRun ? void (await lookAtLocal(location, rules)) : await takeLocal(store, location, rules);
}

/** Prepares some records ahead of the one that is written, and gives them in their order. */
export async function* preparedRecords(
  records: AsyncIterable<ReadResult>,
  documents: UploadDocuments,
): AsyncGenerator<PreparedRecord, void, void> {
  const pending: Promise<PreparedRecord>[] = [];
  for await (const one of records) {
    const next = documents.prepare(one);
    next.catch(() => undefined);
    pending.push(next);
    if (pending.length >= atOnce) yield await pending.shift()!;
  }
  for (const next of pending) yield await next;
}
