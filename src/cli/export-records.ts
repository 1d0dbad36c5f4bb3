import { createReadStream } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ask } from '../access/ask.ts';
import { mayShow } from '../access/visible.ts';
import type { Settings } from '../config/settings.ts';
import { UserError } from '../errors/errors.ts';
import { grouped } from '../errors/grouped.ts';
import { idFormat } from '../formats/format-names.ts';
import { storedBatch } from '../index/stored-records.ts';
import { openLibrary } from '../library/open.ts';
import { compilePath } from '../marc/path.ts';
import { may } from '../people/person.ts';
import { recordErrors } from '../records/errors.ts';
import { noticeText } from '../search/notices.ts';
import { emptyRequest } from '../search/request.ts';
import { currentSite } from '../site/versions.ts';
import { asksCitations } from './asks-citations.ts';
import { withDatabaseAnswers } from './database-answers.ts';
import { operator, personNamed } from './person-option.ts';
import { readVersion, recordNumber } from './read-version.ts';
import { exportMany, recordNumbers, writerOf } from './record-export.ts';
import { requireLibrary } from './require-library.ts';
import { withDatabase } from './with-database.ts';

/** What `record export` was asked for. */
interface Asked {
  readonly ids: readonly string[];
  readonly query: string | undefined;
  /** A file of record numbers; "-" is standard input. */
  readonly from: string | undefined;
  /** Name of the person who may see what is written; undefined is the operator. */
  readonly as: string | undefined;
  readonly revision: number | undefined;
  readonly format: string;
}

interface Surroundings {
  readonly settings: () => Settings;
  readonly signal: AbortSignal;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
}

/**
 * Writes records in an exchange format. Resolves to the exit status: 0 all were written, 1 some
 * were not, 2 none was. Throws UserError.
 */
export async function exportRecords(asked: Asked, world: Surroundings): Promise<number> {
  const { ids, query, from, as, revision } = asked;
  const [only] = ids;
  if (only !== undefined && ids.length === 1 && query === undefined && from === undefined && as === undefined)
    return await exportOne(only, asked, world);
  if (revision !== undefined) throw new UserError(recordErrors.oneRevision);
  if (ids.length === 0 && query === undefined && from === undefined) throw new UserError(recordErrors.whichRecords);
  const fromFile = from === undefined ? [] : recordNumbers(await textOf(from, world.stdin));
  return await exportSeveral([...ids.map(recordNumber), ...fromFile], asked, world);
}

async function exportOne(id: string, { revision, format }: Asked, { settings, stdout }: Surroundings): Promise<number> {
  const [version, library] = await withDatabase(settings(), async (database) => [
    await readVersion(database, id, revision),
    (await currentSite(database)).site.name,
  ]);
  const baseUrl = settings().baseUrl ?? '';
  const context = { total: 1, baseUrl, library, page: `/record/${version.id}`, single: true };
  const { head, item, foot } = writerOf(format, context);
  const bytes = item(version);
  stdout.write(typeof bytes === 'string' ? head + bytes + foot : bytes);
  return 0;
}

async function exportSeveral(
  numbers: readonly number[],
  { query, as, format }: Asked,
  { settings, signal, stdout, stderr }: Surroundings,
): Promise<number> {
  const baseUrl = settings().baseUrl ?? '';
  const library = await openLibrary(requireLibrary(settings()), signal);
  try {
    const { database } = library;
    const { site } = library.snapshot();
    const person = as === undefined ? operator : await personNamed(database, site, as);
    const request = { ...emptyRequest, text: query ?? '', size: Number.POSITIVE_INFINITY, format: idFormat.code };
    if (query !== undefined && asksCitations(request, site)) await library.citationsReady();
    const snapshot = library.snapshot();
    const asked = query === undefined ? undefined : await withDatabaseAnswers(library, snapshot, person, request);
    const answer = asked && ask(snapshot, person, asked);
    for (const notice of answer?.notices ?? []) stderr.write(`${noticeText(notice)}\n`);
    const all = [...new Set([...numbers, ...(answer?.ids ?? [])])];
    const isOperator = person === operator;
    let failed = 0;
    const written = await exportMany({
      ids: all,
      stored: (some, bytes) => storedBatch(database, some, bytes),
      without: may(site, person, 'viewhiddenpaths') ? [] : site.hiddenPaths.map(compilePath),
      mayWrite: (id, deleted) => isOperator || (!deleted && mayShow(person, snapshot, id) === 'yes'),
      writer: writerOf(format, { total: all.length, baseUrl, library: site.name, page: '/search', single: false }),
      out: stdout,
      signal,
      onProblem: ({ message, hint }) => {
        if (++failed <= shownProblems) stderr.write(`error: ${message}\n hint: ${hint}\n`);
      },
    });
    if (failed > shownProblems) stderr.write(`... and ${grouped(failed - shownProblems)} more were not exported.\n`);
    if (failed === 0) return 0;
    return written > 0 ? 1 : 2;
  } finally {
    await library.close();
  }
}

/** So many records that were not exported are named. */
const shownProblems = 20;

async function textOf(file: string, stdin: Readable): Promise<string> {
  try {
    return await text(file === '-' ? stdin : createReadStream(file));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(recordErrors.noFile, { file, reason }, error);
  }
}
