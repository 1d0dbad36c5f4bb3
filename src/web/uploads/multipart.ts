import { UserError } from '../../errors/errors.ts';
import type { Content } from '../../files/content.ts';
import { cleanText } from '../http/door.ts';
import { webErrors } from '../http/errors.ts';

/** A file of a form; its bytes are in the file store, or, where there is none, here. */
export interface FormFile {
  /** Of the field. */
  readonly field: string;
  readonly name: string;
  readonly content: Content | undefined;
  readonly bytes: Buffer | undefined;
}

/** The fields of a form, and its files. */
export class FormWithFiles extends URLSearchParams {
  readonly files: FormFile[] = [];

  get file(): FormFile | undefined {
    return this.files[0];
  }
}

/** Takes the bytes of one file, to their end. */
export type TakeFile = (bytes: AsyncIterable<Uint8Array>) => Promise<Pick<FormFile, 'content' | 'bytes'>>;

/** Of all fields that are no files. */
const mostText = 16 * 1024 ** 2;
const mostHead = 16 * 1024;
const mostParts = 1_000;

/**
 * Reads a form of multipart/form-data as it comes: fields are kept, each file goes to `take` as it
 * arrives, so that none is ever in memory. Throws a UserError for what is no such form.
 */
export async function readMultipart(
  body: AsyncIterable<Buffer>,
  type: string,
  take: (form: FormWithFiles) => TakeFile,
): Promise<FormWithFiles> {
  const boundary = boundaryIn(type);
  const reader = new PartReader(body, boundary);
  const form = new FormWithFiles();
  let text = 0;
  for (let parts = 0; await reader.nextPart(); parts++) {
    if (parts >= mostParts) throw unreadable(`it has more than ${mostParts} parts`);
    const { field, name } = headOf(await reader.head());
    if (name === undefined) {
      const chunks: Buffer[] = [];
      for await (const chunk of reader.content()) {
        text += chunk.length;
        if (text > mostText) throw unreadable(`its fields have more than ${mostText} bytes`);
        chunks.push(chunk);
      }
      form.append(field, cleanText(Buffer.concat(chunks).toString('utf8')));
      continue;
    }
    // A field without a file comes as an empty one.
    const content = reader.content();
    const first = await content.next();
    if (first.done === true) continue;
    form.files.push({ field, name, ...(await take(form)(behind(first.value, content))) });
    for await (const _ of content);
  }
  return form;
}

export function isMultipart(type: string | undefined): boolean {
  return /^multipart\/form-data\b/i.test(type ?? '');
}

async function* behind(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  for (;;) {
    // Not `yield*`: who stops reading in the middle leaves the rest to be passed over.
    const next = await rest.next();
    if (next.done === true) return;
    yield next.value;
  }
}

function unreadable(reason: string): UserError {
  return new UserError(webErrors.bodyUnreadable, { reason });
}

function boundaryIn(type: string): string {
  const found = /;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))/i.exec(type);
  const boundary = found?.[1] ?? found?.[2];
  if (boundary === undefined) throw unreadable('it is no multipart/form-data');
  return boundary;
}

/** What Content-Disposition says: the field, and for a file its name. */
function headOf(head: string): { readonly field: string; readonly name: string | undefined } {
  const line = /^content-disposition:(.*)$/im.exec(head)?.[1] ?? '';
  const field = parameter(line, 'name');
  if (!/^\s*form-data\b/i.test(line) || field === undefined) throw unreadable('a part of it has no name');
  const name = parameter(line, 'filename');
  // Browsers send the name alone; others may send a path.
  return { field: cleanText(field), name: name === undefined ? undefined : cleanText(name.replace(/^.*[/\\]/s, '')) };
}

/** As browsers write it: %22, %0D and %0A stand for what would end the value. */
function parameter(line: string, name: string): string | undefined {
  const found = new RegExp(`;\\s*${name}=(?:"([^"]*)"|([^\\s;"]+))`, 'i').exec(line);
  return (found?.[1] ?? found?.[2])?.replace(/%(22|0d|0a)/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** Cuts a body at its boundaries. */
class PartReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #delimiter: Buffer;
  #held: Buffer = Buffer.from('\r\n');
  #ended = false;
  #atBoundary = false;

  constructor(body: AsyncIterable<Buffer>, boundary: string) {
    this.#chunks = body[Symbol.asyncIterator]();
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1');
  }

  /** Behind the next boundary. False: it was the last. */
  async nextPart(): Promise<boolean> {
    // What stands before the first one belongs to nobody.
    if (!this.#atBoundary) for await (const _ of this.content());
    this.#atBoundary = false;
    while (this.#held.length < 2) await this.#more();
    if (this.#held.subarray(0, 2).toString('latin1') === '--') {
      // What follows the end is read, so that the sender is heard out.
      while (!this.#ended) {
        this.#held = Buffer.alloc(0);
        await this.#fill();
      }
      return false;
    }
    return true;
  }

  async head(): Promise<string> {
    for (;;) {
      const end = this.#held.indexOf('\r\n\r\n');
      if (end >= 0) {
        const head = this.#held.subarray(0, end).toString('utf8');
        this.#held = this.#held.subarray(end + 4);
        return head;
      }
      if (this.#held.length > mostHead) throw unreadable('a head in it is too long');
      await this.#more();
    }
  }

  /** Up to the next boundary. */
  async *content(): AsyncGenerator<Buffer> {
    for (;;) {
      if (this.#atBoundary) return;
      const end = this.#held.indexOf(this.#delimiter);
      if (end >= 0) {
        const last = this.#held.subarray(0, end);
        this.#held = this.#held.subarray(end + this.#delimiter.length);
        this.#atBoundary = true;
        if (last.length > 0) yield last;
        return;
      }
      // The end of what is here may be the beginning of a boundary.
      const sure = this.#held.length - this.#delimiter.length + 1;
      if (sure > 0) {
        const piece = this.#held.subarray(0, sure);
        this.#held = this.#held.subarray(sure);
        yield piece;
      }
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    if (this.#ended) throw unreadable('it breaks off');
    await this.#fill();
  }

  async #fill(): Promise<void> {
    const { done, value } = await this.#chunks.next();
    if (done === true) this.#ended = true;
    else this.#held = this.#held.length === 0 ? value : Buffer.concat([this.#held, value]);
  }
}
