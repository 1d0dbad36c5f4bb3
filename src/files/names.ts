import { UserError } from '../errors/errors.ts';
import { fileErrors } from './errors.ts';

export interface FileName {
  /** Without the extension. */
  readonly document: string;
  /**
   * The extension in lower case; '' for none. "gif;icon" is a small picture that stands for the
   * document.
   */
  readonly format: string;
}

const longest = 200;

/** "Thesis v2.tar.gz" is the document "Thesis v2" in the format tar.gz. Throws `nameWrong`. */
export function parseFileName(name: string): FileName {
  const problem = problemOf(name);
  if (problem !== undefined) throw new UserError(fileErrors.nameWrong, { name: name.slice(0, longest), problem });
  return splitFileName(name);
}

/** The same of a name that may not be one for a file. */
export function splitFileName(name: string): FileName {
  const [, document = name, format = ''] =
    /^(.+?)\.((?:tar\.)?[A-Za-z0-9]{1,10}(?:;[A-Za-z0-9_-]{1,30})?)$/.exec(name) ?? [];
  // A file of compress is .Z; a .z is another thing.
  return { document, format: format === 'Z' ? format : format.toLowerCase() };
}

const longestText = 1_000;

/** What a document is called beside its name: one line, not too long. Throws `textWrong`. */
export function checkText(what: string, text: string | undefined): string | undefined {
  if (text !== undefined && (text.length > longestText || /[\u0000-\u001f\u007f]/.test(text)))
    throw new UserError(fileErrors.textWrong, { what, limit: longestText });
  return text?.normalize('NFC');
}

export function fileName({ document, format }: FileName): string {
  return format === '' ? document : `${document}.${format}`;
}

function problemOf(name: string): string | undefined {
  if (name.trim() === '') return 'empty';
  if (name.length > longest) return `longer than ${longest} characters`;
  if (name !== name.normalize('NFC')) return 'not in Unicode normal form C';
  if (name.startsWith('.')) return 'not allowed to begin with a dot';
  if (
    /[/\\:*?"<>|\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufffd]/.test(name) ||
    name !== name.trim()
  )
    return 'not a valid file name';
  return undefined;
}

const types: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  xml: 'application/xml',
  json: 'application/json',
  html: 'text/html; charset=utf-8',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  svg: 'image/svg+xml',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  mp4: 'video/mp4',
  webm: 'video/webm',
  ps: 'application/postscript',
  gz: 'application/gzip',
  'tar.gz': 'application/gzip',
  zip: 'application/zip',
  tex: 'application/x-tex',
  doc: 'application/msword',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  ppt: 'application/vnd.ms-powerpoint',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  xls: 'application/vnd.ms-excel',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  epub: 'application/epub+zip',
  djvu: 'image/vnd.djvu',
};

export function mediaType(format: string): string {
  return types[format.split(';', 1)[0]!] ?? 'application/octet-stream';
}

/**
 * What a browser may show in its place; the rest is saved, since a page or a drawing may hold a
 * script.
 */
const shown = new Set(['pdf', 'txt', 'png', 'jpg', 'jpeg', 'gif', 'webp', 'mp3', 'ogg', 'mp4', 'webm']);

/** Does a browser show it in its place? */
export function isShown({ format }: FileName): boolean {
  return shown.has(format.split(';', 1)[0]!);
}

/** The Content-Disposition header (RFC 6266) for a name. */
export function disposition({ document, format }: FileName): string {
  const name = fileName({ document, format });
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${isShown({ document, format }) ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
