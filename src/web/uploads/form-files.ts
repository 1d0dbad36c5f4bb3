import type { Readable } from 'node:stream';
import type { FastifyRequest } from 'fastify';
import { UserError } from '../../errors/errors.ts';
import { fileErrors } from '../../files/errors.ts';
import { receive } from '../../files/receive.ts';
import { visitorOf } from '../exchange/visitor.ts';
import type { WebFiles } from '../exchange/web-files.ts';
import type { WebUploads } from '../exchange/web-uploads.ts';
import { webErrors } from '../http/errors.ts';
import { uploadErrors } from './errors.ts';
import { type FormFile, type FormWithFiles, readMultipart, type TakeFile } from './multipart.ts';

/** Where there is no file store, a file of a form is kept in memory. */
const mostInMemory = 2_000_000;

/**
 * Takes files of forms to the file store as they come, each up to the setting `upload-limit`. What
 * nothing names in the end, garbage collection removes.
 */
export function fileTaker(files: WebFiles | undefined, { limit }: Pick<WebUploads, 'limit'>): TakeFile {
  if (files !== undefined)
    return async (bytes) => {
      try {
        return { content: await receive(files.store, bytes, limit), bytes: undefined };
      } catch (error) {
        throw error instanceof UserError && error.code === fileErrors.tooLarge.code ? tooLarge(limit) : error;
      }
    };
  return inMemory(mostInMemory);
}

/** Nobody's file is read into memory who is not signed in. `limit`: bytes of a file. */
export function fileForms(limit: number) {
  return (request: FastifyRequest, body: unknown, done: (error: Error | null, form?: FormWithFiles) => void): void => {
    if (visitorOf(request).session === undefined) {
      done(new UserError(webErrors.formExpired));
      return;
    }
    const type = request.headers['content-type'] ?? '';
    readMultipart(body as AsyncIterable<Buffer>, type, () => inMemory(limit)).then((form) => done(null, form), done);
  };
}

function tooLarge(limit: number): UserError {
  return new UserError(uploadErrors.tooLarge, { limit });
}

function inMemory(most: number): TakeFile {
  return async (bytes) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of bytes) {
      length += chunk.length;
      if (length > most) throw tooLarge(most);
      chunks.push(chunk);
    }
    return { content: undefined, bytes: Buffer.concat(chunks) };
  };
}

/** What was sent as a file, or pasted. */
export async function bytesOf(
  files: WebFiles | undefined,
  file: FormFile | undefined,
  pasted: string | undefined,
): Promise<Buffer | Readable> {
  if (file?.content !== undefined && files !== undefined) return await files.store.read(file.content.digest);
  return file?.bytes ?? Buffer.from(pasted ?? '');
}
