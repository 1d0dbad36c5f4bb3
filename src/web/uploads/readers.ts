import { UserError } from '../../errors/errors.ts';
import type { Content } from '../../files/content.ts';
import { fileErrors } from '../../files/errors.ts';
import type { MarcRecord } from '../../marc/record.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { WebUploads } from '../exchange/web-uploads.ts';
import { uploadErrors } from './errors.ts';
import { readSent, type Sent } from './sent.ts';

/** What a request sends, of any size that is allowed. */
export function sentBody(exchange: Exchange, uploads: WebUploads): Promise<Sent> {
  return sentFrom(exchange, exchange.request.body, uploads);
}

/** The same of a stream, or of bytes. */
export async function sentFrom(
  { environment }: Exchange,
  body: unknown,
  { limit, recordLimit }: WebUploads,
  known?: Content,
): Promise<Sent> {
  try {
    return await readSent(body, { files: environment.files, limit, recordLimit, known });
  } catch (error) {
    if (error instanceof UserError && error.code === fileErrors.tooLarge.code)
      throw new UserError(uploadErrors.tooLarge, { limit });
    throw error;
  }
}

/** The one record that a request sends. */
export async function sentRecord(exchange: Exchange, uploads: WebUploads): Promise<MarcRecord> {
  const sent = await sentBody(exchange, uploads);
  if (sent.kind === 'many') throw new UserError(uploadErrors.oneUpload);
  const [one, ...more] = sent.records;
  if (one === undefined) throw new UserError(uploadErrors.empty);
  if (more.length > 0) throw new UserError(uploadErrors.oneRecord, { count: more.length + 1 });
  if (one.kind === 'refused')
    throw new UserError(uploadErrors.broken, { message: one.reason.message, hint: one.reason.hint });
  return one.record;
}
