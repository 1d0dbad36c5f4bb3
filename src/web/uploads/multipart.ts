import type { FastifyRequest } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { visitorOf } from '../exchange/visitor.ts';
import { cleanText } from '../http/door.ts';
import { webErrors } from '../http/errors.ts';
import { uploadErrors } from './errors.ts';

/** Of a form with a file; larger files come as the body of a PUT. */
const mostBytes = 64 * 1024 ** 2;

/** The fields of a form, and its file. */
export class FormWithFile extends URLSearchParams {
  file: { readonly name: string; readonly bytes: Buffer } | undefined;
}

/** Reads a form of multipart/form-data. Throws a UserError for what is none, or too large. */
export async function readMultipart(body: AsyncIterable<Buffer>, type: string, limit: number): Promise<FormWithFile> {
  const most = Math.min(limit, mostBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > most) throw new UserError(uploadErrors.tooLarge, { limit: most });
    chunks.push(chunk);
  }
  const form = new FormWithFile();
  let data: FormData;
  try {
    data = await new Response(Buffer.concat(chunks), { headers: { 'content-type': type } }).formData();
  } catch (error) {
    throw new UserError(webErrors.bodyUnreadable, { reason: 'it is no multipart/form-data' }, error);
  }
  for (const [name, value] of data) {
    if (typeof value === 'string') form.append(cleanText(name), cleanText(value));
    else if (value.size > 0 && form.file === undefined)
      form.file = { name: cleanText(value.name), bytes: Buffer.from(await value.arrayBuffer()) };
  }
  return form;
}

/** For forms with a file. Nobody's file is read into memory who is not signed in. */
export function fileForms(limit: number) {
  return (request: FastifyRequest, body: unknown, done: (error: Error | null, form?: FormWithFile) => void): void => {
    if (visitorOf(request).session === undefined) {
      done(new UserError(webErrors.formExpired));
      return;
    }
    const type = request.headers['content-type'] ?? '';
    readMultipart(body as AsyncIterable<Buffer>, type, limit).then((form) => done(null, form), done);
  };
}

export function isMultipart(type: string | undefined): boolean {
  return /^multipart\/form-data\b/i.test(type ?? '');
}
