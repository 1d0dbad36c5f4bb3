import { createHmac } from 'node:crypto';
import type { Settings } from '../config/settings.ts';
import { version } from '../config/version.ts';
import { isBelow, prefixesOf } from '../files/fetch/address.ts';
import { versionsOf } from '../index/stored-records.ts';
import { enqueueJob } from '../jobs/queue/enqueue.ts';
import type { RunningJob } from '../jobs/queue/job.ts';
import type { Outcome } from '../jobs/task.ts';
import { withWholeLinks } from '../marc/own-links.ts';
import { compilePath } from '../marc/path.ts';
import { withoutPaths } from '../marc/select-fields.ts';
import { toMarcXml } from '../marc/writers/marcxml.ts';
import type { UploadedRecord } from '../records/upload.ts';
import { noteTold, readUpload, readUploadRecords, type Upload } from '../records/uploads.ts';
import { currentSite } from '../site/versions.ts';
import type { Database, Queryable } from '../store/database.ts';

export const callbackKind = { name: 'callback' } as const;

/** It is tried again for a day, more and more rarely. */
const giveUpAfter = 86_400_000;
const longestPause = 4 * 3_600_000;
const firstPause = 30_000;
const answerWithin = 30_000;
const mostResults = 10_000;
/** With as many results each has its record. */
const mostWithRecord = 100;

interface CallbackArguments {
  readonly upload: number;
  /** How often it was tried. */
  readonly tries: number;
}

export async function enqueueCallback(database: Queryable, upload: number, tries = 0): Promise<number> {
  const pause = tries === 0 ? 0 : Math.min(longestPause, firstPause * 2 ** (tries - 1));
  return await enqueueJob(database, {
    ...{ kind: callbackKind, name: `upload ${upload}`, arguments: { upload, tries } },
    at: new Date(Date.now() + pause),
  });
}

/** May this address be called? `callback-urls` names it, or what it is below. */
export function mayCall(address: string, allowed: string | undefined): boolean {
  if (!URL.canParse(address)) return false;
  const asked = new URL(address);
  if (asked.username !== '' || asked.password !== '') return false;
  return /^https?:/.test(asked.protocol) && isBelow(asked, prefixesOf(allowed));
}

/** A failure of it is told at the upload, which is what it is in any case. */
export async function runCallback(job: RunningJob, database: Database, settings: Settings): Promise<Outcome> {
  const { upload: id, tries } = job.arguments as unknown as CallbackArguments;
  const upload = await readUpload(database, id);
  if (upload?.callback === undefined) return { did: `Upload ${id} is forgotten: nobody is told.` };
  // It was allowed when it was asked for; settings may have changed since.
  if (!mayCall(upload.callback, settings.callbackUrls)) return await failed('`callback-urls` does not name it', false);
  const said = JSON.stringify(await callbackBody(database, upload, settings.baseUrl ?? ''));
  const body = upload.callbackForm ? new URLSearchParams({ results: said }).toString() : said;
  const type = upload.callbackForm ? 'application/x-www-form-urlencoded' : 'application/json';
  const signature =
    settings.callbackSecret === undefined
      ? {}
      : { 'x-reperio-signature': `sha256=${createHmac('sha256', settings.callbackSecret).update(body).digest('hex')}` };
  try {
    const answer = await fetch(upload.callback, {
      ...{ method: 'POST', body, redirect: 'manual' },
      headers: { 'content-type': type, 'user-agent': `Reperio/${version()}`, ...signature },
      signal: AbortSignal.any([job.signal, AbortSignal.timeout(answerWithin)]),
    });
    await answer.body?.cancel();
    if (!answer.ok) return await failed(`it answered ${answer.status}`, true);
  } catch (error) {
    job.signal.throwIfAborted();
    const { cause, message } = error as Error;
    return await failed(cause instanceof Error ? cause.message : message, true);
  }
  await noteTold(database, id, undefined);
  return { did: `${upload.callback} was told of upload ${id}.` };

  async function failed(reason: string, again: boolean): Promise<Outcome> {
    const isLate = Date.now() - (upload?.at.getTime() ?? 0) > giveUpAfter;
    await database.transaction(async (transaction) => {
      await noteTold(transaction, id, reason);
      if (again && !isLate) await enqueueCallback(transaction, id, tries + 1);
    });
    const what = `${upload?.callback} could not be told of upload ${id}: ${reason}.`;
    return again && !isLate ? { did: `${what} It is tried again.` } : { did: what, problem: what };
  }
}

/** As Invenio sends it: {results: [{recid, success, error_message, marcxml, url}], nonce}. */
async function callbackBody(database: Database, upload: Upload, baseUrl: string): Promise<object> {
  const records = await readUploadRecords(database, upload.id, { after: 0, limit: mostResults });
  const texts = records.length > mostWithRecord ? new Map() : await recordTexts(database, records, baseUrl);
  const results = records.map(({ outcome, id, message, code }) => ({
    recid: id === 0 ? -1 : id,
    success: outcome !== 'refused' && outcome !== 'held',
    error_message: outcome === 'refused' || outcome === 'held' ? (message ?? code ?? '') : '',
    ...(texts.has(id) && { marcxml: texts.get(id) }),
    ...(id > 0 && { url: `${baseUrl}/record/${id}` }),
  }));
  return { results, ...(upload.nonce !== undefined && { nonce: upload.nonce }) };
}

/** Without hidden fields. */
async function recordTexts(
  database: Database,
  records: readonly UploadedRecord[],
  baseUrl: string,
): Promise<ReadonlyMap<number, string>> {
  const { site } = await currentSite(database);
  const hidden = site.hiddenPaths.map(compilePath);
  const texts = new Map<number, string>();
  const ids = records.filter(({ id, outcome }) => id > 0 && outcome !== 'refused').map(({ id }) => id);
  for await (const versions of versionsOf(database, ids))
    for (const { id, record } of versions)
      texts.set(id, toMarcXml(withWholeLinks(withoutPaths(record, hidden), baseUrl)));
  return texts;
}
