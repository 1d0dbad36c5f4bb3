import type { Readable } from 'node:stream';
import { UserError } from '../../errors/errors.ts';
import { fileErrors } from '../../files/errors.ts';
import { receive } from '../../files/receive.ts';
import type { WebFiles } from '../exchange/web-files.ts';
import type { WebUploads } from '../exchange/web-uploads.ts';
import { uploadErrors } from './errors.ts';
import type { FormFile, TakeFile } from './multipart.ts';

/** Where there is no file store, a file of a form is kept in memory. */
const mostInMemory = 2_000_000;

/**
 * Takes files of forms to the file store as they come, each up to the setting `upload-limit`. What
 * nothing names in the end, garbage collection removes.
 */
export function fileTaker(files: WebFiles | undefined, { limit }: Pick<WebUploads, 'limit'>): TakeFile {
  const tooLarge = (most: number): UserError => new UserError(uploadErrors.tooLarge, { limit: most });
  if (files !== undefined)
    return async (bytes) => {
      try {
        return { content: await receive(files.store, bytes, limit), bytes: undefined };
      } catch (error) {
        throw error instanceof UserError && error.code === fileErrors.tooLarge.code ? tooLarge(limit) : error;
      }
    };
  return async (bytes) => {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of bytes) {
      length += chunk.length;
      if (length > mostInMemory) throw tooLarge(mostInMemory);
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
