import { mayShow } from '../../access/visible.ts';
import { recordText, type ShownRecord } from '../../exchange/sru/answer.ts';
import type { SearchRetrieveRequest } from '../../exchange/sru/request.ts';
import type { ExportContext } from '../../formats/export-format.ts';
import type { StoredVersion } from '../../index/stored-records.ts';
import { guest } from '../../people/person.ts';
import type { Exchange } from '../exchange/exchange.ts';
import { pdfsOfMany } from '../files/files.ts';
import { writerOf } from '../reading/export-records.ts';
import { storedBatches } from '../reading/read-records.ts';
import { attempt } from '../ui/attempt.ts';

/** Characters of an answer, which ends behind the record that goes beyond. */
const longestAnswer = 8 * 1024 * 1024;
/** Milliseconds of work after which others have their turn. */
const sliceTime = 10;

/**
 * Records of a page of hits, each as it stands in an answer, in their order; fewer when they are
 * large. One that is gone since, or cannot be written, has a diagnostic in its place.
 */
export async function recordsAsText(
  asked: Exchange,
  ids: readonly number[],
  request: SearchRetrieveRequest,
  repository: string,
): Promise<readonly string[]> {
  const exchange: Exchange = { ...asked, ...asked.as({ snapshot: asked.snapshot, person: guest }) };
  const { format, wrap } = request.schema.format;
  const { baseUrl, site } = exchange.page;
  const context: ExportContext = {
    ...{ total: 0, baseUrl, library: site.name, page: '', single: false, only: [], paths: [] },
  };
  const write = writerOf(exchange, format, context);
  const pdfs = format.namesPdfs ? await pdfsOfMany(exchange, ids) : new Map<number, readonly string[]>();
  const rows = new Map<number, StoredVersion>();
  const texts: string[] = [];
  let length = 0;
  let began = performance.now();
  const draw = (id: number, row: StoredVersion | undefined): ShownRecord['data'] => {
    if (row === undefined || row.deleted || !isStillShown(exchange, id)) return { code: 65, details: '' };
    const drawn = attempt(exchange.page, id, () =>
      wrap(write(row, pdfs.get(id)), { ...context, repository }).trimEnd(),
    );
    return drawn ?? { code: 70, details: '' };
  };
  const add = async (id: number): Promise<boolean> => {
    const data = draw(id, rows.get(id));
    rows.delete(id);
    const position = request.first + texts.length;
    const text = recordText({ position, schema: request.schema.identifier, data }, request);
    texts.push(text);
    length += text.length;
    if (performance.now() - began > sliceTime) {
      await exchange.giveWay();
      began = performance.now();
    }
    return length < longestAnswer;
  };
  let next = 0;
  for await (const batch of storedBatches(exchange, ids)) {
    for (const row of batch) rows.set(row.id, row);
    const last = batch.at(-1)?.id;
    if (last === undefined) continue;
    // Those before it that there are no rows of are gone.
    while (next < ids.length) {
      const id = ids[next++]!;
      if (!(await add(id))) return texts;
      if (id === last) break;
    }
  }
  while (next < ids.length) if (!(await add(ids[next++]!))) break;
  return texts;
}

/** It may have been closed since the hits were found. */
function isStillShown({ snapshot, newest }: Exchange, id: number): boolean {
  const now = newest();
  const isSame = now.version === snapshot.version && now.siteVersion === snapshot.siteVersion;
  return isSame || mayShow(guest, now, id) === 'yes';
}
