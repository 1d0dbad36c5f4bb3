import { UserError } from '../../errors/errors.ts';
import { requireJob } from '../../jobs/queue/read.ts';
import { may } from '../../people/person.ts';
import { readUpload, readUploadRecords, type Upload } from '../../records/uploads.ts';
import { withChangedWay } from '../../records/what-was-done.ts';
import { readParameters } from '../api/parameters.ts';
import { uploadParameters } from '../api/write-schemas.ts';
import type { Exchange, Routes } from '../exchange/exchange.ts';
import type { WebUploads } from '../exchange/web-uploads.ts';
import { uploadErrors } from './errors.ts';
import { resultOf, sendJson } from './records-api.ts';

const perPage = 1_000;

/** Of one's own; of everybody for who looks after jobs. */
export async function requireUpload(
  { person, snapshot }: Exchange,
  { database }: WebUploads,
  text: string,
): Promise<Upload> {
  if (person.name === undefined) throw new UserError(uploadErrors.signIn);
  const id = /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;
  const upload = await readUpload(database, id);
  if (upload === undefined || (upload.person !== person.name && !may(snapshot.site, person, 'cfgbibsched')))
    throw new UserError(uploadErrors.noUpload, { id: text });
  return upload;
}

/** What became of what was sent. */
export function uploadsApiRoutes({ get }: Pick<Routes, 'get'>, uploads: WebUploads): void {
  const { database } = uploads;
  get('/api/uploads/:upload', async (exchange) => {
    const upload = await requireUpload(exchange, uploads, exchange.param('upload'));
    const { after = 0, trouble } = readParameters(uploadParameters, exchange.args);
    const onlyTrouble = trouble === 1;
    const results = await readUploadRecords(database, upload.id, { after, limit: perPage, onlyTrouble });
    const job = upload.job === undefined ? undefined : await requireJob(database, upload.job).catch(() => undefined);
    const last = results.at(-1)?.position ?? 0;
    const more = `${onlyTrouble ? 'trouble=1&' : ''}after=${last}`;
    return sendJson(exchange, 200, {
      ...{ ...upload, at: upload.at.toISOString(), ended: upload.ended?.toISOString() ?? null },
      counts: withChangedWay(upload.mode, upload.counts),
      ...(job !== undefined && {
        job: { id: job.id, state: job.state, progress: job.progress, did: job.did, problem: job.problem },
      }),
      results: results.map((one) => resultOf(exchange, one)),
      next: results.length < perPage ? null : `${exchange.page.baseUrl}/api/uploads/${upload.id}?${more}`,
    });
  });
}
